// How smoothly answers are drawn: the frames of the run page while four models stream, and how long an answer of 100 kB takes. Figures, not a test.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAnswers } from './lib/answers.mjs';
import { launch } from './lib/browsers.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { freePort, Server } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const json = process.argv.includes('--json');
const seconds = Number(process.env.KROWOC_BENCH_SECONDS || 10);
/** Words a second of each model. */
const PACE = 200;
const MODELS = ['openai/gpt-4o-mini', 'openai/gpt-4o', 'openai/gpt-4.1', 'openai/gpt-4.1-mini'];
const settings = {
  bin: process.env.KROWOC_E2E_SERVER_BIN,
  dist: process.env.KROWOC_E2E_DIST || path.join(here, '../../dist'),
  shots: os.tmpdir(),
};
const sample = fs.readFileSync(path.join(here, 'fixtures/answer.md'), 'utf8');
const wordsOf = (text) => text.match(/\S+\s*/g).length;
const repeated = (times) => Array.from({ length: times }, (_, at) => `## Part ${at + 1}\n\n${sample}`).join('\n\n');

/** Notes each frame and each task over 50 ms from now on; `probe()` gives them and forgets them. */
const watch = (page) => page.evaluate(() => {
  let frames = [];
  let tasks = [];
  let last;
  const frame = (now) => {
    if (last !== undefined) frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => { for (const task of list.getEntries()) tasks.push(task.duration); }).observe({ type: 'longtask' });
  globalThis.probe = () => {
    const seen = { frames, tasks };
    frames = [];
    tasks = [];
    return seen;
  };
});

const done = (page) => page.evaluate(() => [...document.querySelectorAll('.lane__head')].filter((it) => it.textContent.includes('Done')).length);

async function choose(dashboard, models) {
  await dashboard.open('/run');
  await dashboard.fill('Text to run', 'Review the change.');
  await until('no model to be chosen', () => dashboard.page.evaluate(() => {
    const chip = document.querySelector('.chip--model button');
    chip?.click();
    return !chip;
  }));
  for (const model of models) await dashboard.choose(model);
}

/** Runs four models side by side and gives the frames from the first text of the last of them to the first end. */
async function streams(dashboard) {
  const { page } = dashboard;
  await choose(dashboard, MODELS);
  await watch(page);
  await dashboard.pressed('Run');
  await until('all to stream', () => page.evaluate((count) => [...document.querySelectorAll('.lane .prose')].filter((it) => it.textContent.length > 0).length === count, MODELS.length));
  await page.evaluate(() => { globalThis.probe(); });
  await new Promise((resolve) => { setTimeout(resolve, seconds * 800); });
  const seen = await page.evaluate(() => globalThis.probe());
  if (await done(page) > 0) throw new Error('an answer ended before its frames were counted');
  await until('all to be done', async () => (await done(page)) === MODELS.length, 60_000);
  return seen;
}

/** Runs one model whose whole answer comes at once; gives the time from its first text to all of it being drawn, and the tasks. */
async function long(dashboard) {
  const { page } = dashboard;
  await choose(dashboard, MODELS.slice(0, 1));
  await watch(page);
  await page.evaluate(() => {
    globalThis.drawn = new Promise((resolve) => {
      let begun;
      const look = () => {
        if (begun === undefined && document.querySelector('.lane .prose')?.childNodes.length > 0) begun = performance.now();
        if (!document.querySelector('.lane__head .badge--ok')) return;
        observer.disconnect();
        // All of it is drawn with the state, and on the screen a frame later.
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  });
  await dashboard.pressed('Run');
  const took = await page.evaluate(() => globalThis.drawn);
  return { took, ...(await page.evaluate(() => globalThis.probe())) };
}

const percentile = (values, p) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))];

let plan = () => ({ text: sample });
const port = await freePort();
const provider = await startAnswers(port, () => plan());
const server = await Server.start(settings, 'sqlite', ['--allowed-provider-hosts', `127.0.0.1:${port}`]);
const browser = await launch('chromium', settings, { extension: false });
try {
  const dashboard = await Dashboard.signUp(browser, server, 'bench@example.org');
  const key = { provider: 'openai', key: 'sk-bench', base_url: `http://127.0.0.1:${port}/v1` };
  const made = await dashboard.api('POST', '/provider-keys', key);
  if (made.status !== 201) throw new Error(`the key was refused: ${JSON.stringify(made.body)}`);

  const text = repeated(Math.ceil(seconds * PACE / wordsOf(sample)));
  plan = () => ({ text, perSecond: PACE });
  const streamed = await streams(dashboard);
  plan = () => ({ text: repeated(Math.ceil(100_000 / sample.length)) });
  const whole = await long(dashboard);
  const figures = [
    ['frame_p50_ms', percentile(streamed.frames, 0.5), 'ms'],
    ['frame_p95_ms', percentile(streamed.frames, 0.95), 'ms'],
    ['long_tasks', streamed.tasks.length, ''],
    ['longest_task_ms', Math.max(0, ...streamed.tasks), 'ms'],
    ['answer_100kb_ms', whole.took, 'ms'],
    ['answer_100kb_longest_task_ms', Math.max(0, ...whole.tasks), 'ms'],
  ].map(([name, value, unit]) => ({ name: `render.${name}`, value: Number(value.toFixed(1)), unit }));
  for (const figure of figures) console.log(json ? JSON.stringify(figure) : `${figure.name.padEnd(36)} ${figure.value} ${figure.unit}`);
} finally {
  await browser.close();
  server.stop();
  server.clean();
  provider.close();
}
