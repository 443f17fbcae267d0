// Home and the dashboard: what was run stands there at once, in pictures that keys and screen readers can read, and in a file.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { withKey } from '../lib/running.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'what was run stands on Home and in the figures at once, one’s own and a team’s: charts, tables, periods, a file, all by keys as well';
export const provider = true;
export const args = ['--admin-emails', 'ella@example.org'];

/** Runs what is asked for through the API, to its end. */
async function ran(dashboard, text, asked, query = '') {
  const { body } = await dashboard.api('POST', `/executions${query}`, asked);
  const [{ id }] = body.executions;
  await until(`“${text}” to end`, async () => {
    const { state } = (await dashboard.api('GET', `/executions/${id}`)).body;
    return state !== 'running' && state !== 'waiting';
  });
}

const values = (page) => page.evaluate(() => [...document.querySelectorAll('.chart__value')].map((it) => it.textContent));
const label = (page, text) => page.evaluate((wanted) => [...document.querySelectorAll('.kpi')]
  .find((it) => it.querySelector('dt').textContent === wanted)?.innerText, text);

async function empty(context, dashboard) {
  const { page } = dashboard;
  await dashboard.open('/');
  await dashboard.shows('Nothing waits for you.');
  await dashboard.shows('No key was used this month.');
  await accessible(page, 'home, empty');
  await context.shot(page, 'home-empty');
  await dashboard.pressed('Dashboard');
  await dashboard.shows('Your figures begin with your first run');
  await dashboard.shows('Add a key');
  await accessible(page, 'dashboard, empty');
  await context.shot(page, 'dashboard-empty');
}

async function home(context, dashboard) {
  const { page } = dashboard;
  await dashboard.open('/');
  await dashboard.shows('1 run ended as a dead letter');
  await dashboard.shows('The last one: Refused, key refused');
  await dashboard.shows('OpenAI-compatible');
  const rows = await page.evaluate(() => [...document.querySelectorAll('section[aria-labelledby=recent] tbody th')].map((it) => it.textContent));
  assert.deepEqual(rows, ['Refused', 'Number 2', 'Number 1']);
  assert.match(await label(page, 'Runs'), /^Runs\s+3\s+none before$/);
  assert.match(await label(page, 'Succeeded'), /66\.6 %/);
  await dashboard.pressed('Inspect: 1 run ended as a dead letter');
  await dashboard.shows('Key refused');
  await page.goBack();
  await dashboard.shows('Recent runs');
}

async function figures(context, dashboard) {
  const { page } = dashboard;
  await dashboard.pressed('Dashboard');
  await dashboard.shows('Executions a day');
  assert.match(await label(page, 'Executions'), /^Executions\s+3\s+none before$/);
  assert.match(await label(page, 'Success rate'), /66\.6 %/);
  assert.equal((await page.$$('.chart .b.s1')).length >= 30, true, 'a column for each day');

  // Keys alone: into the first picture, to its last day, and to the table behind it.
  await page.focus('.scroll-x[role=group]');
  await page.keyboard.press('End');
  await until('the last day to be told', async () => /: 2 succeeded, 1 failed$/.test((await values(page))[0]));
  await page.keyboard.press('ArrowLeft');
  await until('the day before to be told', async () => /: 0 succeeded, 0 failed$/.test((await values(page))[0]));
  await page.focus('details.data > summary');
  await page.keyboard.press('Enter');
  const last = () => page.evaluate(() => [...document.querySelectorAll('details[open] tbody tr:last-child td')].map((it) => it.textContent));
  assert.deepEqual((await last()).slice(0, 3), ['2', '1', '0']);

  // Periods by arrow keys; the address keeps them.
  await page.focus('[role=radiogroup][aria-label=Period] [aria-checked=true]');
  await page.keyboard.press('ArrowLeft');
  await until('the week', () => page.evaluate(() => location.search === '?period=7d'));
  await page.keyboard.press('ArrowLeft');
  await dashboard.shows('Executions an hour');
  await page.goBack();
  await dashboard.shows('Executions a day');
  await page.evaluate(() => [...document.querySelectorAll('[role=radio]')].find((it) => it.textContent === 'Other days').click());
  await dashboard.pressed('Show');
  await until('days of one’s own', () => page.evaluate(() => /^\?from=\d{4}-\d\d-\d\d&to=/.test(location.search)));
  await dashboard.shows('Executions a day');
  assert.match(await label(page, 'Executions'), /^Executions\s+3\s/);

  const file = await page.evaluate(async () => {
    const link = document.querySelector('a[download]');
    const answer = await fetch(link.getAttribute('href'));
    return { text: await answer.text(), name: answer.headers.get('content-disposition') };
  });
  const lines = file.text.trimEnd().split('\r\n');
  assert.equal(lines.length, 8);
  assert.match(lines[7], /^\d{4}-\d\d-\d\d,3,2,1,0,0,66\.66,/);
  assert.match(file.name, /krowoc-time-.*\.csv/);
}

