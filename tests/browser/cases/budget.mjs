// The budget: ceilings typed exactly, a run that would go over one is refused with the way there, and usage by day.
import assert from 'node:assert/strict';
import { accessible } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a ceiling holds before anything is sent, and the page says where to raise it';
export const provider = true;

const MODEL = 'openai/gpt-4o-mini';

export async function run(context) {
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, context.server, 'john@example.org');
  const { page } = dashboard;
  const key = { provider: 'openai', name: 'Mine', key: 'sk-0001', base_url: context.provider.base('openai') };
  assert.equal((await dashboard.api('POST', '/provider-keys', key)).status, 201);

  await dashboard.open('/settings/budget');
  await page.waitForSelector('#ceiling-month');
  await page.type('#ceiling-month', '1,5');
  await dashboard.shows('Write dollars with a point');
  await page.click('#ceiling-month', { count: 3 });
  await page.type('#ceiling-month', '0.000001');
  await dashboard.pressed('Save');
  await until('the ceiling to hold', async () => (await dashboard.api('GET', '/budget')).body.ceiling === 1_000);
  await accessible(page, 'budget');

  await dashboard.open('/run');
  await dashboard.fill('Text to run', 'Say a word');
  await dashboard.choose(MODEL, (row) => {
    assert.ok(row.includes('$0.15 in, $0.60 out'), row);
    assert.ok(row.includes('128 k tokens of context'), row);
  });
  await dashboard.pressed('Run');
  await dashboard.shows('your ceiling is');
  await context.shot(page, 'run-budget');
  await accessible(page, 'run, budget reached');
  await dashboard.pressed('Open the budget');
  await page.waitForSelector('#ceiling-month');
  await page.click('#ceiling-month', { count: 3 });
  await page.type('#ceiling-month', '5');
  await dashboard.pressed('Save');
  await until('the ceiling to hold', async () => (await dashboard.api('GET', '/budget')).body.ceiling === 5_000_000_000);

  await dashboard.open('/run');
  await dashboard.fill('Text to run', 'Say a word');
  await dashboard.pressed('Run');
  await until('it to be done', () => page.evaluate(() => !!document.querySelector('.lane .badge--ok')), 30_000);
  const cost = await page.$eval('.lane__foot .stat:last-child dd span', (it) => it.title);
  assert.match(cost, /^\$0\.\d+$/);
  await dashboard.open('/settings/budget');
  await dashboard.shows(cost);
  await page.waitForSelector('.chart .b');
  for (const scheme of ['light', 'dark']) {
    await browser.scheme(page, scheme);
    await accessible(page, `budget, ${scheme}`);
    await context.shot(page, `budget-${scheme}`);
  }
  await dashboard.open('/settings/keys');
  await dashboard.shows(`1 run, ${cost}`);
}
