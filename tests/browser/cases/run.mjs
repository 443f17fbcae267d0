// A prompt runs from its page: fields, models, streams side by side, a cut connection, leaving and coming back, a long answer.
import assert from 'node:assert/strict';
import { accessible } from '../lib/axe.mjs';
import { holds, lanes, prompt, start, states, withKey, words } from '../lib/running.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a prompt runs with several models at once, and nothing of it is lost over a cut connection';
export const provider = true;

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
  wire.down();
  await dashboard.shows('The connection was lost');
  wire.up();
  await context.provider.open(240);
  await until('both to be done', async () => (await states(page)).filter((text) => text.includes('Done')).length === 2, 30_000);
  await until('the end to be told to those who do not see it', () => page.$eval('.run > [role=status]', (it) => it.textContent === 'All 2 done'));
  // Nothing is lost and nothing comes twice.
  await holds(page, [words(80), words(90)]);
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
  await until('the form to be filled as it was', () => page.$eval('#variable-topic', (it) => it.value === 'memory'));
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
  await holds(page, [words(300)]);
}

/** An answer of over 100 kB is there whole, and Markdown is drawn as what it means and never as what it could do. */
async function drawn(dashboard) {
  const { page } = dashboard;
  await start(dashboard, 'compatible/chunks=10000');
  await until('it to be done', async () => (await states(page)).some((text) => text.includes('Done')), 60_000);
  assert.ok(new TextEncoder().encode(words(10_000)).length > 100_000);
  await holds(page, [words(10_000)]);

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

export async function run(context) {
  await withKey(context, 'barbara@example.org', async (dashboard, wire) => {
    await sideBySide(context, dashboard, wire);
    await leaveAndReturn(context, dashboard);
    await drawn(dashboard);
  });
}
