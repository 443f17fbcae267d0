// Passkeys: one is added, signs in alone and as the second step, has another name, and is removed with the password.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard, PASSWORD } from '../lib/dashboard.mjs';
import { code } from '../lib/totp.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a passkey is added, signs in, passes the second step, and signs in no more once it is removed';

export const args = ['--public-url', '{named}'];

async function looked(context, browser, page, kind) {
  await accessible(page, kind);
  for (const width of [1280, 390]) {
    await page.setViewport({ width, height: 860 });
    await fits(page, `${kind}, ${width}`);
    for (const scheme of ['dark', 'light']) {
      await browser.scheme(page, scheme);
      await context.shot(page, `passkeys-${kind}-${width}-${scheme}`);
    }
  }
  await page.setViewport({ width: 1280, height: 860 });
}

/** Signs out, and goes to the door. */
async function signedOut(dashboard) {
  await dashboard.pressed('Sign out');
  await dashboard.shows('Sign in to Krowoc');
  await dashboard.open('/signin');
}

/** Somebody whose browser is old, and who comes by a number instead of the name. */
async function elsewhere(browser, server) {
  const old = await browser.newPage();
  await old.evaluateOnNewDocument(() => { delete globalThis.PublicKeyCredential; });
  const without = new Dashboard(old, server.named);
  await without.open('/settings/security');
  await without.shows('This browser cannot make passkeys here');
  await old.close();
  const numbered = new Dashboard(await browser.visit(`${server.url}/signin`), server.url);
  await numbered.pressed('Sign in with a passkey');
  await numbered.shows('Passkeys of this server belong to its public address');
  await numbered.page.close();
}

/** A page that is left while the browser asks: the question is called off. */
async function left(dashboard) {
  const { page } = dashboard;
  await dashboard.open('/settings/security');
  await page.waitForSelector('#passkey-name');
  await page.evaluate(() => {
    navigator.credentials.create = ({ signal }) => new Promise((_, reject) => {
      globalThis.asking = signal;
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  });
  await page.type('#passkey-name', 'Left');
  await page.type('#passkey-password', PASSWORD);
  await dashboard.pressed('Add a passkey');
  await until('the browser to be asked', () => page.evaluate(() => !!globalThis.asking));
  assert.equal(await page.evaluate(() => globalThis.asking.aborted), false);
  await dashboard.pressed('Account');
  await until('the question to be called off', () => page.evaluate(() => globalThis.asking.aborted));
}

export async function run(context) {
  const { server } = context;
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, { url: server.named }, 'ada@example.org');
  const { page } = dashboard;
  const authenticator = await browser.authenticator(page);
  const security = async () => (await dashboard.api('GET', '/account/security')).body;
  await dashboard.open('/settings/security');
  await dashboard.shows('No passkey yet');
  await looked(context, browser, page, 'none');

  await dashboard.pressed('Add a passkey');
  await dashboard.shows('Give it a name.');
  await page.type('#passkey-name', 'Laptop');
  await page.type('#passkey-password', 'not my password');
  await dashboard.pressed('Add a passkey');
  await dashboard.shows('This is not your present password.');
  await page.click('#passkey-password', { count: 3 });
  await page.type('#passkey-password', PASSWORD);
  await authenticator.known(false);
  await dashboard.pressed('Add a passkey');
  await dashboard.shows('No passkey was made');
  await authenticator.known(true);
  await dashboard.pressed('Add a passkey');
  await dashboard.shows('The passkey is added');
  await dashboard.hides('No passkey yet');
  assert.equal((await security()).passkeys[0].used_at, undefined);
  await looked(context, browser, page, 'one');
  await left(dashboard);
  await elsewhere(browser, server);

  await page.bringToFront();
  await signedOut(dashboard);
  await dashboard.shows('Sign in with a passkey');
  await looked(context, browser, page, 'door');
  await authenticator.known(false);
  await dashboard.pressed('Sign in with a passkey');
  await dashboard.shows('No passkey was used');
  await authenticator.known(true);
  await dashboard.pressed('Sign in with a passkey');
  await dashboard.atLibrary();
  const [used] = (await security()).passkeys;
  assert.ok(used.used_at >= used.created_at);

  await dashboard.open('/settings/security');
  await dashboard.pressed('Rename Laptop');
  await dashboard.fill('Passkey', 'Phone');
  await dashboard.pressed('Save');
  await until('the passkey to have its name', async () => (await security()).passkeys[0].name === 'Phone');
  const { secret } = (await dashboard.api('POST', '/account/totp', { password: PASSWORD })).body;
  assert.equal((await dashboard.api('POST', '/account/totp/confirmation', { code: code(secret, Date.now()) })).status, 200);
  assert.equal((await dashboard.api('DELETE', '/session')).status, 204);
  await dashboard.open('/signin');
  await dashboard.fill('E-mail', 'ada@example.org');
  await dashboard.fill('Password', PASSWORD);
  await dashboard.pressed('Sign in');
  await dashboard.shows('Use a passkey');
  await looked(context, browser, page, 'step');
  await dashboard.pressed('Use a passkey');
  await dashboard.atLibrary();

  await dashboard.open('/settings/security');
  await dashboard.pressed('Remove Phone');
  await page.waitForSelector('#remove-password');
  await looked(context, browser, page, 'remove');
  await page.type('#remove-password', 'not my password');
  await dashboard.pressed('Remove it');
  await dashboard.shows('This is not your present password.');
  await page.click('#remove-password', { count: 3 });
  await page.type('#remove-password', PASSWORD);
  await dashboard.pressed('Remove it');
  await dashboard.shows('No passkey yet');
  assert.deepEqual((await security()).passkeys, []);
  // The authenticator has it still.
  await signedOut(dashboard);
  await dashboard.pressed('Sign in with a passkey');
  await dashboard.shows('This passkey did not let you in');
}
