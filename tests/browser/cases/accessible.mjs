// Every page and the popup: no axe violation, light and dark, wide and narrow, and no sideways scroll.
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, connect, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'axe finds nothing on any page or on the popup, light and dark, wide and narrow';
export const browsers = ['chromium'];

const PAGES = ['/library/prompts', '/library/snippets', '/library/collections', '/library/trash', '/import', '/settings/devices',
  '/settings/keys', '/settings/budget', '/settings/tokens', '/run', '/executions', '/dead-letters',
  '/settings/sessions', '/settings/appearance', '/settings/export', '/connect#challenge=x&state=y&name=Test'];

async function each(context, page, name) {
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
    for (const width of [1280, 390]) {
      await page.setViewport({ width, height: 860 });
      await until(`${name} to be drawn`, () => page.evaluate(() => document.querySelector('main, [role=main]') && !document.querySelector('[aria-busy=true]')));
      await context.shot(page, `${name}-${width}-${scheme}`);
      await accessible(page, `${name} ${width} ${scheme}`);
      await fits(page, `${name} ${width} ${scheme}`);
    }
  }
}

export async function run(context) {
  const browser = await context.profile();
  const stranger = await browser.visit(`${context.server.url}/signin`);
  await each(context, stranger, 'signin');
  await stranger.goto(`${context.server.url}/signup`);
  await each(context, stranger, 'signup');
  await stranger.close();

  const dashboard = await Dashboard.signUp(browser, context.server, 'tim@example.org');
  await connect(browser, context.server, dashboard, (tab) => each(context, tab, 'connect, asked'));
  const page = await browser.visit(`${context.fixtures.url}/hidden`);
  const popup = await browser.popup(page);
  await until('the preview', () => popup.evaluate(() => !!document.querySelector('.preview')));
  for (const scheme of ['light', 'dark']) {
    await popup.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await context.shot(popup, `popup-${scheme}`);
    await accessible(popup, `popup ${scheme}`);
    await fits(popup, `popup ${scheme}`);
  }
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
  await popup.close();
  const article = await browser.visit(`${context.fixtures.url}/prompt`);
  await select(article, '#prompt');
  const saved = await clip(browser, article, { what: 'selection', kind: 'Prompt', tags: ['review'] });
  await accessible(saved, 'popup, saved');
  await saved.close();
  await (await clip(browser, page, { what: 'page', kind: 'Snippet' })).close();
  const options = await browser.extensionPage('pages/options.html');
  await each(context, options, 'options');
  await options.evaluate(() => { document.documentElement.dir = 'rtl'; });
  await context.shot(options, 'options-rtl');
  await fits(options, 'options, right to left');

  const [row] = await until('the clips to arrive', async () => {
    const rows = await dashboard.list('?kind=prompt');
    return rows.length > 0 && rows;
  });
  await dashboard.page.bringToFront();
  for (const path of [...PAGES, `/library/${row.id}`]) {
    await dashboard.open(path);
    const label = path === `/library/${row.id}` ? 'document' : path.split('#')[0].slice(1).replaceAll('/', '-');
    await each(context, dashboard.page, label);
  }
  await dashboard.open('/api/docs');
  await accessible(dashboard.page, 'API reference');
}
