// Signing in through two real OpenID Connect providers: a new account, one whose password proves it, a second method, none removed as the last.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard, PASSWORD } from '../lib/dashboard.mjs';
import { startIssuer } from '../lib/issuer.mjs';
import { freePort } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a provider of sign-ins makes an account, needs the password of one that is there, and cannot be the last to go';

const port = await freePort();
const labPort = await freePort();
const lab = { id: 'lab', name: 'Lab ID' };
const list = [{ ...lab, issuer: `http://127.0.0.1:${labPort}`, client_id: 'krowoc' }];
export const args = ['--public-url', '{url}', '--oidc-issuer', `http://127.0.0.1:${port}`, '--oidc-client-id', 'krowoc', '--oidc-name', 'Example ID',
  '--oidc-issuers', JSON.stringify(list)];

async function through(context, page, who) {
  await page.goto(`${context.server.url}/signin`);
  const door = new Dashboard(page, context.server.url);
  await door.pressed('Continue with Example ID');
  await until('the provider to ask who it is', () => page.evaluate(() => document.title === 'Example ID'));
  await door.pressed(`Be ${who}`);
  return door;
}

/** Removes the method, with the password. */
async function removed(context, dashboard) {
  const { page } = dashboard;
  await dashboard.pressed('Remove Example ID');
  await page.waitForSelector('#remove-password');
  await accessible(page, 'a method that is removed');
  await context.shot(page, 'method-remove');
  await page.type('#remove-password', 'not my password');
  await dashboard.pressed('Remove it');
  await dashboard.shows('This is not your present password.');
  await page.click('#remove-password', { count: 3 });
  await page.type('#remove-password', PASSWORD);
  await dashboard.pressed('Remove it');
  await until('the method to be gone', async () => (await dashboard.api('GET', '/account')).body.identities.length === 0);
}

export async function run(context) {
  const { server } = context;
  const issuer = await startIssuer(port, server.url, ['ada@example.org', 'grace@example.org']);
  const second = await startIssuer(labPort, server.url, ['ada@lab.example.org'], lab);
  try {
    const first = await context.profile({ extension: false });
    const page = await first.visit(`${server.url}/signin`);
    const door = new Dashboard(page, server.url);
    await door.shows('Continue with Example ID');
    await door.shows('Continue with Lab ID');
    await accessible(page, 'sign-in with a provider');
    for (const width of [1280, 390]) {
      await page.setViewport({ width, height: 860 });
      await fits(page, `sign-in with a provider, ${width}`);
      await context.shot(page, `signin-provider-${width}`);
    }
    await page.setViewport({ width: 1280, height: 860 });
    const ada = await through(context, page, 'ada@example.org');
    await ada.atLibrary();
    // The provider's picture is fetched after the sign-in.
    await until('the picture to be fetched', async () => !!(await ada.api('GET', '/session')).body.picture);
    await ada.open('/settings/account');
    const faces = () => page.evaluate(() => [...document.querySelectorAll('img.face')].filter((it) => it.complete && it.naturalWidth > 0).length);
    await until('the picture in the navigation and in the settings', async () => (await faces()) === 2);
    await ada.shows('Your account has no password');
    await ada.shows('ada@example.org');
    await accessible(page, 'account without a password');
    await context.shot(page, 'account-provider');
    await ada.pressed('Remove the picture');
    await ada.shows('Your picture was removed');
    await until('no picture to be left', async () => (await faces()) === 0);
    assert.equal((await ada.api('GET', '/session')).body.picture, undefined);
    await ada.pressed('Remove Example ID');
    await ada.shows('Nothing else lets you in');
    assert.equal((await ada.api('GET', '/account')).body.identities.length, 1);
    await ada.fill('New password', PASSWORD);
    await ada.pressed('Set a password');
    await ada.hides('Your account has no password');
    await removed(context, ada);
    // The other issuer is another method of the same account.
    await ada.pressed('Add Lab ID');
    await page.waitForSelector('#add-password');
    await accessible(page, 'a method that is added');
    await page.keyboard.press('Escape');
    await until('the form to be closed', () => page.evaluate(() => !document.querySelector('#add-password') && document.activeElement.id === 'add-lab'));
    await ada.pressed('Add Lab ID');
    await page.waitForSelector('#add-password');
    await page.type('#add-password', 'not my password');
    await ada.pressed('Continue with Lab ID');
    await ada.shows('This is not your present password.');
    await page.click('#add-password', { count: 3 });
    await page.type('#add-password', PASSWORD);
    await ada.pressed('Continue with Lab ID');
    await until('the other provider to ask who it is', () => page.evaluate(() => document.title === 'Lab ID'));
    await ada.pressed('Be ada@lab.example.org');
    // The issuer's own page shows the address as well.
    await until('the settings to show the other method', () => page.evaluate(() => location.pathname === '/settings/account'
      && document.body.innerText.includes('ada@lab.example.org')));
    const [method] = (await ada.api('GET', '/account')).body.identities;
    assert.equal(method.provider, 'lab');

    const other = await context.profile({ extension: false });
    await Dashboard.signUp(other, server, 'grace@example.org');
    const third = await context.profile({ extension: false });
    const tab = await third.visit(`${server.url}/signin`);
    const grace = await through(context, tab, 'grace@example.org');
    await grace.shows('Is this account yours?');
    await grace.shows('Example ID says that you are grace@example.org');
    await accessible(tab, 'proof of an account');
    await context.shot(tab, 'proof');
    await grace.fill('Password of that account', 'not my password');
    await grace.pressed('Prove it and sign in');
    await grace.shows('This is not your present password.');
    await grace.fill('Password of that account', PASSWORD);
    await grace.pressed('Prove it and sign in');
    await grace.atLibrary();
    await grace.open('/settings/account');
    await removed(context, grace);

    const fourth = await context.profile({ extension: false });
    const stranger = await fourth.visit(`${server.url}/api/v1/sign-in/oidc/callback?code=x&state=y`);
    await new Dashboard(stranger, server.url).shows('begun elsewhere');
    await accessible(stranger, 'a sign-in that failed');
  } finally {
    issuer.stop();
    second.stop();
  }
}
