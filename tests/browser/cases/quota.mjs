// A clip that there is no room for: made offline, kept and marked, and there as soon as the tier allows it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, click, connect, says, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a clip over the quota is made offline, kept and marked, and comes through when the tier is raised';
export const args = ['--default-tier', 'free'];

/** Sets the tier of an account as who runs the server does, while it runs. */
function setTier(server, email, tier) {
  const where = server.args.flatMap((arg, at) => (['--data-dir', '--database-url'].includes(arg) ? [arg, server.args[at + 1]] : []));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KROWOC_')));
  execFileSync(server.bin, ['admin', 'set-tier', email, tier, ...where], { env });
}

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'grace@example.org');
  const items = Array.from({ length: 50 }, (_, n) => ({ kind: 'prompt', body: `prompt ${n}` }));
  await dashboard.api('POST', '/library/import', { items });
  await connect(browser, context.server, dashboard);

  await context.server.down();
  const page = await browser.visit(`${context.fixtures.url}/article`);
  await select(page, '#first');
  const popup = await clip(browser, page, { what: 'selection', kind: 'Prompt', tags: ['over'] });
  await says(popup, '1 waiting');
  await popup.close();
  await context.server.up();

  const options = await browser.extensionPage('pages/options.html');
  await click(options, 'Sync now');
  const again = await browser.popup(page);
  await says(again, 'No room in your tier');
  await context.shot(again, 'popup-over-quota');
  await again.close();
  assert.equal((await dashboard.list('?tag=over')).length, 0, 'there is no room for it');
  assert.equal((await dashboard.list('?kind=prompt&limit=200')).length, 50);

  setTier(context.server, 'grace@example.org', 'power');
  await options.bringToFront();
  await click(options, 'Sync now');
  await until('the clip to arrive', async () => (await dashboard.list('?tag=over')).length === 1);
  assert.equal((await dashboard.list('?kind=prompt&limit=200')).length, 51, 'once');
}
