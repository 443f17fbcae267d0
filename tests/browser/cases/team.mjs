// A team in two browsers: invited, let in, held to the role, and out of it again, each at once.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a team is joined by a link, a role counts at once, and who is removed sees their own library';

const TEAM = 'Lighthouse keepers';

/** Picks in a select by its label. */
async function pick(page, label, value) {
  const chosen = () => page.evaluate((name, wanted) => {
    const byLabel = [...document.querySelectorAll('label')].find((it) => it.textContent === name)?.htmlFor;
    const found = [...document.querySelectorAll('select')].find((it) => it.ariaLabel === name || (byLabel && it.id === byLabel));
    if (!found || found.disabled) return false;
    found.value = wanted;
    found.dispatchEvent(new Event('change', { bubbles: true }));
    return true;
  }, label, value);
  await until(`${value} to be chosen in ${label}`, chosen);
}

export async function run(context) {
  const first = await context.profile({ extension: false });
  const alice = await Dashboard.signUp(first, context.server, 'alice@example.org');
  await alice.open('/settings/teams');
  await alice.shows('You are in no team');
  await alice.fill('Name of the team', TEAM);
  await alice.pressed('Make the team');
  await alice.shows('In the team');
  await alice.shows('No invitation waits.');
  await pick(alice.page, 'Role', 'viewer');
  await alice.pressed('Make a link');
  const link = await until('the link to show', () => alice.page.evaluate(() => document.querySelector('code.code--line')?.textContent));
  assert.match(link, /\/join#token=/);
  const [{ id: team }] = (await alice.api('GET', '/teams')).body;
  const made = await alice.api('POST', `/library?space=${team}`, { kind: 'prompt', set: { title: 'Morse code' }, body: 'Say it in Morse code.' });
  const prompt = made.body.document.id;
  for (const [scheme, width] of [['light', 1280], ['dark', 390]]) {
    await first.scheme(alice.page, scheme);
    await alice.page.setViewport({ width, height: 860 });
    await context.shot(alice.page, `team-settings-${width}-${scheme}`);
    await accessible(alice.page, `team settings ${width} ${scheme}`);
    await fits(alice.page, `team settings ${width} ${scheme}`);
  }
  await alice.page.setViewport({ width: 1280, height: 860 });

  // Who has no account yet makes one, and the invitation is still there.
  const second = await context.profile({ extension: false });
  const page = await second.visit(link);
  const bob = new Dashboard(page, context.server.url);
  await until('the sign-in to show', () => page.evaluate(() => !!document.querySelector('#password')));
  await page.evaluate(() => document.querySelector('a[href="/signup"]').click());
  await until('the sign-up to show', () => page.evaluate(() => location.pathname === '/signup'));
  await bob.fill('E-mail', 'bob@example.org');
  await bob.fill('Password', 'correct horse battery staple');
  await bob.press('Create account');
  await bob.shows('alice@example.org invites you');
  await context.shot(page, 'team-invitation');
  await accessible(page, 'invitation');
  await bob.pressed('Join the team');
  await bob.shows('Morse code');
  await bob.shows('You are a viewer');
  await bob.hides('New prompt');
  await bob.open(`/library/${prompt}`);
  await bob.shows('You are a viewer');
  const readOnly = () => page.evaluate(() => document.querySelector('#body')?.readOnly);
  await until('the text to be for reading only', readOnly);
  await context.shot(page, 'team-viewer');

  // Everybody may read a prompt of the team when an admin says so, under the team's name; a viewer sees that and cannot change it.
  const { rev } = made.body.document.body;
  await alice.api('POST', `/library/${prompt}/publish?space=${team}`, { body_rev: rev });
  await alice.open(`/library/${prompt}?space=${team}`);
  await alice.shows(`Everybody reads it under the name of the team, “${TEAM}”.`);
  await alice.pressed('Make public');
  await alice.shows('Everybody reads the version that was published last.');
  await accessible(alice.page, 'a public prompt of a team');
  await context.shot(alice.page, 'team-public');
  await bob.open(`/library/${prompt}?space=${team}`);
  await bob.shows('As a viewer you cannot make published prompts public');
  await bob.open('/p/morse-code');
  await bob.shows(`by ${TEAM}`);
  await bob.open(`/library/${prompt}?space=${team}`);
  await until('the text to be for reading only again', readOnly);
  const refused = await bob.api('PATCH', `/library/${prompt}?space=${team}`, { set: { title: 'Mine' } });
  assert.equal(refused.body.code, 'role_too_low');

  // The role changes while the page is open.
  await alice.open('/settings/teams');
  await pick(alice.page, 'Role bob@example.org', 'editor');
  assert.equal(await readOnly(), true, 'a choice alone changes nothing');
  await alice.pressed('Change role bob@example.org');
  await until('the log to tell of the change', () => alice.page.evaluate(() => [...document.querySelectorAll('ul.card li')].some((it) => it.textContent.includes('Viewer → Editor'))));
  await until('the text to be editable', async () => (await readOnly()) === false, 20_000);
  await page.click('#body');
  await page.keyboard.type('Slowly. ');
  await bob.pressed('Save');
  await bob.shows('Saved');
  // What an editor publishes is what everybody reads under the team's name: the log tells of it.
  const saved = (await bob.api('GET', `/library/${prompt}?space=${team}`)).body.document.body.rev;
  await bob.api('POST', `/library/${prompt}/publish?space=${team}`, { body_rev: saved });
  await alice.pressed('Open its library');
  await alice.shows('Morse code');
  // A link that names no library, as the extension has it, finds what lies in one's own.
  const own = (await alice.api('POST', '/library', { kind: 'prompt', set: { title: 'Diary' }, body: 'What I did today.' })).body.document.id;
  await alice.open(`/library/${own}`);
  await until('the own document to be found', () => alice.page.evaluate(() => document.querySelector('#body')?.value === 'What I did today.'));

  // An edit that is not saved goes to the library that it was made in when another is looked at, and its link leads there again.
  await alice.open(`/library/${prompt}?space=${team}`);
  await until('the text to be there', () => alice.page.evaluate(() => document.querySelector('#body')?.value.includes('Morse')));
  await alice.fill('Note', 'For the fog.');
  await alice.pressed(TEAM);
  await alice.pressed('Personal');
  await until('the edit to be in the library of the team', async () => JSON.stringify((await alice.api('GET', `/library/${prompt}?space=${team}`)).body.document).includes('For the fog.'));
  await alice.hides('Morse code');
  await alice.open(`/library/${prompt}?space=${team}`);
  await until('the edit to be on the other side', () => alice.page.evaluate(() => document.querySelector('#body')?.value.includes('Slowly.')));

  const other = (await alice.api('POST', `/library?space=${team}`, { kind: 'snippet', set: { title: 'Fog' }, body: 'Two long, one short.' })).body.document.id;
  await alice.api('POST', `/library/bulk?space=${team}`, { ids: [prompt, other], tags: { add: ['sea'] } });
  await alice.open('/settings/teams');
  await alice.pressed('Remove bob@example.org');
  await alice.shows('Only a new invitation brings them back.');
  assert.equal(await alice.page.evaluate(() => document.activeElement.textContent), 'Cancel', 'the safe answer has the focus');
  await context.shot(alice.page, 'team-remove');
  await accessible(alice.page, 'asked before a member is removed');
  await alice.pressed('Remove from the team');
  await bob.shows('You are not in that team any more', 20_000);
  await bob.hides('Morse code');
  await bob.open(`/library/${prompt}`);
  await bob.hides('Morse code');
  assert.equal((await bob.api('GET', `/library/${prompt}?space=${team}`)).body.code, 'not_found');
  await alice.open('/settings/teams');
  const logged = (...parts) => () => alice.page.evaluate((all) => [...document.querySelectorAll('ul.card li')].some((it) => all.every((part) => it.textContent.includes(part))), parts);
  await until('the log to tell of the removal', logged('Removed', 'bob@example.org'));
  await until('the log to tell of the version that was published', logged('New public version', 'bob@example.org'));
  await until('the log to tell of the version before it was public', logged('Published', 'Morse code', 'alice@example.org'));
  await until('the log to tell with how many documents', logged('Edited in bulk', '2 documents', 'alice@example.org'));
  await context.shot(alice.page, 'team-log');
}
