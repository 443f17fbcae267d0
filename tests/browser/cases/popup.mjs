// The popup by hand and by keyboard: what it recognises, what it completes, what it takes back, what it finds.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, click, connect, says, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'variables, tags with completion, undo, "saved before", search and copy work by keyboard in the popup';

const value = (popup, selector) => popup.evaluate((css) => document.querySelector(css)?.value, selector);
const tags = (popup) => popup.evaluate(() => [...document.querySelectorAll('.tag')].map((tag) => tag.innerText.trim()).join());
const focused = (popup, id) => until(`the focus on ${id}`, () => popup.evaluate((wanted) => document.activeElement?.id === wanted, id));

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'olga@example.org');
  await (await connect(browser, context.server, dashboard)).close();
  const page = await browser.visit(`${context.fixtures.url}/prompt`);
  await select(page, '#prompt');

  const popup = await clip(browser, page, { what: 'selection', kind: 'Prompt', tags: ['review'] });
  await click(popup, 'Undo');
  await says(popup, 'Taken back');
  await click(popup, 'Use as variables');
  await until('the text as a template', () => popup.evaluate(() => /\{\{language/.test(document.querySelector('.preview').innerText)));
  await popup.click('#save');
  await says(popup, 'Saved');
  const [row] = await until('the prompt to arrive', async () => {
    const rows = await dashboard.list('?kind=prompt');
    return rows.length === 1 && rows;
  });
  assert.match((await dashboard.document(row.id)).body.text, /\{\{language/);
  await popup.close();

  await select(page, '#prompt');
  const again = await browser.popup(page);
  await says(again, 'saved');
  await until('the choice what to do with the earlier one', () => again.$('[role=radiogroup][aria-label="What to do with the earlier one"]'));
  await click(again, 'Update');
  await again.keyboard.press('ArrowRight');
  await says(again, 'goes to the end of');
  await again.keyboard.press('ArrowRight');
  await again.waitForSelector('#editor-tags');

  await again.type('#editor-tags', 'rev');
  await until('a completion', () => again.evaluate(() => document.querySelector('#editor-tags').getAttribute('aria-expanded') === 'true'));
  await again.keyboard.press('ArrowDown');
  await until('it to be marked', () => again.evaluate(() => document.querySelector('#editor-tags').getAttribute('aria-activedescendant') === 'editor-tags-0'));
  await again.keyboard.press('Enter');
  await until('the tag', async () => (await tags(again)) === 'review');
  assert.equal(await value(again, '#editor-tags'), '');
  await again.type('#editor-tags', 'sea, ');
  await until('a second tag', async () => (await tags(again)) === 'review,sea');
  await again.keyboard.press('Backspace');
  await again.keyboard.press('Backspace');
  await until('the last one to go', async () => (await tags(again)) === 'review');

  await again.focus('#save');
  await again.keyboard.press('/');
  await focused(again, 'find');
  await again.keyboard.type('nothing-like-this');
  await says(again, 'Nothing matches');
  await again.keyboard.down('Control');
  await again.keyboard.press('a');
  await again.keyboard.up('Control');
  await again.keyboard.type('tag:review');
  await until('the hit', () => again.$('.hit button'));
  await again.focus('.hit button');
  await again.keyboard.press('Enter');
  await until('the copy to be told', () => again.evaluate(() => document.querySelector('.hit button').title === 'Copied'));
  await until('the use to be counted', async () => (await dashboard.document(row.id)).counters?.uses === 1);
}