async function everybody(context, dashboard) {
  const { page } = dashboard;
  await dashboard.pressed('Everybody\'s');
  await dashboard.shows('Usage by person');
  await until('the address', () => page.evaluate(() => location.search.endsWith('all=yes')));
  await dashboard.shows('ella@example.org');
  assert.match(await label(page, 'Completion rate'), /66\.6 %/);
  assert.match(await label(page, 'First answer'), /1 of 1 new account/);
  await accessible(page, 'everybody’s figures');
  await context.shot(page, 'figures-everybody');
}

/** A team's figures are its admins': they choose the team, and see who ran its prompts. */
async function ofTeam(context, dashboard, browser) {
  const { page } = dashboard;
  const team = (await dashboard.api('POST', '/teams', { name: 'Lighthouse keepers' })).body.id;
  const made = await dashboard.api('POST', `/library?space=${team}`, { kind: 'prompt', set: { title: 'Morse code' }, body: 'Say it in Morse code.' });
  // Nobody has run anything yet: what is to be done first is said, and one step is done.
  await dashboard.open(`/dashboard?space=${team}`);
  await dashboard.shows('The team\'s figures begin with its first run');
  await dashboard.hides('Usage by person');
  const open = () => page.evaluate(() => [...document.querySelectorAll('ol.card li a')].map((it) => it.textContent));
  assert.deepEqual(await open(), ['Run it'], 'there is a key, and a prompt of the team');
  for (const [scheme, width] of [['light', 1280], ['dark', 390]]) {
    await browser.scheme(page, scheme);
    await page.setViewport({ width, height: 860 });
    await accessible(page, `a team’s figures, none, ${width} ${scheme}`);
    await fits(page, `a team’s figures, none, ${width} ${scheme}`);
    await context.shot(page, `figures-team-none-${width}-${scheme}`);
  }
  await page.setViewport({ width: 1280, height: 860 });
  const asked = { prompt: made.body.document.id, models: ['compatible/chunks=2'] };
  await ran(dashboard, 'of the team', asked, `?space=${team}`);
  await dashboard.open('/dashboard');
  await dashboard.shows('Executions a day');
  assert.match(await label(page, 'Executions'), /^Executions\s+4\s/, 'one’s own runs, wherever');
  await page.select('select[aria-label="A team"]', team);
  await dashboard.shows('Usage by person');
  await until('the team in the address', () => page.evaluate((id) => location.search.includes(`space=${id}`), team));
  assert.match(await label(page, 'Executions'), /^Executions\s+1\s/);
  assert.match(await label(page, 'First answer'), /1 of 1 new member/);
  const first = () => page.evaluate(() => document.querySelector('.page--charts > *')?.querySelector('dl.kpis') !== null);
  assert.equal(await first(), true, 'the key figures stand above the charts');
  await dashboard.shows('CSV by member');
  await dashboard.shows('Cost by model');
  const files = await page.evaluate(() => [...document.querySelectorAll('a[download]')]
    .map((it) => new URL(it.href).searchParams.get('by') ?? 'time').sort());
  assert.deepEqual(files, ['member', 'model', 'prompt', 'time'], 'each file stands beside what it holds');
  const costly = () => page.evaluate(() => [...document.querySelectorAll('section[aria-labelledby=costly] tbody a')]
    .map((it) => [it.textContent, it.getAttribute('href')]));
  assert.deepEqual(await costly(), [['Morse code', `/library/${made.body.document.id}?space=${team}`]], 'the team’s prompts, in its library');
  for (const [scheme, width] of [['light', 1280], ['dark', 390]]) {
    await browser.scheme(page, scheme);
    await page.setViewport({ width, height: 860 });
    await accessible(page, `a team’s figures, ${width} ${scheme}`);
    await fits(page, `a team’s figures, ${width} ${scheme}`);
    await context.shot(page, `figures-team-${width}-${scheme}`);
  }
  await page.setViewport({ width: 1280, height: 860 });
}

async function pictures(context, dashboard, browser) {
  const { page } = dashboard;
  for (const [path, shows] of [['/', 'Recent runs'], ['/dashboard', 'Executions a day']]) {
    await dashboard.open(path);
    await dashboard.shows(shows);
    for (const [scheme, width] of [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]]) {
      await browser.scheme(page, scheme);
      await page.setViewport({ width, height: 860 });
      const where = `${path === '/' ? 'home' : 'figures'}-${width}-${scheme}`;
      await until(`${where} to be drawn`, () => page.evaluate(() => !document.querySelector('[aria-busy=true]')));
      await accessible(page, where);
      await fits(page, where);
      await context.shot(page, where);
    }
    await page.setViewport({ width: 1280, height: 860 });
  }
}

export async function run(context) {
  await withKey(context, 'ella@example.org', async (dashboard) => {
    await empty(context, dashboard);
    await ran(dashboard, 'Number 1', { text: 'Number 1', models: ['compatible/chunks=3'] });
    await ran(dashboard, 'Number 2', { text: 'Number 2', models: ['compatible/chunks=4'] });
    await ran(dashboard, 'Refused', { text: 'Refused', models: ['compatible/status=401'] });
    await home(context, dashboard);
    await figures(context, dashboard);
    await everybody(context, dashboard);
    await pictures(context, dashboard, context.open[0]);
    await ofTeam(context, dashboard, context.open[0]);
  });
}
