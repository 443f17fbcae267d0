// Keys and tokens in the settings: added, tested, replaced, renamed, preferred, removed and taken back; a token is shown once.
import assert from 'node:assert/strict';
import { accessible } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'keys are added, tested, replaced and removed with a way back, and a token is shown once';
export const provider = true;

const keys = async (dashboard) => (await dashboard.api('GET', '/provider-keys')).body;

export async function run(context) {
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, context.server, 'grace@example.org');
  const { page } = dashboard;
  await dashboard.open('/settings/keys');
  await dashboard.shows('No keys yet');
  await accessible(page, 'keys, none');
  await dashboard.pressed('Save key');
  await dashboard.shows('Paste the key.');

  await page.select('#key-provider', 'compatible');
  await page.type('#key-name', 'Lab');
  await page.type('#key-url', 'http://169.254.169.254/v1');
  await page.type('#key-key', 'sk-lab-secret-00a7');
  await dashboard.pressed('Save key');
  await until('the address to be refused', () => page.evaluate(() => !!document.querySelector('#key-url[aria-invalid=true]')));
  await page.click('#key-url', { count: 3 });
  await page.type('#key-url', context.provider.base('compatible'));
  await dashboard.pressed('Save key');
  await dashboard.shows('…00a7');
  assert.ok(!(await page.content()).includes('sk-lab-secret'), 'the key is nowhere on the page');
  await dashboard.pressed('Test Lab');
  await dashboard.shows('It works');
  await context.shot(page, 'keys');
  await accessible(page, 'keys');

  await dashboard.pressed('Replace Lab');
  const field = await page.waitForSelector('::-p-aria([name="New key"])');
  await field.type('sk-lab-other-0bb8');
  await field.press('Enter');
  await dashboard.shows('…0bb8');
  await dashboard.pressed('Rename Lab');
  const named = await page.waitForSelector('::-p-aria([name="Name"][role="textbox"])');
  await named.click({ count: 3 });
  await named.type('Bench');
  await named.press('Enter');
  await dashboard.shows('Bench');
  await dashboard.pressed('Remove Bench');
  await dashboard.hides('…0bb8');
  await dashboard.pressed('Undo');
  await dashboard.shows('…0bb8');
  assert.equal((await keys(dashboard)).length, 1, 'nothing was sent');
  await dashboard.pressed('Remove Bench');
  await until('the key to be gone', async () => (await keys(dashboard)).length === 0);

  await dashboard.open('/settings/tokens');
  await dashboard.shows('No tokens yet');
  await page.type('#token-name', 'CI');
  await dashboard.pressed('Make a token');
  await dashboard.shows('it is not shown again');
  const token = await page.$eval('.notice .code', (it) => it.textContent);
  assert.match(token, /^krw_/);
  await accessible(page, 'tokens');
  await context.shot(page, 'tokens');
  await page.reload();
  await dashboard.shows('CI');
  assert.ok(!(await page.content()).includes(token), 'it is shown once');
}
