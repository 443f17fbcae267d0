// A page of the extension hears of a change at once, and a hidden one listens no more.
import assert from 'node:assert/strict';
import { Dashboard } from '../lib/dashboard.mjs';
import { connect, says } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'an open popup shows what is made elsewhere by itself, and a hidden page lets the connection go';

export async function run(context) {
  const browser = await context.profile();
  const dashboard = await Dashboard.signUp(browser, context.server, 'hana@example.org');
  const options = await connect(browser, context.server, dashboard);
  const make = async (title) => {
    const made = await dashboard.api('POST', '/library', { kind: 'prompt', set: { title }, body: `About ${title}.` });
    assert.ok(made.status < 300, JSON.stringify(made.body));
  };
  const documents = () => options.evaluate(() => document.querySelector('#library + .card dd').textContent);

  await options.bringToFront();
  await make('Lighthouses');
  await until('the open settings to count the new prompt', async () => (await documents()) === '1', 12_000);

  // The dashboard comes to the front: the settings are hidden, and do not hear of the next one.
  await dashboard.page.bringToFront();
  await until('the settings to be hidden', () => options.evaluate(() => document.hidden));
  await make('Fog');
  await dashboard.open('/library/prompts');
  await dashboard.shows('Fog');
  assert.equal(await documents(), '1');
  await options.close();

  const page = await browser.visit(`${context.fixtures.url}/article`);
  const popup = await browser.popup(page);
  await says(popup, 'Fog');
  await make('Tides and moons');
  await says(popup, 'Tides and moons', 12_000);
}
