// The extension as a person uses it: connect, clip, look. Not its storage.
import { until } from './wait.mjs';

/** Selects the text of an element, as a mouse would. */
export async function select(page, selector, frame) {
  await (frame || page).evaluate((css) => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(css));
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }, selector);
}

/** Types the server's address on the options page, presses Connect, agrees on the dashboard, and waits until it is connected.
 * `look` sees the page that asks, before it is agreed to. */
export async function connect(browser, server, dashboard, look = async () => {}) {
  await browser.grantHost(server.url);
  const options = await browser.extensionPage('pages/options.html');
  const address = await options.waitForSelector('::-p-aria([name="Server address"])');
  await address.click({ count: 3 });
  await address.type(server.url);
  // "Connect", or "Connect again" after a device was revoked.
  await (await options.waitForSelector('::-p-xpath(//button[starts-with(normalize-space(.), "Connect")])')).click();
  const tab = await until('the connect page to open', async () => {
    const page = (await browser.raw.pages()).find((candidate) => candidate.url().includes('/connect'));
    // Firefox may still be changing the tab's process: then it is looked for again.
    await page?.bringToFront();
    return page;
  });
  const agree = await tab.waitForSelector('::-p-aria([name="Connect"][role="button"])');
  await look(tab);
  await agree.click();
  await options.bringToFront();
  await until('the options page to say who is connected', async () => (await pageText(options)).includes('Connected'));
  if (dashboard) await dashboard.page.bringToFront();
  return options;
}

export function pageText(page) {
  return page.evaluate(() => document.body.innerText);
}

export async function says(page, text, limit) {
  await until(`the page to say “${text}”`, async () => (await pageText(page)).includes(text), limit);
}

export async function click(page, name) {
  const found = await page.waitForSelector(`::-p-aria([name="${name}"])`);
  // What lies under the foot of the popup is in view to a driver: a person scrolls on.
  await found.evaluate((it) => it.scrollIntoView({ block: 'center' }));
  await found.click();
}

/** Opens the popup on a page, picks what to capture, and saves it. Returns the popup. */
export async function clip(browser, page, { what, kind, tags = [] } = {}) {
  const popup = await browser.popup(page);
  await until('the preview to be there', () => popup.evaluate(() => !!document.querySelector('.preview')));
  // With nothing selected there is nothing to choose: the page it is.
  if (what && (await popup.$('select[aria-label="What to capture"]'))) {
    await popup.select('select[aria-label="What to capture"]', what);
  }
  if (kind) await click(popup, kind);
  for (const tag of tags) {
    const field = await popup.waitForSelector('::-p-aria([name="Add a tag"])');
    await field.type(tag);
    await field.press('Enter');
  }
  await until('the save button to be ready', () => popup.evaluate(() => {
    const button = document.querySelector('.btn--primary');
    return button && !button.disabled;
  }));
  await popup.keyboard.down('Control');
  await popup.keyboard.press('Enter');
  await popup.keyboard.up('Control');
  await says(popup, 'Saved');
  return popup;
}
