// Disconnecting takes the device off the server; where that cannot be done it is said, and nothing is lost.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { accessible } from '../lib/axe.mjs';
import { click, connect, pageText, says } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'disconnecting takes the device off the server, and says so when the server cannot be told';

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'iris@example.org');
  const devices = async () => (await dashboard.api('GET', '/devices')).body;
  const leave = async (options) => {
    await options.bringToFront();
    await click(options, 'Disconnect');
    await (await options.waitForSelector('#disconnect-now')).click();
    await until('the form to connect', () => options.evaluate(() => !!document.querySelector('#address')), 40_000);
  };

  const options = await connect(browser, context.server, dashboard);
  assert.equal((await devices()).length, 1);
  await leave(options);
  await until('the device to be gone', async () => (await devices()).length === 0);
  assert.doesNotMatch(await pageText(options), /could not be told/);
  await options.close();

  const again = await connect(browser, context.server, dashboard);
  assert.equal((await devices()).length, 1);
  await context.server.down();
  await leave(again);
  await says(again, 'still stands on the Devices page');
  await context.shot(again, 'options-left-standing');
  await accessible(again, 'options, a device left standing');
  await context.server.up();
  assert.equal((await devices()).length, 1, 'the server was not told');
  await click(again, 'Understood');
  await until('the notice to go', async () => !/still stands/.test(await pageText(again)));
}
