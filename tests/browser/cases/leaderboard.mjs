// Two people and what everybody reads: published here, voted for there, and the order changes; filled in without a script; taken back.
import assert from 'node:assert/strict';
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { madePublic, published } from '../lib/public.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a prompt is made public by its owner, voted up by somebody else, filled in by anybody, and taken back';
export const args = ['--admin-emails', 'root@example.org'];

const order = (page) => page.evaluate(() => [...document.querySelectorAll('.board .rank__title')].map((it) => it.textContent));

/** Every look of a page: by day and by night, wide and narrow. */
async function looks(context, browser, page, where) {
  for (const [scheme, width] of [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]]) {
    await browser.scheme(page, scheme);
    await page.setViewport({ width, height: 860 });
    await accessible(page, `${where}, ${scheme}, ${width}`);
    await fits(page, `${where}, ${width}`);
    await context.shot(page, `${where}-${width}-${scheme}`);
  }
  await page.setViewport({ width: 1280, height: 860 });
}

/** Somebody without a session arrives at what is public, wants it, signs in on the way, and has it. */
async function fromOutside(context, root) {
  const browser = await context.profile({ extension: false });
  const page = await browser.visit(`${context.server.url}/`);
  const visitor = new Dashboard(page, context.server.url);
  await until('the public front page', () => page.evaluate(() => location.pathname === '/leaderboard'));
  await page.evaluate(() => [...document.querySelectorAll('.rank__title')].find((it) => it.textContent === 'Chef').click());
  await visitor.shows('You are a chef with one pan.');
  await visitor.pressed('Take into my library');
  await until('the sign-in to show', () => page.evaluate(() => location.pathname === '/signin' && !!document.querySelector('#password')));
  await accessible(page, 'sign-in with a link to what is public');
  await page.evaluate(() => document.querySelector('a[href="/signup"]').click());
  await until('the sign-up to show', () => page.evaluate(() => location.pathname === '/signup'));
  await visitor.fill('E-mail', 'visitor@example.org');
  await visitor.fill('Password', 'correct horse battery staple');
  await visitor.press('Create account');
  await until('the page that was left', () => page.evaluate(() => location.pathname === '/p/chef'));
  await visitor.shows('It is in your library now');
  const [copy] = await visitor.list();
  assert.equal(copy.title, 'Chef');
  await page.evaluate(() => [...document.querySelectorAll('#said a')].find((it) => it.textContent === 'Open it').click());
  await until('the copy to open', () => page.evaluate((id) => location.pathname === `/library/${id}`, copy.id));
  // A report goes to who looks after the server, who decides.
  await visitor.open('/p/chef');
  await page.evaluate(() => { document.querySelector('form[data-report]').closest('details').open = true; });
  await page.select('form[data-report] select', 'spam');
  await page.type('form[data-report] textarea', 'It sells pans.');
  await visitor.pressed('Report');
  await visitor.shows('Thank you.');
  await root.open('/');
  await root.shows('1 reported prompt waits for a decision');
  await root.pressed('Decide: 1 reported prompt waits for a decision');
  await root.shows('It sells pans.');
  await accessible(root.page, 'a report that waits');
  await root.pressed('Hide Chef');
  await root.shows('Last decisions');
  await visitor.open('/p/chef');
  await visitor.shows('There is no public prompt here');
  await root.pressed('Show again Chef');
  await until('it to be public again', async () => (await visitor.open('/p/chef'), (await visitor.text()).includes('You are a chef with one pan.')));
}

/** What somebody made is for others to judge, and for them to take back, wherever it lies. */
async function byItsAuthor(context, browser, ada, chef) {
  const { page } = ada;
  // In the dashboard the button is off, and pressed all the same it says why.
  await ada.open('/community');
  const off = () => page.evaluate(() => document.querySelector('.vote[aria-label^="Vote for Chef"]')?.getAttribute('aria-disabled') === 'true');
  await until('the own prompt to be for others to judge', off);
  await ada.pressed('Vote for Chef, 1 so far');
  await ada.shows('This prompt is yours: others judge it.');
  await looks(context, browser, page, 'community-own');

  // What could not be read says so, and is read again when that is wanted.
  let lost = true;
  const lose = (request) => (lost && request.url().includes('/publication') ? request.abort() : request.continue());
  await page.setRequestInterception(true);
  page.on('request', lose);
  await ada.open(`/library/${chef}`);
  await ada.shows('Whether it is public could not be read.');
  await context.shot(page, 'public-unknown');
  lost = false;
  await ada.pressed('Try again');
  await ada.shows('Everybody reads the version that was published last.');
  page.off('request', lose);
  await page.setRequestInterception(false);

  // What lies in the archive is taken back, and nothing else is done with it in public.
  await ada.shows('Your public name');
  await ada.pressed('Archive');
  await ada.shows('It is in the archive: take it out before you make it public.');
  await ada.hides('Your public name');
  await accessible(page, 'a public prompt in the archive');
  await context.shot(page, 'public-archived');
  await ada.pressed('Take out of the archive');
  await ada.shows('Your public name');
}

