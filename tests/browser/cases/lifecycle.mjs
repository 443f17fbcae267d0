// A prompt from its first draft to published versions, the next draft and the archive, with links to each version; and a library that is full.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a prompt is published, edited as the next draft, compared by word, opened by its link, and archived; Home says when there is no room';
export const args = ['--default-tier', 'free'];

const published = async (dashboard, id) => (await dashboard.api('GET', `/library/${id}`)).body.published;

/** Writes over the whole text and waits until the server has it. */
async function write(dashboard, id, text) {
  const { page } = dashboard;
  await page.waitForSelector('#body');
  await page.focus('#body');
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.type(text);
  await until('the text to be saved', async () => (await dashboard.document(id)).body.text === text);
}

export async function run(context) {
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, context.server, 'imani@example.org');
  const { page } = dashboard;
  const made = await dashboard.api('POST', '/library', { kind: 'prompt', set: { title: 'Reviewer' }, body: 'Act as a careful reviewer.' });
  const { id } = made.body.document;
  await dashboard.api('POST', '/library', { kind: 'prompt', set: { title: 'Only a draft' }, body: 'Not yet.' });

  await dashboard.open(`/library/${id}`);
  await dashboard.shows('A draft. Publishing keeps this text');
  await dashboard.fill('What is new', 'the first one');
  await dashboard.pressed('Publish');
  await until('the first version to be published', async () => (await published(dashboard, id)) === 1);
  await dashboard.shows('This is v1 and is published');
  await dashboard.shows('the first one');

  await write(dashboard, id, 'Act as a kind reviewer.');
  await dashboard.shows('v1 stays published until this draft is.');
  await dashboard.shows('Next draft');
  // The list of versions is read anew: what it moves is not pressed meanwhile.
  await dashboard.shows('v1 against v2');
  await dashboard.pressed('Words');
  const marked = (tag) => page.evaluate((name) => [...document.querySelectorAll(`.diff--prose ${name}`)].map((it) => [...it.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join('')).join(), tag);
  await until('what came to be marked by word', async () => (await marked('ins')) === 'kind' && (await marked('del')) === 'careful');
  for (const scheme of context.browser === 'chromium' ? ['light', 'dark'] : []) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await context.shot(page, `lifecycle-${scheme}`);
    await accessible(page, `a next draft, ${scheme}`);
    await fits(page, `a next draft, ${scheme}`);
  }

  await dashboard.pressed('Open v1 as published');
  await dashboard.shows('Act as a careful reviewer.');
  assert.equal(new URL(page.url()).pathname, `/library/${id}/versions/1`);
  await dashboard.shows('the first one');
  await accessible(page, 'a version');
  await context.shot(page, 'version');

  await dashboard.open(`/library/${id}`);
  // What the page learns about the prompt stands above the button: it is all there before it is pressed.
  await dashboard.shows('Make public');
  await dashboard.shows('prompt:reviewer');
  await dashboard.pressed('Publish');
  await until('the second version to be published', async () => (await published(dashboard, id)) === 2);
  await dashboard.shows('This is v2 and is published');
  await restored(context, dashboard, id);
  await dashboard.pressed('Archive');
  await dashboard.shows('Put away with all its versions');
  assert.deepEqual((await dashboard.list('?status=archived')).map((it) => it.title), ['Reviewer']);
  await dashboard.pressed('Take out of the archive');
  await dashboard.shows('and is published');

  await dashboard.open('/library/prompts');
  await dashboard.shows('Only a draft');
  await dashboard.pressed('Status');
  await dashboard.pressed('Published');
  await dashboard.hides('Only a draft');
  await dashboard.shows('Reviewer');
  assert.match(page.url(), /status=published/);

  await full(context, dashboard);
}

/** A version comes back with all that it held, from its own page and from the prompt's; what differs beside the text is listed. */
async function restored(context, dashboard, id) {
  const { page } = dashboard;
  const settings = { model: 'openai/gpt-4o-mini', parameters: { temperature: 0.3 } };
  await dashboard.api('PATCH', `/library/${id}`, { set: { description: 'For teams', execution: settings } });
  const rev = (await dashboard.document(id)).body.rev;
  await dashboard.api('POST', `/library/${id}/publish`, { body_rev: rev });
  assert.equal(await published(dashboard, id), 3);

  await dashboard.open(`/library/${id}`);
  await dashboard.shows('v2 against v3');
  await dashboard.shows('For teams');
  await dashboard.shows('temperature: 0.3');
  await dashboard.shows('The same text.');
  await page.select('select[aria-label="Compare with"]', '1');
  await dashboard.shows('v1 against v3');
  await accessible(page, 'two versions that are not neighbours');
  await context.shot(page, 'version-fields');

  await dashboard.open(`/library/${id}/versions/1`);
  await dashboard.pressed('Restore v1');
  await until('the first version to be back', async () => {
    const { body, fields } = await dashboard.document(id);
    return body.text === 'Act as a careful reviewer.' && fields.description.value === '' && fields.execution.value === null;
  });
  await dashboard.shows('The earlier version is back, with all that it held');
  assert.equal(new URL(page.url()).pathname, `/library/${id}`);
  await dashboard.open(`/library/${id}`);
  await page.waitForSelector('.ver');
  await page.evaluate(() => [...document.querySelectorAll('.ver')].find((it) => it.querySelector('b').textContent === 'v3').click());
  await dashboard.pressed('Restore v3');
  await until('the third version to be back', async () => {
    const { body, fields } = await dashboard.document(id);
    return body.text === 'Act as a kind reviewer.' && fields.description.value === 'For teams' && fields.execution.value?.model === settings.model;
  });
  await dashboard.pressed('Publish');
  await until('a version like the third to be published', async () => (await published(dashboard, id)) > 3);
}

/** The free tier holds fifty prompts: Home counts them, says when they are nearly all, and what can be done when they are. */
async function full(context, dashboard) {
  const { page } = dashboard;
  const more = async (count) => {
    const items = Array.from({ length: count }, (_, n) => ({ kind: 'prompt', body: `${count} ${n}` }));
    await dashboard.api('POST', '/library/import', { items });
  };
  await more(43);
  await dashboard.open('/');
  await dashboard.shows('45 of 50');
  await dashboard.shows('Nearly full. With Power or Team');
  await more(6);
  await dashboard.shows('50 of 50');
  await dashboard.shows('ask the server\'s operator for Power or Team');
  await accessible(page, 'home of a full library');
  await context.shot(page, 'home-full');
}
