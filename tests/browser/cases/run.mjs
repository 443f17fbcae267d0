// A prompt runs from its page: fields, models, streams side by side, a cut connection, stopping, failures with what to do.
import assert from 'node:assert/strict';
import { accessible } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a prompt runs with several models at once, over a cut connection, and every failure says what to do';
export const provider = true;
export const browsers = ['chromium'];
export const bothDatabases = true;

const words = (n) => Array.from({ length: n }, (_, i) => `słowo${i}`).join(' ');

/** The text of each lane. */
const lanes = (page) => page.evaluate(() => [...document.querySelectorAll('.lane .prose')].map((it) => it.textContent.trim()));
const states = (page) => page.evaluate(() => [...document.querySelectorAll('.lane__head')].map((it) => it.textContent));

async function prompt(dashboard, body) {
  // Looked at for longer than an answer usually may take.
  const set = { title: 'Sum up', execution: { timeout_ms: 120_000 } };
  const made = await dashboard.api('POST', '/library', { kind: 'prompt', set, tags: [], body });
  return made.body.document.id;
}

/** Opens the form of a text of one's own with one model, and runs it. */
async function start(dashboard, model) {
  await dashboard.open('/run');
  await dashboard.fill('Text to run', 'Say a word');
  // Those of the last run are offered again.
  await until('no model to be chosen', () => dashboard.page.evaluate(() => {
    const chip = document.querySelector('.chip--model button');
    chip?.click();
    return !chip;
  }));
  await dashboard.choose(model);
  await dashboard.pressed('Run');
}

async function sideBySide(context, dashboard, wire) {
  const { page } = dashboard;
  const id = await prompt(dashboard, 'Sum up {{topic}} in {{tone:warm}} words');
  await dashboard.open(`/library/${id}`);
  await page.waitForSelector('#body');
  await page.keyboard.down('Control');
  await page.keyboard.press('Enter');
  await page.keyboard.up('Control');
  await until('the run page', () => page.evaluate(() => location.pathname.startsWith('/run/')));
  await page.waitForSelector('#variable-topic');
  await dashboard.pressed('Run');
  await dashboard.shows('topic: give a value');
  await accessible(page, 'run, with faults');
  await page.type('#variable-topic', 'memory');
  await dashboard.choose('compatible/chunks=80.gate');
  await dashboard.choose('compatible/chunks=90.gate.reasoning');
  await dashboard.pressed('Run');
  // Whoever waits at the gate first takes what is let through: both are let on bit by bit.
  await until('both to stream', async () => {
    await context.provider.open(2);
    return (await lanes(page)).filter((text) => text.includes('słowo1')).length === 2;
  });
  await accessible(page, 'run, streaming');
  await context.shot(page, 'run-streaming');
  wire.cut();
  await dashboard.shows('The connection was lost');
  await context.provider.open(240);
  await until('both to be done', async () => (await states(page)).filter((text) => text.includes('Done')).length === 2, 30_000);
  await until('the end to be told to those who do not see it', () => page.$eval('.run > [role=status]', (it) => it.textContent === 'All 2 done'));
  const got = (await lanes(page)).map((text) => text.replace(/\s+/g, ' '));
  assert.deepEqual(got.sort(), [words(80), words(90)].sort(), 'nothing is lost and nothing comes twice');
  const address = page.url();
  assert.ok(address.includes('group='), address);
  await context.shot(page, 'run-done');
  await accessible(page, 'run, done');
  await dashboard.pressed('Compare two');
  await page.waitForSelector('.diff');

  // Back from elsewhere, the run is there again.
  await dashboard.open('/library/prompts');
  await page.goto(address);
  await until('the answers to be back', async () => (await lanes(page)).some((text) => text.includes('słowo89')));
  assert.equal(await page.$eval('#variable-topic', (it) => it.value), 'memory');
}

async function leaveAndReturn(context, dashboard) {
  const { page } = dashboard;
  await start(dashboard, 'compatible/chunks=300.gate');
  await context.provider.open(10);
  await until('it to stream', async () => (await lanes(page)).some((text) => text.includes('słowo3')));
  const address = page.url();
  await dashboard.open('/library/prompts');
  await page.goto(address);
  await until('what came to be back', async () => (await lanes(page)).some((text) => text.includes('słowo3')));
  await context.provider.open(400);
  await until('it to be done', async () => (await states(page)).some((text) => text.includes('Done')), 30_000);
  const [text] = await lanes(page);
  assert.equal(text.replace(/\s+/g, ' '), words(300));
}

