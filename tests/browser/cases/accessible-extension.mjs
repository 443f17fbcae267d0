// The extension's own pages and the one that asks to connect it: no axe violation, light and dark, and right to left too.
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, connect, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'axe finds nothing on the popup, on the settings and on the page that asks, light and dark';

const POPUP = { width: 360, height: 600 };
const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 390, height: 860 };

async function each(context, browser, page, what, sizes) {
  for (const scheme of ['light', 'dark']) {
    await browser.scheme(page, scheme);
    for (const size of sizes) {
      await page.setViewport(size);
      await until(`${what} to be drawn`, () => page.evaluate(() => document.querySelector('main, [role=main]') && !document.querySelector('[aria-busy=true]')));
      await context.shot(page, `${what}-${size.width}-${scheme}`);
      await accessible(page, `${what} ${size.width} ${scheme}`);
      await fits(page, `${what} ${size.width} ${scheme}`);
    }
  }
}

/** The arrow keys go by what is read first. */
async function mirrored(context, popup) {
  await popup.evaluate(() => { document.documentElement.dir = 'rtl'; });
  await context.shot(popup, 'popup-rtl');
  await accessible(popup, 'popup, right to left');
  await fits(popup, 'popup, right to left');
  const kinds = () => popup.evaluate(() => [...document.querySelectorAll('.seg [role=radio]')].map((one) => one.getAttribute('aria-checked')).join());
  await popup.focus('.seg [aria-checked=true]');
  const before = await kinds();
  await popup.keyboard.press('ArrowRight');
  await until('the arrow to move against the reading direction', async () => (await kinds()) !== before);
  await popup.keyboard.press('ArrowLeft');
  await until('the other arrow to move back', async () => (await kinds()) === before);
}

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'tim@example.org');
  await connect(browser, context.server, dashboard, (tab) => each(context, browser, tab, 'connect, asked', [WIDE, NARROW]));

  const page = await browser.visit(`${context.fixtures.url}/hidden`);
  const popup = await browser.popup(page);
  await until('the preview', () => popup.evaluate(() => !!document.querySelector('.preview')));
  await each(context, browser, popup, 'popup', [POPUP]);
  await mirrored(context, popup);
  await popup.close();

  const article = await browser.visit(`${context.fixtures.url}/prompt`);
  await select(article, '#prompt');
  const saved = await clip(browser, article, { what: 'selection', kind: 'Prompt', tags: ['review'] });
  await each(context, browser, saved, 'popup, saved', [POPUP]);
  await saved.close();

  const options = await browser.extensionPage('pages/options.html');
  await each(context, browser, options, 'options', [WIDE, NARROW]);
  await options.evaluate(() => { document.documentElement.dir = 'rtl'; });
  await context.shot(options, 'options-rtl');
  await fits(options, 'options, right to left');
}
