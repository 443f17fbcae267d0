// The address that a provider of sign-ins says, taken over as the account's: offered, never done by itself, and confirmed by a link.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard, PASSWORD } from '../lib/dashboard.mjs';
import { startIssuer } from '../lib/issuer.mjs';
import { mailTo } from '../lib/mail.mjs';
import { freePort } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'the address that a provider says is offered, and takes the place of the old one by the link of a mail';

const port = await freePort();
const OLD = 'ada@example.org';
const NEW = 'ada@new.example';
export const args = ['--public-url', '{url}', '--mail-folder', '{data}/mails',
  '--oidc-issuer', `http://127.0.0.1:${port}`, '--oidc-client-id', 'krowoc', '--oidc-name', 'Example ID'];

/** Adds the provider as a second way in, as somebody who has another address there. */
async function added(dashboard) {
  const { page } = dashboard;
  await dashboard.open('/settings/account');
  await dashboard.pressed('Add Example ID');
  await page.waitForSelector('#add-password');
  await page.type('#add-password', PASSWORD);
  await dashboard.pressed('Continue with Example ID');
  await until('the provider to ask who it is', () => page.evaluate(() => document.title === 'Example ID'));
  await dashboard.pressed(`Be ${NEW}`);
  // The provider's own page shows the address as well.
  await until('the settings to offer the address', () => page.evaluate((email) => location.pathname === '/settings/account'
    && document.body.innerText.includes(`your address is ${email}`), NEW));
}

const email = async (dashboard) => (await dashboard.api('GET', '/account')).body.email;

export async function run(context) {
  const { server } = context;
  const issuer = await startIssuer(port, server.url, [NEW]);
  try {
    const browser = await context.profile({ extension: false });
    const ada = await Dashboard.signUp(browser, server, OLD);
    const { page } = ada;
    await page.goto((await mailTo(server, OLD, 'Confirm')).link);
    await ada.pressed('Confirm the address');
    await ada.shows('The address is confirmed');
    await added(ada);
    assert.equal(await email(ada), OLD, 'nothing is taken over by itself');
    for (const width of [1280, 390]) {
      await page.setViewport({ width, height: 860 });
      await accessible(page, `an address that is offered, ${width}`);
      await fits(page, `an address that is offered, ${width}`);
      await context.shot(page, `account-address-offered-${width}`);
    }
    await page.setViewport({ width: 1280, height: 860 });

    await ada.pressed(`Use this address ${NEW}`);
    await until('the form to hold it, with the focus where the password is wanted', () => page.evaluate((wanted) => document.querySelector('#new-email').value === wanted
      && document.activeElement?.id === 'email-password', NEW));
    await page.keyboard.type(PASSWORD);
    await ada.pressed('Change the address');
    await ada.shows(`${NEW} takes its place`);
    await ada.hides('Use this address');
    assert.equal(await email(ada), OLD, 'the old one counts until the link was used');
    await page.goto((await mailTo(server, NEW, 'Confirm')).link);
    await ada.pressed('Confirm the address');
    await ada.shows(`${NEW} is the address of your account`);
    assert.match((await mailTo(server, OLD, 'was changed')).text, /ada@new\.example/);
    assert.equal(await email(ada), NEW);
    await ada.open('/settings/account');
    await until('the address to show as confirmed', () => page.evaluate((wanted) => [...document.querySelectorAll('section[aria-labelledby=account-email] b')].some((it) => it.textContent === wanted), NEW));
    await ada.hides('Use this address');
  } finally {
    issuer.stop();
  }
}
