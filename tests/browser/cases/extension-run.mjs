// A prompt runs in the extension: from the popup's search and beside the page, over a cut connection, with pages closed in between.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { click, connect, pageText, says } from '../lib/extension.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a prompt runs from the popup and beside the page: streamed, cut off, come back to, stopped, refused';
export const provider = true;
export const bothDatabases = true;

const MODEL = 'gpt-4o-mini';
const words = (n) => Array.from({ length: n }, (_, i) => `słowo${i}`).join(' ');

/** What the provider does from now on, and how far its answers are let through. */
function control(provider) {
  const post = (path, body) => fetch(`${provider.url}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return {
    script: (script) => post('script', { model: MODEL, script }),
    open: (frames) => post('open', { frames }),
    last: async () => (await (await fetch(`${provider.url}/control/seen`)).json()).requests.at(-1),
  };
}

const answer = (page) => page.evaluate(() => (document.querySelector('.run__text')?.innerText ?? '').replace(/\s+/g, ' ').trim());
const state = (page, word) => until(`the run to be “${word}”`, () => page.evaluate((wanted) => document.querySelector('.state')?.innerText.trim() === wanted, word), 30_000);
const comes = (page, word) => until(`“${word}” to come`, async () => (await answer(page)).includes(word));

/** Axe on the page as it stands, light and dark, and no scrolling sideways. */
async function looked(context, browser, page, where) {
  for (const scheme of ['light', 'dark']) {
    await browser.scheme(page, scheme);
    await context.shot(page, `extension-run-${where}-${scheme}`);
    await accessible(page, `${where} ${scheme}`);
    await fits(page, `${where} ${scheme}`);
  }
}

/** Opens the popup on a page and runs a prompt that its search finds. */
async function fromPopup(browser, page) {
  const popup = await browser.popup(page);
  // It stands above the search, and moves it when it comes.
  await popup.waitForSelector('.preview');
  const find = await popup.waitForSelector('#find');
  await find.type('sum');
  await click(popup, 'Run: Sum up');
  await popup.waitForSelector('#v-topic');
  return popup;
}

async function streamed(context, browser, page, lab, wire) {
  await lab.script('gate.chunks=12');
  const popup = await fromPopup(browser, page);
  await until('the models', () => popup.$('.selectbox select'));
  assert.equal(await popup.$eval('.selectbox select', (it) => it.value), `openai/${MODEL}`, 'the model of the prompt');
  await popup.click('#run');
  await says(popup, 'Give a value.');
  await until('the focus on what is missing', () => popup.evaluate(() => document.activeElement.id === 'v-topic'));
  await looked(context, browser, popup, 'form');
  await popup.type('#v-topic', 'memory');
  await popup.keyboard.down('Control');
  await popup.keyboard.press('Enter');
  await popup.keyboard.up('Control');
  await state(popup, 'Waiting for the first words');
  await lab.open(4);
  await comes(popup, 'słowo1');
  await state(popup, 'Answering');
  await looked(context, browser, popup, 'streaming');
  // The wire is cut: the stream goes on after the last event that was read.
  wire.cut();
  await lab.open(2);
  await comes(popup, 'słowo3');
  assert.ok(words(12).startsWith(await answer(popup)), `nothing is lost and nothing comes twice: ${await answer(popup)}`);
  // The popup closes, the run goes on.
  await popup.close();
  await lab.open(2);
  const again = await fromPopup(browser, page);
  await comes(again, 'słowo5');
  assert.equal(await again.$eval('#v-topic', (it) => it.value), 'memory', 'what was filled in is there again');
  await lab.open(40);
  await state(again, 'Complete');
  assert.equal(await answer(again), words(12));
  assert.match(await pageText(again), /11 in, 12 out/);
  await looked(context, browser, again, 'done');
  return again;
}

async function kept(dashboard, popup) {
  await popup.click('#keep');
  await says(popup, 'Saved');
  const [row] = await until('the answer to arrive as a snippet', async () => {
    const rows = await dashboard.list('?kind=snippet');
    return rows.length === 1 && rows;
  });
  assert.equal((await dashboard.document(row.id)).body.text.replace(/\s+/g, ' ').trim(), words(12));
}

async function stopped(popup, lab) {
  await lab.script('gate.chunks=400');
  await popup.click('#run');
  await comes(popup, 'słowo3');
  await popup.click('#stop');
  await state(popup, 'Stopped');
  assert.ok((await answer(popup)).startsWith('słowo0 słowo1'), 'what came is kept');
  await until('the call to the provider to end', async () => (await lab.last()).closed);
}

async function refused(context, browser, popup, lab) {
  await lab.script('status=401');
  await popup.click('#run');
  await state(popup, 'Failed');
  await says(popup, 'The provider refused the key. Replace it on the dashboard.');
  const link = await popup.$eval('.run__answer a', (it) => it.href);
  assert.ok(link.endsWith('/settings/keys'), link);
  await looked(context, browser, popup, 'refused');
}

async function beside(context, browser, popup, lab) {
  await click(popup, 'Open beside the page');
  const shown = await browser.beside('pages/run.html');
  assert.match(shown, /run\.html\?doc=/, 'the same prompt stands in the panel');
  // Firefox's popup is a tab here, and a tab does not close itself.
  if (browser.kind === 'firefox') await popup.close();
  else await until('the popup to make way', () => popup.isClosed());
  // What the panel shows is a page like any other, and is looked at in a tab of its own.
  const panel = await browser.extensionPage('pages/run.html');
  await panel.setViewport({ width: 400, height: 800 });
  const row = await panel.waitForSelector('.run__hit');
  await looked(context, browser, panel, 'choose');
  await row.click();
  await panel.waitForSelector('#v-topic');
  // The last run of this prompt is there, with what became of it.
  await state(panel, 'Failed');
  await lab.script('chunks=5.reasoning');
  await panel.click('#run');
  await state(panel, 'Complete');
  assert.equal(await answer(panel), words(5));
  await looked(context, browser, panel, 'beside');
  await click(panel, 'Choose another prompt');
  await panel.waitForSelector('#choose');
  await panel.close();
}

export async function run(context) {
  const browser = await context.profile();
  const fresh = await browser.extensionPage('pages/options.html');
  assert.deepEqual((await fresh.evaluate(() => chrome.permissions.getAll())).origins ?? [], [], 'no host is held at install');
  await fresh.close();
  const lab = control(context.provider);
  const wire = await startProxy(context.server.port);
  try {
    const server = { url: wire.url };
    const dashboard = await Dashboard.signUp(browser, server, 'barbara@example.org');
    const key = { provider: 'openai', name: 'Lab', key: 'sk-lab-0001', base_url: context.provider.base('openai') };
    assert.equal((await dashboard.api('POST', '/provider-keys', key)).status, 201);
    const set = { title: 'Sum up', execution: { model: `openai/${MODEL}` } };
    const made = await dashboard.api('POST', '/library', { kind: 'prompt', set, tags: [], body: 'Sum up {{topic}} in {{tone:warm}} words' });
    assert.ok(made.status < 300, JSON.stringify(made.body));
    await (await connect(browser, server, dashboard)).close();
    const page = await browser.visit(`${context.fixtures.url}/article`);
    const popup = await streamed(context, browser, page, lab, wire);
    await kept(dashboard, popup);
    await stopped(popup, lab);
    await refused(context, browser, popup, lab);
    await beside(context, browser, popup, lab);
  } finally {
    wire.close();
  }
}
