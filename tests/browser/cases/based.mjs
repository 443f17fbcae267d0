// What was made of somebody else's public prompt says so, wherever it is read, also once that is gone; and the picture that a link is shared with.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { madePublic, published } from '../lib/public.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a reworked copy of a public prompt says what it is based on, and a public page has a picture';
export const args = ['--public-url', '{url}'];

/** Takes the public prompt, writes another text over it, and publishes that. */
async function reworked(dashboard, slug) {
  await dashboard.open(`/p/${slug}`);
  await dashboard.pressed('Take into my library');
  await dashboard.shows('It is in your library now');
  const [copy] = await dashboard.list();
  const before = await dashboard.document(copy.id);
  const text = 'Read this lease line by line. List each duty of the tenant, the day it begins and what it costs when it is broken: {{lease}}';
  const edit = { set: { title: 'Lease reader' }, body: { base_rev: before.body.rev, text } };
  const written = (await dashboard.api('PATCH', `/library/${copy.id}`, edit)).body.document;
  await dashboard.api('POST', `/library/${copy.id}/publish`, { body_rev: written.body.rev });
  return copy.id;
}

/** What a page names as its picture, as whoever is sent the link loads it. */
const picture = (page) => page.evaluate(async () => {
  const address = document.querySelector('meta[property="og:image"]').content;
  const answer = await fetch(address);
  const shown = new Image();
  shown.src = address;
  await shown.decode();
  const named = (what) => document.querySelector(`meta[property="og:image:${what}"]`).content;
  return {
    address, status: answer.status, type: answer.headers.get('content-type'),
    size: [shown.naturalWidth, shown.naturalHeight].map(String), named: [named('width'), named('height')],
  };
});

async function looks(context, browser, page, where) {
  for (const width of [1280, 390]) {
    await page.setViewport({ width, height: 860 });
    await accessible(page, `${where}, ${width}`);
    await fits(page, `${where}, ${width}`);
    await context.shot(page, `${where}-${width}`);
  }
  await page.setViewport({ width: 1280, height: 860 });
}

export async function run(context) {
  const { server } = context;
  const first = await context.profile({ extension: false });
  const ada = await Dashboard.signUp(first, server, 'ada@example.org');
  const lawyer = await published(ada, 'Lawyer', 'Act as a lawyer for small companies and explain what this contract asks of us: {{contract}}');
  await madePublic(ada, lawyer, 'Ada');

  const second = await context.profile({ extension: false });
  const bea = await Dashboard.signUp(second, server, 'bea@example.org');
  const copy = await reworked(bea, 'lawyer');
  await madePublic(bea, copy, 'Bea');
  await bea.shows('Based on Lawyer by Ada');
  await looks(context, second, bea.page, 'based-own');
  const { slug } = (await bea.api('GET', `/library/${copy}/publication`)).body;

  // Everybody reads it, and finds the way there.
  const third = await context.profile({ extension: false });
  const page = await third.visit(`${server.url}/p/${slug}`);
  const visitor = new Dashboard(page, server.url);
  await visitor.shows('Read this lease line by line.');
  await visitor.shows('Based on Lawyer by Ada');
  await looks(context, third, page, 'based-public');
  const card = await picture(page);
  assert.deepEqual([card.status, card.type, card.size], [200, 'image/png', card.named]);
  assert.ok(card.address.startsWith(`${server.url}/p/`), card.address);
  await page.evaluate(() => [...document.querySelectorAll('a[href="/p/lawyer"]')].find((it) => it.textContent === 'Lawyer').click());
  await until('the page of what it is based on', () => page.evaluate(() => location.pathname === '/p/lawyer'));
  await visitor.shows('explain what this contract asks of us');
  await visitor.hides('Based on');
  assert.equal((await picture(page)).status, 200);
  await visitor.open('/leaderboard');
  assert.equal((await picture(page)).type, 'image/png', 'the board has one too');

  // It is still said once nobody can read that any more, without a way there.
  await ada.pressed('Take back');
  await ada.shows('It was taken back: nobody else reads it.');
  await visitor.open(`/p/${slug}`);
  await visitor.shows('Based on Lawyer, which is not public any more');
  assert.equal(await page.evaluate(() => document.querySelectorAll('main a[href="/p/lawyer"]').length), 0);
  await bea.open(`/library/${copy}`);
  await bea.shows('Based on Lawyer, which is not public any more');
}
