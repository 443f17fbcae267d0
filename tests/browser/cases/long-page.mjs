// A page that is longer than a document may be: its beginning is kept, and everybody is told.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, connect, says } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'of a page that is too long the beginning is kept, which the preview, the save and the document say';

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'leo@example.org');
  await connect(browser, context.server, dashboard);
  const page = await browser.visit(`${context.fixtures.url}/long`);
  const popup = await browser.popup(page);
  await says(popup, 'Too long to keep whole: the first ');
  await context.shot(popup, 'popup-too-long');
  await popup.close();
  const saved = await clip(browser, page, { what: 'page', kind: 'Snippet' });
  await says(saved, 'Only the beginning was saved: ');
  await context.shot(saved, 'popup-too-long-saved');
  await saved.close();

  const [row] = await until('the beginning to arrive', async () => {
    const rows = await dashboard.list();
    return rows.length === 1 && rows;
  }, 40_000);
  const document = await dashboard.document(row.id);
  const { text } = document.body;
  const told = text.match(/Paragraph \d+ tells/g);
  assert.match(text, /Paragraph 0 tells/);
  assert.match(text, /too long to keep\.$/, 'it ends with a whole paragraph');
  assert.ok(Buffer.byteLength(text) <= 900 * 1024 && told.length > 6_000, `${told.length} paragraphs`);
  const { cut } = document.fields.source.value;
  assert.equal(cut.kept, [...text].length);
  assert.ok(cut.whole > cut.kept);
  await dashboard.page.bringToFront();
  await dashboard.open(`/library/${row.id}`);
  await dashboard.shows('Only the beginning was kept');
}
