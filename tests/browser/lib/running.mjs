// Running prompts as a person does on the run page, over a wire that can be cut. Not what is expected of a run.
import assert from 'node:assert/strict';
import { Dashboard } from './dashboard.mjs';
import { startProxy } from './proxy.mjs';
import { until } from './wait.mjs';

export const words = (n) => Array.from({ length: n }, (_, i) => `słowo${i}`).join(' ');

/** The text of each lane. */
export const lanes = (page) => page.evaluate(() => [...document.querySelectorAll('.lane .prose')].map((it) => it.textContent.trim()));
export const states = (page) => page.evaluate(() => [...document.querySelectorAll('.lane__head')].map((it) => it.textContent));

/** Waits until the lanes hold exactly these texts, in any order. */
export async function holds(page, texts) {
  await until('the whole answers', async () => {
    const got = (await lanes(page)).map((text) => text.replace(/\s+/g, ' '));
    return JSON.stringify(got.sort()) === JSON.stringify([...texts].sort());
  });
}

export async function prompt(dashboard, body) {
  // Looked at for longer than an answer usually may take.
  const set = { title: 'Sum up', execution: { timeout_ms: 120_000 } };
  const made = await dashboard.api('POST', '/library', { kind: 'prompt', set, tags: [], body });
  return made.body.document.id;
}

/** Opens the form of a text of one's own with one model, and runs it. */
export async function start(dashboard, model) {
  await dashboard.open('/run');
  await dashboard.fill('Text to run', 'Say a word');
  // Those of the last run are offered again.
  await until('no model to be chosen', () => dashboard.page.evaluate(() => {
    const chip = document.querySelector('.chip--model button');
    chip?.click();
    return !chip;
  }));
  await dashboard.choose(model);
  await dashboard.pressed('Run');
}

/** Does something with the dashboard of a person who has a key to the provider server. */
export async function withKey(context, email, work) {
  const browser = await context.profile({ extension: false });
  const wire = await startProxy(context.server.port);
  try {
    const dashboard = await Dashboard.signUp(browser, { url: wire.url }, email);
    const key = { provider: 'compatible', name: 'Lab', key: 'sk-lab-0001', base_url: context.provider.base('compatible') };
    assert.equal((await dashboard.api('POST', '/provider-keys', key)).status, 201);
    // These models have no price: without this they are not run.
    assert.equal((await dashboard.api('PUT', '/budget', { unpriced: 'allow' })).status, 200);
    await work(dashboard, wire);
  } finally {
    wire.close();
  }
}
