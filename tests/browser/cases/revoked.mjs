// A revoked device loses its access at once, and the person loses nothing.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, click, connect, says, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a revoked device keeps its library and its queue, says so, and can connect again';

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'rosa@example.org');
  const options = await connect(browser, context.server, dashboard);
  await options.close();
  const { body: devices } = await dashboard.api('GET', '/devices');
  assert.equal(devices.length, 1);
  assert.equal((await dashboard.api('DELETE', `/devices/${devices[0].id}`)).status, 204);

  const page = await browser.visit(`${context.fixtures.url}/article`);
  await select(page, '#first');
  const popup = await clip(browser, page, { what: 'selection', kind: 'Snippet' });
  await says(popup, 'Connect again');
  await popup.close();
  assert.equal((await dashboard.list()).length, 0);

  await connect(browser, context.server, dashboard);
  await until('the waiting clip to arrive', async () => (await dashboard.list()).length === 1);
}
