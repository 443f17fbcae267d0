// Runs that are stopped or fail: what is said, what is kept, and what the history and the dead letters hold of them.
import assert from 'node:assert/strict';
import { accessible } from '../lib/axe.mjs';
import { lanes, start, states, withKey } from '../lib/running.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a run is stopped, a key is refused, a limit counts down, an answer is cut: each says what to do and is kept';
export const provider = true;

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
  await withKey(context, 'mary@example.org', async (dashboard) => {
    await failures(context, dashboard);
    await history(context, dashboard);
  });
}
