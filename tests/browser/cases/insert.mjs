// A prompt of the library put where the cursor of a page is: into fields and editors of every sort, filled in before, and never lost.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { click, connect, says } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a prompt is inserted where the cursor of a page is, with its variables filled in, and copied where no page takes it';

const PLAIN = 'Be brief.\nBe kind.';

/** What a place of the page holds: a field its value, an editor its text. */
const held = (page, selector) => page.evaluate((css) => {
  const it = document.querySelector(css);
  return it.value ?? it.innerText;
}, selector);

/** Puts the cursor into a place of the page, after so many characters of a field. */
const at = (page, selector, after) => page.evaluate((css, offset) => {
  const it = document.querySelector(css);
  it.focus();
  if (offset !== null) it.setSelectionRange(offset, offset);
  if (it.isContentEditable) {
    getSelection().selectAllChildren(it);
    getSelection().collapseToEnd();
  }
}, selector, after ?? null);

async function insert(browser, page, title) {
  const popup = await browser.popup(page);
  await click(popup, `Insert into the page: ${title}`);
  return popup;
}

async function intoFields(browser, page) {
  await at(page, '#box', 'Before.'.length);
  await insert(browser, page, 'Plain');
  await until('the text between what was there', async () => (await held(page, '#box')) === `Before.${PLAIN} After.`);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'box');
  // The browser's own undo takes it back.
  await page.bringToFront();
  await page.evaluate(() => document.execCommand('undo'));
  assert.equal(await held(page, '#box'), 'Before. After.');

  await at(page, '#line', 'Topic: '.length);
  await insert(browser, page, 'Plain');
  await until('it to be on one line', async () => (await held(page, '#line')) === 'Topic: Be brief. Be kind.');

  await at(page, '#loud', 0);
  const popup = await insert(browser, page, 'Plain');
  await says(popup, 'the page shows it otherwise than it was');
  assert.equal(await held(page, '#loud'), PLAIN.toUpperCase());
  await popup.close();
}

async function intoEditors(browser, page) {
  await at(page, '#rich');
  await insert(browser, page, 'Plain');
  await until('the editor to show it', async () => /Rich:\s*Be brief\.\s+Be kind\./.test(await held(page, '#rich')));
  await at(page, '#own');
  await insert(browser, page, 'Plain');
  await until('the document of the editor to have it once', async () => (await held(page, '#own')).split('Be kind.').length === 2);
}

async function filledIn(context, browser, page) {
  await page.evaluate(() => { document.querySelector('#box').value = ''; });
  await at(page, '#box', 0);
  const popup = await insert(browser, page, 'Greeting');
  await popup.waitForSelector('#v-name');
  assert.equal(await popup.$('#run'), null, 'nothing is run here');
  for (const scheme of ['light', 'dark']) {
    await browser.scheme(popup, scheme);
    await popup.setViewport({ width: 360, height: 600 });
    await accessible(popup, `a form to insert, ${scheme}`);
    await fits(popup, `a form to insert, ${scheme}`);
    await context.shot(popup, `insert-${scheme}`);
  }
  await (await popup.waitForSelector('#insert')).click();
  await says(popup, 'Give a value.');
  await until('the focus to be where something is missing', () => popup.evaluate(() => document.activeElement.id === 'v-name'));
  await popup.type('#v-name', 'Ada');
  await popup.keyboard.down('Control');
  await popup.keyboard.press('Enter');
  await popup.keyboard.up('Control');
  await until('the text with its values', async () => (await held(page, '#box')) === 'Good day, Ada.');
}

async function refused(browser, page) {
  for (const place of ['#short', '#shut']) {
    const before = await held(page, place);
    await at(page, place);
    const popup = await insert(browser, page, 'Plain');
    await says(popup, 'It is on the clipboard');
    assert.equal(await held(page, place), before);
    await popup.close();
  }
}

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'ines@example.org');
  await (await connect(browser, context.server, dashboard)).close();
  const make = async (title, body) => (await dashboard.api('POST', '/library', { kind: 'prompt', set: { title }, body })).body.document.id;
  const plain = await make('Plain', PLAIN);
  await make('Greeting', 'Good {{time:day}}, {{name}}.');

  const page = await browser.visit(`${context.fixtures.url}/write`);
  await intoFields(browser, page);
  await intoEditors(browser, page);
  await filledIn(context, browser, page);
  await refused(browser, page);

  // In a frame that has the focus, and in no other place.
  const framed = await browser.visit(`${context.fixtures.url}/written`);
  const frame = await (await framed.waitForSelector('#frame')).contentFrame();
  await frame.waitForSelector('#box');
  await at(frame, '#box', 0);
  await insert(browser, framed, 'Plain');
  await until('the frame to have it', async () => (await held(frame, '#box')).startsWith(PLAIN));
  assert.equal(await held(framed, '#other'), '');

  // Without a cursor: the only place that takes a text.
  const single = await browser.visit(`${context.fixtures.url}/written?alone`);
  await single.evaluate(() => document.querySelector('iframe').remove());
  await insert(browser, single, 'Plain');
  await until('the one place to have it', async () => (await held(single, '#other')) === PLAIN);

  const closed = await browser.visit(`${context.fixtures.url}/article`);
  await says(await insert(browser, closed, 'Plain'), 'It is on the clipboard');
  await until('each of them to count as a use', async () => (await dashboard.document(plain)).counters?.uses >= 9);
}
