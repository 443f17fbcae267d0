// Two browsers, one library: a second one gets everything, and both may edit the same document.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, click, connect, pageText, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a second browser gets the whole library, and edits on both sides lose nothing';

export async function run(context) {
  const first = await context.profile();
  const dashboard = await Dashboard.signUp(first, context.server, 'mary@example.org');
  await connect(first, context.server, dashboard);
  const page = await first.visit(`${context.fixtures.url}/prompt`);
  await select(page, '#prompt');
  await (await clip(first, page, { what: 'selection', kind: 'Prompt' })).close();
  const [row] = await until('the prompt to arrive', async () => {
    const rows = await dashboard.list('?kind=prompt');
    return rows.length === 1 && rows;
  });

  const second = await context.profile();
  const other = await Dashboard.signIn(second, context.server, 'mary@example.org');
  await connect(second, context.server, other);
  const elsewhere = await second.visit(`${context.fixtures.url}/prompt`);
  await select(elsewhere, '#prompt');
  const popup = await second.popup(elsewhere);
  await until('the second browser to know that this was saved', async () => /saved this/i.test(await pageText(popup)));
  await popup.close();

  // Both edit from the same version: different lines merge, the same line becomes a conflict that keeps both.
  const base = await dashboard.document(row.id);
  const lines = base.body.text.split('\n');
  const edit = (side, index, text) => side.api('PATCH', `/library/${row.id}`, {
    body: { base_rev: base.body.rev, text: lines.map((line, i) => (i === index ? text : line)).join('\n') },
  });
  const last = lines.findLastIndex((line) => line.trim());
  assert.equal((await edit(dashboard, 0, 'Act as a careful reviewer.')).body.result.outcome, 'applied');
  assert.equal((await edit(other, last, '- Say what you did not check.')).body.result.outcome, 'merged');
  assert.equal((await edit(other, 0, 'Act as a kind reviewer.')).body.result.outcome, 'conflict_copy');
  const now = await dashboard.document(row.id);
  assert.match(now.body.text, /careful reviewer/);
  assert.match(now.body.text, /did not check/);
  assert.match(now.conflicts[0].text, /kind reviewer/);

  await dashboard.open(`/library/${row.id}`);
  await dashboard.shows('Conflict');
  await dashboard.shows('kind reviewer');
  await context.shot(dashboard.page, 'conflict');
}
