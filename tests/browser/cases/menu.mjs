// The context menu: the shortest way to keep something.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { connect, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'the context menu keeps a selection as a prompt, a page and a link, on a page with a strict policy too';

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'grace@example.org');
  await connect(browser, context.server, dashboard);

  const page = await browser.visit(`${context.fixtures.url}/strict/prompt`);
  await select(page, '#prompt');
  await browser.menu(page, 'selection-prompt', { selectionText: 'Act as a reviewer' });
  const [prompt] = await until('the prompt to arrive', async () => {
    const rows = await dashboard.list('?kind=prompt');
    return rows.length > 0 && rows;
  });
  const document = await dashboard.document(prompt.id);
  assert.match(document.body.text, /\$\{language\}/, 'a placeholder is never rewritten silently');
  assert.match(document.body.text, /- Name the line of each finding\./);

  await browser.menu(page, 'page');
  await browser.menu(page, 'link', { linkUrl: 'https://example.org/?utm_source=x&id=7' });
  const snippets = await until('the page and the link to arrive', async () => {
    const rows = await dashboard.list('?kind=snippet');
    return rows.length === 2 && rows;
  });
  const bodies = await Promise.all(snippets.map(async (row) => (await dashboard.document(row.id)).body.text));
  assert.ok(bodies.some((text) => text.includes('https://example.org/?id=7')), 'the tracking parameter is gone');
}
