// Signing in in two steps: an authenticator is set up, asked for, stood in for by a recovery code, and turned off with another.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard, PASSWORD } from '../lib/dashboard.mjs';
import { code } from '../lib/totp.mjs';

export const name = 'an authenticator is set up, asked for at the next sign-in, stood in for once, and turned off';

async function looked(context, page, kind, what) {
  await accessible(page, what);
  for (const width of [1280, 390]) {
    await page.setViewport({ width, height: 860 });
    await fits(page, `${what}, ${width}`);
    await context.shot(page, `${kind}-${width}`);
  }
  await page.setViewport({ width: 1280, height: 860 });
}

export async function run(context) {
  const { server } = context;
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, server, 'ada@example.org');
  const { page } = dashboard;
  await dashboard.open('/settings/security');
  await dashboard.shows('Two-step sign-in');
  await page.waitForSelector('#present-password');
  await page.type('#present-password', 'not my password');
  await dashboard.pressed('Set it up');
  await dashboard.shows('This is not your present password.');
  await dashboard.fill('Present password', PASSWORD);
  await dashboard.pressed('Set it up');
  await page.waitForSelector('svg.qr path');
  const secret = (await page.$eval('#secret', (it) => it.textContent)).replaceAll(' ', '');
  assert.match(secret, /^[A-Z2-7]{32}$/);
  await looked(context, page, 'two-steps-setup', 'an authenticator is set up');
  await dashboard.fill('Code', '000000');
  await dashboard.pressed('Turn it on');
  await dashboard.shows('This code is not right');
  await dashboard.fill('Code', code(secret, Date.now()));
  await dashboard.pressed('Turn it on');
  await dashboard.shows('Keep these codes');
  const spare = await page.$$eval('#recovery li', (items) => items.map((it) => it.textContent));
  assert.equal(new Set(spare).size, 10);
  await dashboard.shows('10 recovery codes left');
  await looked(context, page, 'two-steps-codes', 'recovery codes are shown');
  await dashboard.pressed('I have kept them');
  await dashboard.hides('Keep these codes');

  const other = await context.profile({ extension: false });
  const door = new Dashboard(await other.visit(`${server.url}/signin`), server.url);
  const first = async () => {
    await door.fill('E-mail', 'ada@example.org');
    await door.fill('Password', PASSWORD);
    await door.pressed('Sign in');
    await door.shows('One more step');
  };
  await first();
  await looked(context, door.page, 'second-step', 'the second step');
  await door.pressed('Begin again');
  await first();
  // The next code: the one that turned it on was taken.
  await door.fill('Code', code(secret, Date.now() + 30_000));
  await door.pressed('Sign in');
  await door.atLibrary();
  await door.open('/settings/security');
  await door.shows('10 recovery codes left');
  assert.equal((await door.api('DELETE', '/session')).status, 204);
  await door.open('/signin#step=code');
  await door.shows('One more step');
  await door.fill('Code', spare[0]);
  await door.pressed('Sign in');
  await door.shows('This took too long');
  await door.pressed('Begin again');
  await first();
  await door.fill('Code', spare[0]);
  await door.pressed('Sign in');
  await door.atLibrary();
  await door.open('/settings/security');
  await door.shows('9 recovery codes left');
  await accessible(door.page, 'two-step sign-in is on');
  await context.shot(door.page, 'two-steps-on');
  await door.fill('Present password', PASSWORD);
  await door.fill('Code, or a recovery code', spare[0]);
  await door.pressed('Turn it off');
  await door.shows('This code is not right');
  await door.fill('Code, or a recovery code', spare[1]);
  await door.pressed('Turn it off');
  await door.shows('Signing in asks for no code any more');
  assert.equal((await door.api('GET', '/account/security')).body.totp, undefined);
}
