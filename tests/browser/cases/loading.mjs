// A page that has not finished loading when the popup opens: it is read as it stands, and not waited for without end.
import assert from 'node:assert/strict';
import { pageText, says } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a page is read while a picture or a script of it never comes, and a text that is not whole is called so';

const STILL = 'The page is still loading';

export async function run(context) {
  const browser = await context.profile();
  const page = await browser.newPage();
  const state = () => page.evaluate(() => document.readyState);
  const opened = async (what, wanted) => {
    // A script that never comes keeps even the text from ending: no event of a navigation can be waited for.
    page.goto(`${context.fixtures.url}/hanging/${what}`).catch(() => {});
    await until('the text to be there', () => page.evaluate(() => location.pathname.startsWith('/hanging') && document.querySelectorAll('article p').length > 5));
    await until(`the page to be ${wanted}`, async () => (await state()) === wanted);
    const popup = await browser.popup(page);
    await says(popup, 'The lamp of tower 1');
    assert.equal(await state(), wanted, 'the page was not waited for');
    return popup;
  };

  const whole = await opened('image', 'interactive');
  assert.ok(!(await pageText(whole)).includes(STILL), 'the text was whole');
  await whole.click('#save');
  await says(whole, 'Saved');
  await whole.close();

  const part = await opened('script', 'loading');
  await says(part, STILL);
  await context.shot(part, 'popup-still-loading');
  await part.click('#save');
  await says(part, 'Saved');
}
