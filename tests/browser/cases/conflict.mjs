// Both sides of a conflict in the popup: seen, chosen, settled on the server.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { click, connect, pageText, says } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'the popup shows both sides of a conflict, either can be kept, and the other stays in the history';

/** Texts in a document's history, those of the document itself and other sides of conflicts. */
async function history(dashboard, id) {
  const { items } = (await dashboard.api('GET', `/library/${id}/versions`)).body;
  const texts = (aside) => items.filter((version) => !!version.aside === aside).map((version) => version.text.split('\n')[0]);
  return { own: texts(false), sides: texts(true) };
}

/** A prompt whose first line was changed twice from the same version. */
async function conflicting(dashboard, title) {
  const made = await dashboard.api('POST', '/library', { kind: 'prompt', set: { title }, body: 'Be careful.\n\nBe short.\n' });
  assert.ok(made.status < 300, JSON.stringify(made.body));
  const { id, body } = made.body.document;
  const edit = async (text) => (await dashboard.api('PATCH', `/library/${id}`, { body: { base_rev: body.rev, text } })).body.result.outcome;
  assert.equal(await edit('Be very careful.\n\nBe short.\n'), 'applied');
  assert.equal(await edit('Be kind.\n\nBe short.\n'), 'conflict_copy');
  return id;
}

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'noor@example.org');
  const [first, second] = [await conflicting(dashboard, 'Reviewer'), await conflicting(dashboard, 'Editor')];
  await (await connect(browser, context.server, dashboard)).close();

  const page = await browser.visit(`${context.fixtures.url}/article`);
  const popup = await browser.popup(page);
  await says(popup, 'Two sides to choose from');
  await click(popup, 'Resolve: Reviewer');
  await says(popup, 'Nothing is lost');
  const differs = () => popup.evaluate(() => [...document.querySelectorAll('.diff del, .diff ins')].map((piece) => piece.textContent).join('|'));
  await until('the differences', async () => /careful/.test(await differs()) && /kind/.test(await differs()));
  assert.equal(await popup.evaluate(() => document.activeElement?.id), 'sides', 'the focus is on what was opened');
  // Firefox has no way to be told the scheme.
  for (const scheme of context.browser === 'chromium' ? ['light', 'dark'] : []) {
    await popup.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await context.shot(popup, `popup-sides-${scheme}`);
    await accessible(popup, `popup, two sides, ${scheme}`);
    await fits(popup, `popup, two sides, ${scheme}`);
  }
  await click(popup, 'The other');
  await until('the other text', async () => {
    const text = await popup.evaluate(() => document.querySelector('.preview').innerText);
    return text.includes('Be kind.') && !text.includes('very careful');
  });
  await click(popup, 'Keep the other');
  await until('the choice to reach the server', async () => (await dashboard.document(first)).conflicts === undefined
    || (await dashboard.document(first)).conflicts.length === 0);
  assert.match((await dashboard.document(first)).body.text, /^Be kind\./);
  assert.deepEqual(await history(dashboard, first), { own: ['Be kind.', 'Be very careful.', 'Be careful.'], sides: ['Be kind.'] });

  await until('the page again', async () => /How tides are predicted|Preview/.test(await pageText(popup)));
  await click(popup, 'Resolve: Editor');
  await click(popup, 'Keep mine');
  await until('the second choice to reach the server', async () => ((await dashboard.document(second)).conflicts ?? []).length === 0);
  assert.match((await dashboard.document(second)).body.text, /^Be very careful\./);
  await until('nothing more to choose', async () => !/Two sides to choose from/.test(await pageText(popup)));

  // The side that was not kept is in the history, and comes back from there.
  assert.deepEqual(await history(dashboard, second), { own: ['Be very careful.', 'Be careful.'], sides: ['Be kind.'] });
  await dashboard.open(`/library/${second}`);
  await dashboard.shows('other side');
  await accessible(dashboard.page, 'a document with an other side in its history');
  await dashboard.page.bringToFront();
  await dashboard.pressed('Restore v3');
  await until('the other side to be the text', async () => /^Be kind\./.test((await dashboard.document(second)).body.text));
}
