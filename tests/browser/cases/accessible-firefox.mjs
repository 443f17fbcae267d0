// The extension's pages in Firefox: no axe violation, light and dark. The dashboard is looked at in Chromium.
import { accessible, fits } from '../lib/axe.mjs';
import { clip, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'axe finds nothing on the popup and on the settings in Firefox, light and dark';
export const browsers = ['firefox'];

async function each(context, browser, page, what) {
  for (const scheme of ['light', 'dark']) {
    await browser.scheme(page, scheme);
    await context.shot(page, `${what}-${scheme}`);
    await accessible(page, `${what} ${scheme}`);
    await fits(page, `${what} ${scheme}`);
  }
}

export async function run(context) {
  const browser = await context.profile();
  const hidden = await browser.visit(`${context.fixtures.url}/hidden`);
  const popup = await browser.popup(hidden);
  await popup.setViewport({ width: 360, height: 600 });
  await until('the preview', () => popup.evaluate(() => !!document.querySelector('.preview')));
  await each(context, browser, popup, 'popup');
  await popup.close();

  const article = await browser.visit(`${context.fixtures.url}/prompt`);
  await select(article, '#prompt');
  const saved = await clip(browser, article, { what: 'selection', kind: 'Prompt', tags: ['review'] });
  await saved.setViewport({ width: 360, height: 600 });
  await each(context, browser, saved, 'popup-saved');
  await saved.close();

  const options = await browser.extensionPage('pages/options.html');
  await until('the settings', () => options.evaluate(() => !!document.querySelector('main')));
  await each(context, browser, options, 'options');
}
