// The dashboard comes in parts: the library needs none of them, a lost one is said, and the next try brings it.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'the library loads no part, a screen loads its own, and a part that is lost on the way comes with the next try';

export async function run(context) {
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, context.server, 'barbara@example.org');
  const { page } = dashboard;
  const isPart = (request) => new URL(request.url()).pathname.startsWith('/assets/parts/');
  const asked = [];
  let lost = false;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (isPart(request)) asked.push(new URL(request.url()).pathname);
    if (lost && isPart(request)) request.abort();
    else request.continue();
  });

  await dashboard.open('/library/prompts');
  await dashboard.shows('New prompt');
  assert.deepEqual(asked, [], 'the library is drawn from the first load alone');

  lost = true;
  await dashboard.press('Settings');
  await dashboard.shows('This page did not arrive');
  await context.shot(page, 'part-lost');
  assert.ok(asked.length > 0, 'the settings are a part of their own');
  lost = false;
  await dashboard.press('Try again');
  await dashboard.shows('Appearance');
  await dashboard.hides('This page did not arrive');

  const once = asked.length;
  await page.evaluate(() => history.back());
  await dashboard.shows('New prompt');
  await dashboard.press('Settings');
  await dashboard.shows('Appearance');
  assert.equal(asked.length, once, 'a part that is here is not asked for again');

  const part = await page.evaluate(async (path) => {
    const response = await fetch(path);
    return { type: response.headers.get('content-type'), cache: response.headers.get('cache-control') };
  }, asked[0]);
  assert.deepEqual(part, { type: 'application/wasm', cache: 'public, max-age=31536000, immutable' });

  lost = true;
  await dashboard.open('/import');
  await dashboard.shows('This page did not arrive');
  lost = false;
  await dashboard.press('Reload the page');
  await until('the import to be drawn', () => page.$('input[type=file]'));
}
