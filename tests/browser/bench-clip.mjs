// How long a person waits: from Save to durable on the device, and from Save to visible on an open dashboard. Figures, not a test.
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browsers.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { connect, select } from './lib/extension.mjs';
import { startFixtures } from './lib/fixtures.mjs';
import { Server } from './lib/server.mjs';
import { until, withDeadline } from './lib/wait.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const json = process.argv.includes('--json');
const rounds = Number(process.env.KROWOC_BENCH_ROUNDS || 40);
/** Milliseconds after which a clip has failed, and is not slow. */
const LONGEST = 30_000;
const settings = {
  bin: process.env.KROWOC_E2E_SERVER_BIN,
  dist: process.env.KROWOC_E2E_DIST || path.join(here, '../../dist'),
  shots: os.tmpdir(),
};

/** Notes the moment at which a text first stands on the page, in milliseconds since 1970. */
const watch = (page, text) => page.evaluate((wanted) => {
  const clock = () => performance.timeOrigin + performance.now();
  globalThis.seen = new Promise((resolve) => {
    const look = () => document.body.innerText.includes(wanted) && (observer.disconnect(), resolve(clock()));
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
}, text);

async function round(browser, dashboard, page, number) {
  const title = `Measured clip ${number}`;
  const popup = await browser.popup(page);
  await until('the popup to be ready', () => popup.evaluate(() => document.querySelector('#save') && !document.querySelector('#save').disabled));
  // The form shows what was saved before once a first clip is there: keep both.
  const both = await popup.$('::-p-aria([name="Keep both"])');
  if (both) await both.click();
  const field = await popup.waitForSelector('input[aria-label="Title"]');
  await field.click({ count: 3 });
  await field.type(title);
  await watch(dashboard.page, title);
  await popup.evaluate(() => {
    const clock = () => performance.timeOrigin + performance.now();
    globalThis.times = new Promise((resolve) => {
      let begun;
      document.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.ctrlKey) begun = clock(); }, true);
      const observer = new MutationObserver(() => {
        if (begun && document.querySelector('.saved')) resolve({ begun, durable: clock() });
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  });
  await popup.keyboard.down('Control');
  await popup.keyboard.press('Enter');
  await popup.keyboard.up('Control');
  const { begun, durable } = await withDeadline(popup.evaluate(() => globalThis.times), LONGEST, `clip ${number} to be saved`);
  const visible = await withDeadline(dashboard.page.evaluate(() => globalThis.seen), LONGEST, `clip ${number} to stand on the dashboard`);
  await popup.close();
  return { durable: durable - begun, visible: visible - begun };
}

const percentile = (values, p) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))];

const fixtures = await startFixtures(here, '');
const server = await Server.start(settings, 'sqlite');
const browser = await launch('chromium', settings, {});
try {
  const dashboard = await Dashboard.signUp(browser, server, 'bench@example.org');
  await connect(browser, server, dashboard);
  // A window of its own: a hidden page is told of nothing after a while.
  await dashboard.page.close();
  dashboard.page = await browser.raw.newPage({ type: 'window' });
  await dashboard.open('/library/snippets');
  const page = await browser.visit(`${fixtures.url}/article`);
  await select(page, '#second');
  const times = [];
  for (let number = 0; number < rounds; number += 1) times.push(await round(browser, dashboard, page, number));
  const figures = [['durable', 0.5], ['durable', 0.95], ['visible', 0.5], ['visible', 0.95]].map(([what, p]) => ({
    name: `clip.${what}_p${p * 100}_ms`, value: Number(percentile(times.map((time) => time[what]), p).toFixed(2)), unit: 'ms',
  }));
  for (const figure of figures) console.log(json ? JSON.stringify(figure) : `${figure.name.padEnd(24)} ${figure.value} ${figure.unit}`);
} finally {
  await browser.close();
  server.stop();
  server.clean();
  fixtures.close();
}
