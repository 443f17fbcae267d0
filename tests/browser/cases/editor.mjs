// The one editor, wherever it is: on Home, over the library, in the popup. Making, changing, and not losing what is not saved.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { click, connect, says } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a prompt is made on Home, changed over the library and in the popup by the same editor, and unsaved text is not lost';

const TEXT = 'Act as a careful {{role}}.';

async function save(page) {
  await page.keyboard.down('Control');
  await page.keyboard.press('Enter');
  await page.keyboard.up('Control');
}

async function typed(page, selector, text) {
  const field = await page.waitForSelector(selector);
  await field.click();
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await field.type(text);
}

const holds = (page, selector, text) => until(`${selector} to hold “${text}”`, () => page.evaluate((css, wanted) => document.querySelector(css)?.value === wanted, selector, text));
const focused = (page, id) => until(`the focus to be on ${id}`, () => page.evaluate((wanted) => document.activeElement?.id === wanted, id));

/** Whether the editor did something for a key that belongs to an input method: it asks, or it saves. */
const composes = (page, key) => page.evaluate(async (init) => {
  const field = document.querySelector('#editor-text');
  field.dispatchEvent(new KeyboardEvent('keydown', { ...init, isComposing: true, bubbles: true, cancelable: true }));
  await new Promise(requestAnimationFrame);
  return !!document.querySelector('#editor-write-on') || document.querySelector('#editor-save')?.getAttribute('aria-disabled') === 'true';
}, key);
const gone = (page) => until('the editor to be gone', () => page.evaluate(() => !document.querySelector('#editor-text')));

async function looked(context, browser, page, what, widths) {
  for (const scheme of ['light', 'dark']) {
    await browser.scheme(page, scheme);
    for (const width of widths) {
      await page.setViewport({ width, height: 860 });
      await context.shot(page, `${what}-${width}-${scheme}`);
      await accessible(page, `${what} ${width} ${scheme}`);
      await fits(page, `${what} ${width} ${scheme}`);
    }
  }
}

async function onHome(context, browser, dashboard) {
  const { page } = dashboard;
  await dashboard.open('/');
  await dashboard.shows('Nothing waits for you.');
  await page.bringToFront();
  await page.keyboard.press('c');
  await until('the title to have the focus', () => page.evaluate(() => document.activeElement?.id === 'editor-title'));
  await save(page);
  await dashboard.shows('Write a title or a text first.');
  await typed(page, '#editor-title', 'Reviewer');
  await typed(page, '#editor-text', TEXT);
  await dashboard.shows(`${TEXT.length} characters`);
  await dashboard.shows('Variables: role');
  await typed(page, '#editor-tags', 'code,');
  await typed(page, '#editor-category', 'Work');
  await page.click('#editor-more');
  await typed(page, '#editor-persona', 'reviewer');
  await typed(page, '[aria-label="Name of metadata"]', 'audience');
  await save(page);
  await dashboard.shows('Metadata needs a name and a value.');
  await typed(page, '[aria-label="Value of metadata"]', 'judges');
  await page.keyboard.press('Enter');
  await until('the piece to have a field of its own', () => page.evaluate(() => document.querySelector('#editor-own-audience')?.value === 'judges'));
  await typed(page, '#editor-model', 'gpt-4o');
  await dashboard.shows('Write provider/model');
  await looked(context, browser, page, 'editor', [390, 1280]);

  // The page is left with it, and it is there again.
  await dashboard.open('/');
  await dashboard.shows('Nothing waits for you.');
  await page.bringToFront();
  await page.keyboard.press('c');
  await holds(page, '#editor-text', TEXT);
  await dashboard.shows('Your unsaved text is back');
  await typed(page, '#editor-model', 'openai/gpt-4o');
  // A key that ends what an input method composes is that method's.
  assert.equal(await composes(page, { key: 'Escape' }), false, 'Escape while composing asks nothing');
  assert.equal(await composes(page, { key: 'Enter', ctrlKey: true }), false, 'Enter while composing saves nothing');
  await page.keyboard.press('Escape');
  await dashboard.shows('There are unsaved changes.');
  await focused(page, 'editor-write-on');
  await dashboard.pressed('Keep writing');
  await focused(page, 'editor-title');
  await save(page);
  await until('its page to open', () => page.evaluate(() => /^\/library\/[0-9a-f-]{36}$/.test(location.pathname)));
  const [row] = await dashboard.list();
  const made = await dashboard.document(row.id);
  assert.equal(made.body.text, TEXT);
  assert.deepEqual(row.tags, ['code']);
  assert.deepEqual([made.meta.category.value, made.meta.persona.value, made.meta.audience.value], ['Work', 'reviewer', 'judges']);
  assert.equal(made.fields.execution.value.model, 'openai/gpt-4o');
  return row.id;
}

