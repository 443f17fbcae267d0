// An account whose owner leaves: everything else is ended, everything is taken along, and the way back works until it is over.
import assert from 'node:assert/strict';
import { accessible } from '../lib/axe.mjs';
import { Dashboard, PASSWORD } from '../lib/dashboard.mjs';

export const name = 'all that is let in is listed and ended in one place, and an account is taken along, left and kept';

export async function run(context) {
  const { server } = context;
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, server, 'ada@example.org');
  const { page } = dashboard;
  const other = await context.profile({ extension: false });
  const second = await Dashboard.signIn(other, server, 'ada@example.org');
  await dashboard.api('POST', '/library', { kind: 'prompt', set: { title: 'Mine' }, body: 'Take me along' });
  await dashboard.api('POST', '/tokens', { name: 'CI', scopes: ['library:read'] });

  await dashboard.open('/settings/sessions');
  await dashboard.shows('CI');
  await dashboard.shows('this one');
  await accessible(page, 'sessions, devices and tokens');
  await context.shot(page, 'sessions');
  await dashboard.pressed('Sign out everywhere else');
  await dashboard.shows('Signed out everywhere else');
  await second.open('/library/prompts');
  await second.shows('Sign in to Krowoc');
  assert.equal((await dashboard.api('GET', '/tokens')).body.length, 1, 'tokens stay unless asked');

  const whole = (await dashboard.api('GET', '/account/export')).body;
  assert.equal(whole.documents[0].document.body.text, 'Take me along');

  await dashboard.open('/settings/account');
  await page.waitForSelector('#leave-password');
  await page.type('#leave-password', 'not my password');
  await dashboard.pressed('Delete my account');
  await dashboard.shows('This is not your present password.');
  await page.click('#leave-password', { count: 3 });
  await page.type('#leave-password', PASSWORD);
  await dashboard.pressed('Delete my account');
  await dashboard.shows('Sign in to Krowoc');
  await dashboard.fill('E-mail', 'ada@example.org');
  await dashboard.fill('Password', PASSWORD);
  await dashboard.pressed('Sign in');
  await dashboard.atLibrary();
  await dashboard.open('/settings/account');
  await dashboard.shows('This account will be erased on');
  await accessible(page, 'account, leaving');
  await context.shot(page, 'leaving');
  await dashboard.pressed('Keep my account');
  await dashboard.hides('This account will be erased on');
  assert.equal((await dashboard.api('GET', '/account')).body.delete_at, undefined);
}
