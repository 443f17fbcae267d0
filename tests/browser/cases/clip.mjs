// The first promise: what is clipped stands on the dashboard, with its source and its structure.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, connect, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a selection and a whole page are clipped and stand on the open dashboard';
export const bothDatabases = true;

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'ada@example.org');
  await connect(browser, context.server, dashboard);
  await dashboard.open('/library/snippets');

  const page = await browser.visit(`${context.fixtures.url}/article`);
  await select(page, '#second');
  const popup = await clip(browser, page, { what: 'selection', kind: 'Snippet', tags: ['sea', 'science'] });
  await context.shot(popup, 'popup-saved');
  await popup.close();
  await dashboard.page.bringToFront();
  await dashboard.shows('How tides are predicted');

  const [row] = await dashboard.list('?kind=snippet');
  assert.deepEqual(row.tags, ['science', 'sea']);
  assert.equal(row.site, '127.0.0.1');
  const document = await dashboard.document(row.id);
  assert.match(document.body.text, /\*principal lunar\*|_principal lunar_/);
  assert.doesNotMatch(document.body.text, /Every harbour/);
  const source = document.fields.source.value;
  assert.equal(source.url, `${context.fixtures.url}/article`);
  assert.match(source.link, /#:~:text=/);
  assert.match(source.anchor.exact, /^A tide is written/);

  await (await clip(browser, page, { what: 'page', kind: 'Snippet' })).close();
  const items = await until('the page to arrive', async () => {
    const rows = await dashboard.list('?kind=snippet&sort=created');
    return rows.length === 2 && rows;
  });
  const whole = await dashboard.document(items[0].id);
  assert.match(whole.body.text, /## Constituents/);
  assert.match(whole.body.text, /```python\n/);
  assert.match(whole.body.text, /> The sea keeps/);
  assert.doesNotMatch(whole.body.text, /Cookies|Ten lighthouses|Sign in/);
}
