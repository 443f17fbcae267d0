// A library with a limit in the extension: how full it is, said beforehand; then a clip that there is no room for, made offline, kept and
// marked, and there as soon as the tier allows it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { accessible } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, click, connect, pageText, says, select } from '../lib/extension.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'the popup says beforehand how full the library is; a clip over the quota is kept, marked, and comes through with a larger tier';
export const args = ['--default-tier', 'free'];

/** Sets the tier of an account as who runs the server does, while it runs. */
function setTier(server, email, tier) {
  const where = server.args.flatMap((arg, at) => (['--data-dir', '--database-url'].includes(arg) ? [arg, server.args[at + 1]] : []));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KROWOC_')));
  execFileSync(server.bin, ['admin', 'set-tier', email, tier, ...where], { env });
}

/** Makes so many prompts. */
function filled(dashboard, count) {
  const items = Array.from({ length: count }, (_, n) => ({ kind: 'prompt', body: `prompt ${n}` }));
  return dashboard.api('POST', '/library/import', { items });
}

/** Opens the popup on a page, anew until the background knows what it is to say. */
function popupThat(browser, page, what, fits) {
  return until(`the popup ${what}`, async () => {
    const popup = await browser.popup(page);
    try {
      await until('the popup to know its library', async () => (await pageText(popup)).includes('Synced'), 3_000);
      if (fits(await pageText(popup))) return popup;
    } catch (error) {
      await popup.close();
      throw error;
    }
    await popup.close();
    return undefined;
  }, 40_000);
}

/** Before anything is refused, the popup says how much room there is, and what can be done when there is nearly none. */
async function beforehand(context, browser, dashboard, page) {
  await filled(dashboard, 44);
  const enough = await popupThat(browser, page, 'to count 44 prompts', (text) => text.includes('Prompts: 44 of 50'));
  assert.ok(!(await pageText(enough)).includes('Nearly full'));
  await accessible(enough, 'the popup of a library with a limit');
  await enough.close();
  await filled(dashboard, 1);
  const near = await popupThat(browser, page, 'to say that it is nearly full', (text) => text.includes('Nearly full.'));
  await says(near, 'Prompts: 45 of 50');
  await says(near, 'ask the server’s operator');
  await accessible(near, 'the popup of a library that is nearly full');
  await context.shot(near, 'popup-nearly-full');
  await near.close();
  await filled(dashboard, 5);
  const full = await popupThat(browser, page, 'to say that it is full', (text) => text.includes('Prompts: 50 of 50'));
  await says(full, 'Full. Move prompts to the trash');
  await says(full, 'New prompts that you save meanwhile are kept here.');
  await context.shot(full, 'popup-full');
  await full.close();
}

/** A popup that was only just opened learns of another tier by itself: it asks, and is not told by a live hint. */
async function enlarged(context, browser, page, wire) {
  setTier(context.server, 'grace@example.org', 'power');
  wire.deafen();
  const larger = await browser.popup(page);
  await says(larger, 'No room in your tier');
  await until('the popup to name no limit', async () => !(await pageText(larger)).includes('Prompts:'));
  await larger.close();
  wire.hear();
}

/** Fills the library, saves over its limit, and makes room, over a wire that lets hints through or not. */
async function filledUp(context, wire) {
  const browser = await context.profile();
  const server = { url: wire.url };
  const dashboard = await Dashboard.signUp(browser, server, 'grace@example.org');
  await connect(browser, server, dashboard);
  const page = await browser.visit(`${context.fixtures.url}/article`);
  await select(page, '#first');
  await beforehand(context, browser, dashboard, page);

  await context.server.down();
  // What was known last is said without a connection too.
  const alone = await browser.popup(page);
  await says(alone, 'Prompts: 50 of 50');
  await says(alone, 'Full. Move prompts to the trash');
  await alone.close();
  const popup = await clip(browser, page, { what: 'selection', kind: 'Prompt', tags: ['over'] });
  await says(popup, '1 waiting');
  // It is yet to be sent, and there is no place for it.
  await says(popup, 'Prompts: 50 of 50');
  await popup.close();
  await context.server.up();

  const options = await browser.extensionPage('pages/options.html');
  await click(options, 'Sync now');
  const again = await browser.popup(page);
  await says(again, 'No room in your tier');
  // The clip waits beside what is there: it takes no place.
  await says(again, 'Prompts: 50 of 50');
  await context.shot(again, 'popup-over-quota');
  await again.close();
  assert.equal((await dashboard.list('?tag=over')).length, 0, 'there is no room for it');
  assert.equal((await dashboard.list('?kind=prompt&limit=200')).length, 50);

  await enlarged(context, browser, page, wire);
  await options.bringToFront();
  await click(options, 'Sync now');
  await until('the clip to arrive', async () => (await dashboard.list('?tag=over')).length === 1);
  assert.equal((await dashboard.list('?kind=prompt&limit=200')).length, 51, 'once');
}

export async function run(context) {
  const wire = await startProxy(context.server.port);
  try {
    await filledUp(context, wire);
  } finally {
    wire.close();
  }
}