async function overTheLibrary(dashboard, id) {
  const { page } = dashboard;
  await dashboard.open('/library/prompts');
  await dashboard.shows('Reviewer');
  await page.bringToFront();
  await page.keyboard.press('j');
  await until('the cursor to be on it', () => page.$('.item.is-on'));
  await page.keyboard.press('e');
  await holds(page, '#editor-text', TEXT);
  await page.keyboard.press('Escape');
  await gone(page);
  await page.keyboard.press('e');
  await holds(page, '#editor-text', TEXT);
  await typed(page, '#editor-title', 'Kind reviewer');
  await page.keyboard.press('Escape');
  await dashboard.shows('There are unsaved changes.');
  await dashboard.pressed('Discard');
  await gone(page);
  assert.equal((await dashboard.document(id)).fields.title.value, 'Reviewer');
  await page.keyboard.press('e');
  await holds(page, '#editor-title', 'Reviewer');
  await typed(page, '#editor-category', 'Courts');
  await save(page);
  await until('the category to be saved', async () => (await dashboard.document(id)).meta.category.value === 'Courts');
  assert.equal(await page.evaluate(() => location.pathname), '/library/prompts');
}

const kept = (popup, text) => until(`“${text}” to be kept`, () => popup.evaluate(async (wanted) => (await chrome.storage.session.get('writing')).writing?.includes(wanted), text));

async function inThePopup(context, browser, dashboard, id) {
  const page = await browser.visit(`${context.fixtures.url}/prompt`);
  const first = await browser.popup(page);
  await click(first, 'New prompt');
  await typed(first, '#editor-title', 'From the popup');
  await typed(first, '#editor-text', 'Summarise {{text}}.');
  await until('its variable to be noticed', () => first.evaluate(() => document.querySelector('#editor-variables')?.innerText.trim() === 'text'));
  await looked(context, browser, first, 'editor-popup', [360]);
  await kept(first, 'Summarise {{text}}.');
  await first.close();

  const popup = await browser.popup(page);
  await holds(popup, '#editor-text', 'Summarise {{text}}.');
  await popup.bringToFront();
  await popup.focus('#editor-title');
  await popup.keyboard.press('Escape');
  await says(popup, 'There are unsaved changes.');
  await click(popup, 'Keep writing');
  await save(popup);
  await until('the prompt to arrive', async () => (await dashboard.list()).some((it) => it.title === 'From the popup'));

  await click(popup, 'Edit: Reviewer');
  await holds(popup, '#editor-text', TEXT);
  // What is typed completes from what the documents of the library have.
  const known = (list) => popup.evaluate((id) => [...(document.getElementById(id)?.options ?? [])].map((it) => it.value).join(), list);
  for (const [list, value] of [['category', 'Courts'], ['persona', 'reviewer'], ['own-audience', 'judges'], ['model', 'openai/gpt-4o']]) {
    await until(`${list} to complete`, async () => (await known(`editor-${list}-known`)) === value);
  }
  await typed(popup, '[aria-label="Name of metadata"]', 'audience');
  await until('a value to complete for the name that is typed', async () => (await known('editor-another-known')) === 'judges');
  await popup.evaluate(() => { document.querySelector('[aria-label="Name of metadata"]').focus(); });
  await popup.keyboard.down('Control');
  await popup.keyboard.press('a');
  await popup.keyboard.up('Control');
  await popup.keyboard.press('Backspace');
  await typed(popup, '#editor-text', 'Act as a kind {{role}}.');
  await popup.evaluate(() => document.querySelector('#editor-save').click());
  await until('the change to arrive', async () => (await dashboard.document(id)).body.text === 'Act as a kind {{role}}.');
  const after = await dashboard.document(id);
  assert.equal(after.meta.category.value, 'Courts', 'what was not changed stays');
  assert.equal(after.fields.execution.value.model, 'openai/gpt-4o', 'and how it is run too');
  assert.equal(after.conflicts?.length ?? 0, 0);

  // A capture is written over before it is saved; closing the popup does not lose that.
  await (await popup.waitForSelector('#rewrite')).click();
  await popup.waitForSelector('#editor-text');
  await popup.evaluate(() => { document.querySelector('#editor-text').value = ''; });
  await typed(popup, '#editor-text', 'My own words.');
  await kept(popup, 'My own words.');
  await popup.close();
  const again = await browser.popup(page);
  await holds(again, '#editor-text', 'My own words.');
  await until('the popup to say that it is back', () => again.evaluate(() => /Your unsaved text is back/.test(document.querySelector('#draft-back')?.innerText ?? '')));
  await looked(context, browser, again, 'editor-capture', [360]);
  await again.bringToFront();
  await save(again);
  await says(again, 'Undo');
  await until('the clip to arrive', async () => {
    const [clip] = await dashboard.list('?kind=snippet');
    return clip && (await dashboard.document(clip.id)).body.text === 'My own words.';
  });
}

async function intoATeam(dashboard) {
  const { page } = dashboard;
  const team = (await dashboard.api('POST', '/teams', { name: 'Lighthouse keepers' })).body.id;
  await dashboard.open('/');
  await dashboard.shows('Personal');
  await page.bringToFront();
  await page.keyboard.press('c');
  await (await page.waitForSelector('#editor-library')).select(team);
  await typed(page, '#editor-title', 'Morse code');
  await save(page);
  await until('it to be in the library of the team', async () => (await dashboard.list(`?space=${team}`)).some((it) => it.title === 'Morse code'));
  await until('its page to open', () => page.evaluate(() => /^\/library\/[0-9a-f-]{36}$/.test(location.pathname)));
}

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'nora@example.org');
  await (await connect(browser, context.server, dashboard)).close();
  const id = await onHome(context, browser, dashboard);
  await overTheLibrary(dashboard, id);
  await inThePopup(context, browser, dashboard, id);
  await intoATeam(dashboard);
}
