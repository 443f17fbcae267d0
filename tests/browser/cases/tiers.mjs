// Who looks after the server sees the accounts and sets a tier; nobody else sees the section. Somebody without a provider says their name.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'who looks after the server finds an account and sets its tier, by keys as well, and nobody else sees the accounts';
export const args = ['--admin-emails', 'root@example.org', '--default-tier', 'free'];

const sections = (page) => page.evaluate(() => [...document.querySelectorAll('.settings__nav a')].map((it) => it.textContent.trim()));

export async function run(context) {
  const { server } = context;
  const theirs = await context.profile({ extension: false });
  const ada = await Dashboard.signUp(theirs, server, 'ada@example.org');
  await ada.open('/settings/account');
  await ada.page.waitForSelector('#account-name');
  await ada.page.type('#account-name', 'Ada Lovelace');
  await ada.page.keyboard.press('Enter');
  await ada.shows('The name is saved');
  assert.equal((await ada.api('GET', '/account')).body.name, 'Ada Lovelace');
  assert.ok(!(await sections(ada.page)).includes('Accounts'));
  await ada.open('/settings/accounts');
  await ada.page.waitForSelector('[role="alert"]');

  const own = await context.profile({ extension: false });
  const root = await Dashboard.signUp(own, server, 'root@example.org');
  const { page } = root;
  await root.open('/settings/appearance');
  await until('the section', async () => (await sections(page)).includes('Accounts'));
  await root.pressed('Accounts');
  await root.shows('ada@example.org');
  await root.shows('as configured');
  await accessible(page, 'accounts');
  await context.shot(page, 'accounts');
  await page.type('#account-search', 'ADA');
  await until('one row', () => page.evaluate(() => document.querySelectorAll('.item--plain').length === 1));
  await page.select('select[aria-label="Tier of ada@example.org"]', 'power');
  await page.focus('button[aria-label="Set the tier of ada@example.org"]');
  await page.keyboard.press('Enter');
  await root.shows('ada@example.org: Power tier');
  assert.equal((await ada.api('GET', '/library/overview')).body.quota.tier, 'power');
  await page.type('#account-search', ' nobody');
  await root.shows('Nobody has this address');
  await accessible(page, 'accounts, none');
  await page.setViewport({ width: 360, height: 740 });
  await fits(page, 'accounts, narrow');
}
