// The dashboard comes in parts: the library's list needs none of them, a lost one is said, and the next try brings it.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'the list of the library needs no part, a screen loads its own, and a part that is lost on the way comes with the next try';

export async function run(context) {
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, context.server, 'barbara@example.org');
  const { page } = dashboard;
  const isPart = (request) => new URL(request.url()).pathname.startsWith('/assets/parts/');
  const [asked, brought] = [[], []];
  let lost = true;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (isPart(request)) (lost ? asked : brought).push(new URL(request.url()).pathname);
    if (lost && isPart(request)) request.abort();
    else request.continue();
  });

  await dashboard.open('/library/prompts');
  await dashboard.shows('No prompts yet');
  await dashboard.shows('This part of the page did not arrive');
  await context.shot(page, 'panel-lost');
  lost = false;
  await dashboard.press('Try again');
  await dashboard.shows('Nothing selected');
  await dashboard.hides('This part of the page did not arrive');

  lost = true;
  await dashboard.press('Settings');
  await dashboard.shows('This page did not arrive');
  await context.shot(page, 'part-lost');
  assert.ok(asked.some((path) => path.includes('/settings-')), 'the settings are a part of their own');
  lost = false;
  await dashboard.press('Try again');
  await dashboard.shows('Appearance');
  await dashboard.hides('This page did not arrive');

  await page.evaluate(() => history.back());
  await dashboard.shows('No prompts yet');
  await dashboard.press('Settings');
  await dashboard.shows('Appearance');
  assert.equal(new Set(brought).size, brought.length, 'a part that is here is not asked for again');

  const part = await page.evaluate(async (path) => {
    const response = await fetch(path);
    return { type: response.headers.get('content-type'), cache: response.headers.get('cache-control') };
  }, brought[0]);
  assert.deepEqual(part, { type: 'application/wasm', cache: 'public, max-age=31536000, immutable' });

  lost = true;
  await dashboard.open('/import');
  await dashboard.shows('This page did not arrive');
  lost = false;
  await dashboard.press('Reload the page');
  await until('the import to be drawn', () => page.$('input[type=file]'));
}
