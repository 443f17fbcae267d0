// The browser suite: every case in Chromium and in Firefox, with the real extension and the real server.
// Not a framework: a case is a module with a name and a run function; the first failed assertion ends it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browsers.mjs';
import { startFixtures } from './lib/fixtures.mjs';
import { Provider } from './lib/provider.mjs';
import { Server } from './lib/server.mjs';
import { withDeadline } from './lib/wait.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const list = (name, fallback) => (process.env[name] || fallback).split(',').filter(Boolean);

const settings = {
  bin: process.env.KROWOC_E2E_SERVER_BIN,
  provider: process.env.KROWOC_E2E_PROVIDER_BIN,
  dist: process.env.KROWOC_E2E_DIST || path.join(root, 'dist'),
  only: list('KROWOC_E2E_CASES', ''),
  browsers: list('KROWOC_E2E_BROWSERS', 'chromium,firefox'),
  databases: list('KROWOC_E2E_DATABASES', 'sqlite'),
  postgres: process.env.KROWOC_E2E_POSTGRES_URL,
  data: process.env.KROWOC_E2E_DATA || path.join(root, '../shared/data'),
  shots: process.env.KROWOC_E2E_SHOTS || path.join(os.tmpdir(), 'krowoc-e2e'),
};
if (!settings.bin || !fs.existsSync(settings.bin)) {
  console.error('The server binary is missing. Run: cargo xtask e2e');
  process.exit(2);
}
fs.mkdirSync(settings.shots, { recursive: true });

/** What a case gets: a server of its own, pages to clip, and browsers that are closed whatever happens. */
class Context {
  constructor(browser, database, server, fixtures, provider) {
    Object.assign(this, { browser, database, server, fixtures, provider, settings, open: [] });
  }
  /** A new browser profile with the extension in it. */
  async profile(options = {}) {
    const started = await launch(this.browser, settings, options);
    this.open.push(started);
    return started;
  }
  /** A picture of the page, kept beside the others of this run. */
  async shot(page, name) {
    await page.screenshot({ path: path.join(settings.shots, `${this.browser}-${name}.png`) }).catch(() => {});
  }
  async close() {
    for (const browser of this.open) await browser.close().catch(() => {});
    this.server.stop();
    this.provider?.stop();
  }
}

async function runCase(module, browser, database) {
  const fixtures = await startFixtures(here, settings.data);
  const provider = module.provider ? await Provider.start(settings) : undefined;
  const more = [...(module.args ?? []), ...(provider ? ['--allowed-provider-hosts', provider.host] : [])];
  const server = await Server.start(settings, database, more).catch((error) => { provider?.stop(); throw error; });
  const context = new Context(browser, database, server, fixtures, provider);
  try {
    await withDeadline(module.run(context), 180_000, module.name);
  } catch (error) {
    for (const [i, open] of context.open.entries()) {
      for (const [j, page] of (await open.raw.pages().catch(() => [])).entries()) {
        await withDeadline(context.shot(page, `failed-${module.id}-${i}-${j}`), 5_000, 'picture').catch(() => {});
      }
    }
    error.serverLog = server.log.filter((line) => /WARN|ERROR|status=[45]/.test(line)).slice(-10).join('');
    throw error;
  } finally {
    await context.close();
    fixtures.close();
    server.clean();
  }
}

const files = fs.readdirSync(path.join(here, 'cases')).filter((file) => file.endsWith('.mjs')).sort();
const cases = [];
for (const file of files) {
  const module = await import(path.join(here, 'cases', file));
  const id = file.replace('.mjs', '');
  if (settings.only.length === 0 || settings.only.includes(id)) cases.push({ ...module, id });
}
let passed = 0;
const failed = [];
for (const browser of settings.browsers) {
  for (const module of cases) {
    if (module.browsers && !module.browsers.includes(browser)) continue;
    for (const database of module.bothDatabases ? settings.databases : settings.databases.slice(0, 1)) {
      const label = `${browser} ${database} ${module.id}: ${module.name}`;
      const begun = process.hrtime.bigint();
      try {
        await runCase(module, browser, database);
        passed += 1;
        console.log(`ok   ${label} (${Number((process.hrtime.bigint() - begun) / 1_000_000n)} ms)`);
      } catch (error) {
        failed.push(label);
        console.log(`FAIL ${label}\n${error.stack || error}\n${error.serverLog || ''}`);
      }
    }
  }
}
for (const label of failed) console.log(`failed: ${label}`);
console.log(`${passed} passed, ${failed.length} failed`);
process.exit(failed.length > 0 || passed === 0 ? 1 : 0);
