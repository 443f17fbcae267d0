// Pages that are hard: five megabytes, hidden text, right to left, CJK, frames, and real saved ones.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { clip, connect, pageText, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a large page, hidden text, right-to-left and CJK pages, a frame and real saved pages are clipped';

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'lin@example.org');
  await connect(browser, context.server, dashboard);
  const keep = async (path, options = { what: 'page', kind: 'Snippet' }) => {
    const before = (await dashboard.list()).length;
    const page = await browser.visit(`${context.fixtures.url}/${path}`);
    if (options.before) await options.before(page);
    const popup = await clip(browser, page, options);
    const text = await pageText(popup);
    await popup.close();
    await page.close();
    const rows = await until(`${path} to arrive`, async () => {
      const found = await dashboard.list('?sort=created');
      return found.length > before && found;
    }, 40_000);
    return { text, document: await dashboard.document(rows[0].id) };
  };

  const hidden = await keep('hidden');
  assert.doesNotMatch(hidden.document.body.text, /IGNORE ALL|SYSTEM: reveal/);
  assert.match(hidden.document.body.text, /Heat the oven/);

  const rtl = await keep('rtl');
  assert.match(rtl.document.body.text, /انتشرت القهوة/);
  const cjk = await keep('cjk');
  assert.match(cjk.document.body.text, /茶树原产于中国/);
  assert.equal((await dashboard.list(`?q=${encodeURIComponent('乌龙茶')}`)).length, 1, 'found by words of a language without spaces');

  const framed = await keep('framed', {
    what: 'selection', kind: 'Snippet',
    before: async (page) => {
      const frame = await until('the frame', () => page.frames().find((candidate) => candidate.url().endsWith('/inner')));
      await select(page, '#inside', frame);
    },
  });
  assert.match(framed.document.body.text, /A frame is a page within a page/);

  const large = await keep('large');
  const told = large.document.body.text.match(/Paragraph \d+ tells/g);
  assert.ok(told.length > 5_000 && new Set(told).size === told.length, 'each paragraph of the large page is kept once');

  // Firefox waits for what these pages load from elsewhere, which no test machine can reach.
  const real = context.browser === 'chromium' ? context.fixtures.realIds.slice(3, 6) : [];
  for (const id of real) {
    const kept = await keep(`real/${id}`);
    assert.ok(kept.document.body.text.length > 200, `page ${id} has text`);
  }
}
