// The pictures of the README, taken of the real product in Chromium: what they show is what is built. Not a test.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAnswers } from './lib/answers.mjs';
import { launch } from './lib/browsers.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { connect, select } from './lib/extension.mjs';
import { startFixtures } from './lib/fixtures.mjs';
import { Server, freePort } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const settings = { bin: process.env.KROWOC_E2E_SERVER_BIN, dist: process.env.KROWOC_E2E_DIST || path.join(here, '../../dist') };
const into = process.env.KROWOC_PICTURES || path.join(here, '../../docs/screenshots');
fs.mkdirSync(into, { recursive: true });

async function take(page, name, scheme = 'light') {
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
  await until(`${name} to be drawn`, () => page.evaluate(() => document.fonts.status === 'loaded' && !document.querySelector('[aria-busy=true]')));
  await page.screenshot({ path: path.join(into, `${name}-${scheme}.png`) });
  console.log(`${name}-${scheme}.png`);
}

/** Puts the prompts of the fixture into the library, the first one last: the list begins with what was edited last. */
async function fill(dashboard) {
  const prompts = JSON.parse(fs.readFileSync(path.join(here, 'fixtures/library.json'), 'utf8'));
  let id;
  for (const { title, body, tags, favourite = false, description = '' } of prompts.toReversed()) {
    const made = await dashboard.api('POST', '/library', { kind: 'prompt', set: { title, favourite, description }, tags, body });
    if (made.status >= 300) throw new Error(`“${title}” was refused: ${JSON.stringify(made.body)}`);
    id = made.body.document.id;
  }
  return id;
}

/** Changes one line of a document twice from the same version. */
async function differ(dashboard, title) {
  const made = await dashboard.api('POST', '/library', { kind: 'prompt', set: { title }, body: 'Act as a reviewer.\n\nRead the change below. Be brief.\n\n- Correctness comes before style.\n- Name the line of each finding.\n' });
  const { id, body } = made.body.document;
  for (const [who, rule] of [['careful', 'Say what you did not check.'], ['kind', 'Name the line and the file of each finding.']]) {
    const text = body.text.replace('a reviewer', `a ${who} reviewer`).replace('Name the line of each finding.', rule);
    await dashboard.api('PATCH', `/library/${id}`, { body: { base_rev: body.rev, text } });
  }
  return id;
}

/** Runs a prompt with two models and waits for both answers. */
async function runPrompt(dashboard, id, port) {
  const { page } = dashboard;
  const made = await dashboard.api('POST', '/provider-keys', { provider: 'openai', key: 'sk-picture', base_url: `http://127.0.0.1:${port}/v1` });
  if (made.status >= 300) throw new Error(`the key was refused: ${JSON.stringify(made.body)}`);
  await dashboard.open(`/run/${id}`);
  await page.waitForSelector('#variable-change');
  await page.type('#variable-change', '-    let total = items.len();\n+    let total = items.iter().filter(|it| it.ready).count();');
  for (const model of ['openai/gpt-4o-mini', 'openai/gpt-4.1']) await dashboard.choose(model);
  await until('both estimates', () => page.evaluate(() => document.querySelectorAll('.props--money dt').length === 2));
  await dashboard.pressed('Run');
  await until('both answers', () => page.evaluate(() => [...document.querySelectorAll('.lane__head')].filter((it) => it.textContent.includes('Done')).length === 2));
}

const fixtures = await startFixtures(here, '');
const port = await freePort();
// A text that reads like an answer: a picture of words without sense says little.
const text = fs.readFileSync(path.join(here, 'fixtures/answer.md'), 'utf8');
const provider = await startAnswers(port, () => ({ text }));
const server = await Server.start(settings, 'sqlite', ['--allowed-provider-hosts', `127.0.0.1:${port}`]);
const browser = await launch('chromium', settings, {});
try {
  const dashboard = await Dashboard.signUp(browser, server, 'ada@example.org');
  const { page } = dashboard;
  await (await connect(browser, server, dashboard, (tab) => take(tab, 'connect'))).close();

  const first = await fill(dashboard);
  await dashboard.open('/library/prompts');
  await dashboard.shows('Review a change');
  await page.keyboard.press('j');
  await until('a prompt to stand beside the list', () => page.evaluate(() => /what can lose data/.test(document.body.innerText)));
  for (const scheme of ['light', 'dark']) await take(page, 'library', scheme);
  await dashboard.open(`/library/${first}`);
  await dashboard.shows('what can lose data');
  for (const scheme of ['light', 'dark']) await take(page, 'document', scheme);

  await runPrompt(dashboard, first, port);
  for (const scheme of ['light', 'dark']) await take(page, 'run', scheme);

  const article = await browser.visit(`${fixtures.url}/prompt`);
  await select(article, '#prompt');
  const popup = await browser.popup(article);
  await until('the preview', () => popup.evaluate(() => !!document.querySelector('.preview') && /Review a change/.test(document.body.innerText)));
  for (const scheme of ['light', 'dark']) await take(popup, 'popup', scheme);
  await popup.close();

  await dashboard.open(`/library/${await differ(dashboard, 'Review prompts for small teams')}`);
  await dashboard.shows('Conflict');
  await take(page, 'conflict');
} finally {
  await browser.close();
  server.stop();
  server.clean();
  fixtures.close();
  provider.close();
}