async function failures(context, dashboard) {
  const { page } = dashboard;
  await start(dashboard, 'compatible/chunks=900.gate');
  await context.provider.open(10);
  await until('it to stream', async () => (await lanes(page)).some((text) => text.includes('słowo3')));
  await page.keyboard.press('Escape');
  await dashboard.shows('It was stopped; what came is kept.');
  assert.ok((await lanes(page))[0].startsWith('słowo0'), 'what came is kept');
  await until('the call itself to be stopped', async () => (await context.provider.requests())
    .some((request) => request.body?.model === 'chunks=900.gate' && request.closed));

  await start(dashboard, 'compatible/status=401');
  await dashboard.shows('The provider refused the key.');
  await accessible(page, 'run, key refused');
  await context.shot(page, 'run-key-refused');
  await dashboard.pressed('Open API keys');
  await dashboard.shows('Add a key');

  await start(dashboard, 'compatible/status=429.times=1.retry=5.chunks=6');
  await dashboard.shows('The next begins in');
  await context.shot(page, 'run-countdown');
  await until('the second attempt to be done', async () => (await states(page)).some((text) => text.includes('Done')), 30_000);
  await dashboard.shows('Attempts that failed');

  await start(dashboard, 'compatible/chunks=60.cut=1500');
  await dashboard.shows('The partial text is kept.', 60_000);
  await context.shot(page, 'run-truncated');
}

/** An answer of over 100 kB is there whole, and Markdown is drawn as what it means and never as what it could do. */
async function drawn(dashboard) {
  const { page } = dashboard;
  await start(dashboard, 'compatible/chunks=10000');
  await until('it to be done', async () => (await states(page)).some((text) => text.includes('Done')), 60_000);
  const [text] = await lanes(page);
  assert.ok(new TextEncoder().encode(text).length > 100_000);
  assert.equal(text.replace(/\s+/g, ' '), words(10_000));

  const body = '# Plan\n\n```js\nconst a = 1; // one\n```\n\n<img src=x onerror="globalThis.hit = 1"> [go](javascript:globalThis.hit=1) [on](https://example.org/)';
  const id = await prompt(dashboard, body);
  await dashboard.open(`/library/${id}`);
  await dashboard.pressed('Preview');
  const seen = await until('the preview', () => page.evaluate(() => {
    const prose = document.querySelector('.prose');
    return prose && {
      word: prose.querySelector('.k-word')?.textContent,
      comment: prose.querySelector('.k-comment')?.textContent,
      images: prose.querySelectorAll('img').length,
      links: [...prose.querySelectorAll('a')].map((it) => it.getAttribute('href')),
      hit: globalThis.hit ?? null,
    };
  }));
  assert.deepEqual(seen, { word: 'const', comment: '// one', images: 0, links: ['https://example.org/'], hit: null });
  await dashboard.pressed('Copy code');
}

async function history(context, dashboard) {
  const { page } = dashboard;
  await dashboard.open('/executions');
  await dashboard.shows('Truncated');
  await accessible(page, 'executions');
  await context.shot(page, 'executions');
  await dashboard.open('/executions?state=completed');
  await until('the filter', () => page.evaluate(() => document.querySelectorAll('.item--run').length > 0
    && [...document.querySelectorAll('.item--run .badge')].every((it) => it.textContent.includes('Done'))));
  await page.click('.item--run .item__link');
  await dashboard.shows('What was sent');
  await accessible(page, 'execution');
  await context.shot(page, 'execution');
  await dashboard.pressed('Good answer');
  await until('the rating', () => page.evaluate(() => !!document.querySelector('.rate[aria-pressed=true]')));
  await dashboard.pressed('Save as snippet');
  await dashboard.shows('Saved as a snippet');
  assert.equal((await dashboard.list('?kind=snippet')).length, 1);
  await dashboard.pressed('Undo');
  await until('the snippet to be gone again', async () => (await dashboard.list('?kind=snippet')).length === 0);
  await dashboard.open('/dead-letters');
  await dashboard.shows('Key refused');
  await accessible(page, 'dead letters');
  await context.shot(page, 'dead-letters');
}

export async function run(context) {
  const browser = await context.profile({ extension: false });
  const wire = await startProxy(context.server.port);
  try {
    const dashboard = await Dashboard.signUp(browser, { url: wire.url }, 'barbara@example.org');
    const key = { provider: 'compatible', name: 'Lab', key: 'sk-lab-0001', base_url: context.provider.base('compatible') };
    assert.equal((await dashboard.api('POST', '/provider-keys', key)).status, 201);
    // These models have no price: without this they are not run.
    assert.equal((await dashboard.api('PUT', '/budget', { unpriced: 'allow' })).status, 200);
    await sideBySide(context, dashboard, wire);
    await leaveAndReturn(context, dashboard);
    await failures(context, dashboard);
    await drawn(dashboard);
    await history(context, dashboard);
  } finally {
    wire.close();
  }
}