export async function run(context) {
  const first = await context.profile({ extension: false });
  const ada = await Dashboard.signUp(first, context.server, 'ada@example.org');
  const lawyer = await published(ada, 'Lawyer', 'Act as a lawyer for small companies and explain what this contract asks of us: {{contract}}');
  const chef = await published(ada, 'Chef', 'You are a chef with one pan. Propose three dinners from what is in the fridge, cheapest first: {{fridge}}');
  for (const id of [lawyer, chef]) await madePublic(ada, id, 'Ada');
  await accessible(ada.page, 'a public prompt of one’s own');

  // Somebody else votes for the one that was public last.
  const second = await context.profile({ extension: false });
  const root = await Dashboard.signUp(second, context.server, 'root@example.org');
  await root.pressed('Leaderboard');
  await until('both prompts in the order in which they were public', async () => (await order(root.page)).join() === 'Lawyer,Chef');
  await root.pressed('Vote for Chef, 0 so far');
  await root.shows('Your vote is kept.');
  await root.pressed('Count now');
  await until('the order to change', async () => (await order(root.page)).join() === 'Chef,Lawyer');
  await root.pressed('Take Lawyer into my library');
  await until('a copy with where it is from', async () => (await root.list()).some((it) => it.title === 'Lawyer'));
  await root.page.evaluate(() => document.querySelector('.whyrow summary').click());
  await root.shows('1 for and 0 against');
  await looks(context, second, root.page, 'community');

  // On the public page the same vote is taken back and given again, and each time it is said which.
  await root.open('/leaderboard');
  const mine = () => root.page.evaluate(() => document.querySelector('[data-vote=chef]')?.ariaPressed === 'true');
  await until('their vote to show', mine);
  await root.pressed('Vote for Chef, 1 so far');
  await root.shows('Your vote is taken back.');
  await root.pressed('Vote for Chef, 1 so far');
  await root.shows('Your vote is kept.');

  // What everybody reads, here by who made it: their own vote is not taken.
  const { page } = ada;
  await ada.open('/leaderboard');
  assert.deepEqual(await order(page), ['Chef', 'Lawyer']);
  await until('who is signed in to be known', () => page.evaluate(() => !document.querySelector('[data-signed]').hidden));
  await ada.pressed('Vote for Chef, 1 so far');
  await ada.shows('This prompt is yours: others judge it.');
  await page.evaluate(() => document.querySelector('.whyrow summary').click());
  await ada.shows('of 1,000 points');
  await looks(context, first, page, 'leaderboard');
  await page.evaluate(() => [...document.querySelectorAll('.rank__title')].find((it) => it.textContent === 'Chef').click());
  await ada.shows('You are a chef with one pan.');
  // Why it has its place is said there too, as on the board.
  await page.evaluate(() => { [...document.querySelectorAll('summary')].find((it) => it.textContent.startsWith('Why rank 1')).closest('details').open = true; });
  await ada.shows('of 1,000 points');
  await page.type('[name=fridge]', 'two eggs <b>');
  await ada.pressed('Fill in');
  await ada.shows('cheapest first: two eggs <b>');
  await looks(context, first, page, 'public-prompt');

  await fromOutside(context, root);

  await byItsAuthor(context, first, ada, chef);
  await ada.pressed('Take back');
  await ada.shows('It was taken back: nobody else reads it.');
  await ada.open('/p/chef');
  await ada.shows('There is no public prompt here');
  await ada.open('/leaderboard');
  assert.deepEqual(await order(page), ['Lawyer']);
}
