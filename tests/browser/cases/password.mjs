// An account whose owner forgets things: its address is confirmed and changed, its password set anew by the link of a mail.
import assert from 'node:assert/strict';
import { accessible } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { mailTo } from '../lib/mail.mjs';

export const name = 'an address is confirmed and changed, and a forgotten password set anew, by links of mails';
export const args = ['--mail-folder', '{data}/mails'];

const NEW = 'another horse entirely';

export async function run(context) {
  const { server } = context;
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, server, 'ada@example.org');
  const { page } = dashboard;
  await dashboard.open('/settings/account');
  await dashboard.shows('not confirmed');
  await accessible(page, 'account, not confirmed');
  await context.shot(page, 'account');
  const confirm = await mailTo(server, 'ada@example.org', 'Confirm');
  await page.goto(confirm.link);
  await dashboard.pressed('Confirm the address');
  await dashboard.shows('The address is confirmed');
  await page.goto(confirm.link);
  await page.reload();
  await dashboard.pressed('Confirm the address');
  await dashboard.shows('was used or has run out');

  await dashboard.open('/settings/account');
  await page.waitForSelector('#new-email');
  await dashboard.hides('not confirmed');
  await page.type('#new-email', 'ada@new.example');
  await page.type('#email-password', 'not my password');
  await dashboard.pressed('Change the address');
  await dashboard.shows('This is not your present password.');
  await dashboard.fill('Present password', 'correct horse battery staple');
  await dashboard.pressed('Change the address');
  await dashboard.shows('ada@new.example takes its place');
  await accessible(page, 'account, an address waits');
  await context.shot(page, 'account-waits');
  await page.goto((await mailTo(server, 'ada@new.example', 'Confirm')).link);
  await dashboard.pressed('Confirm the address');
  await dashboard.shows('ada@new.example is the address of your account');
  assert.match((await mailTo(server, 'ada@example.org', 'was changed')).text, /ada@new\.example/);
  await dashboard.pressed('Go on');
  await dashboard.atLibrary();

  const other = await context.profile({ extension: false });
  const stranger = await other.visit(`${server.url}/signin`);
  const door = new Dashboard(stranger, server.url);
  await door.pressed('Forgot your password?');
  await door.shows('Set a new password');
  await accessible(stranger, 'forgot');
  await context.shot(stranger, 'forgot');
  await door.pressed('Send me a link');
  await door.shows('Type your e-mail address.');
  await door.fill('E-mail', 'nobody@example.org');
  await door.pressed('Send me a link');
  await door.shows('Look into your mail');
  await stranger.goto(`${server.url}/forgot`);
  await door.fill('E-mail', 'ada@new.example');
  await door.pressed('Send me a link');
  await door.shows('Look into your mail');
  const reset = await mailTo(server, 'ada@new.example', 'new password');
  await stranger.goto(reset.link);
  await door.fill('New password', 'short');
  await door.pressed('Set the password');
  await door.shows('too short');
  await accessible(stranger, 'reset');
  await context.shot(stranger, 'reset');
  await door.fill('New password', NEW);
  await door.pressed('Set the password');
  await door.shows('The password is set');
  await door.pressed('Go to the sign-in');
  await door.fill('E-mail', 'ada@new.example');
  await door.fill('Password', NEW);
  await door.pressed('Sign in');
  await door.atLibrary();

  await dashboard.open('/settings/account');
  await dashboard.shows('Sign in to Krowoc');
}
