// Nothing is lost without a server: no server configured, server gone, worker killed.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, click, connect, says, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'clips made with no server, with the server gone and with the worker killed all arrive';
export const bothDatabases = true;

export async function run(context) {
  const browser = await context.profile();
  const page = await browser.visit(`${context.fixtures.url}/article`);
  await select(page, '#first');
  await (await clip(browser, page, { what: 'selection', kind: 'Snippet', tags: ['before'] })).close();

  const dashboard = await Dashboard.signUp(browser, context.server, 'alan@example.org');
  await connect(browser, context.server, dashboard);
  await until('the clip made before there was a server', async () => (await dashboard.list('?tag=before')).length === 1);

  await context.server.down();
  await page.bringToFront();
  await select(page, '#second');
  const popup = await clip(browser, page, { what: 'selection', kind: 'Snippet', tags: ['offline'] });
  await says(popup, '1 waiting');
  await context.shot(popup, 'popup-offline');
  await popup.close();
  await browser.killBackground();
  await context.server.up();

  const options = await browser.extensionPage('pages/options.html');
  await click(options, 'Sync now');
  await until('the clip made offline', async () => (await dashboard.list('?tag=offline')).length === 1);
  assert.equal((await dashboard.list()).length, 2, 'each clip once');
}
