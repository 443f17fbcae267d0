// Every page of the dashboard: no axe violation, light and dark, wide and narrow, and no sideways scroll.
import { accessible, fits } from '../lib/axe.mjs';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'axe finds nothing on any page of the dashboard, light and dark, wide and narrow';

const PAGES = ['/', '/dashboard', '/dashboard?period=24h', '/library/prompts', '/library/snippets', '/library/collections', '/library/trash', '/import', '/settings/account', '/settings/teams', '/settings/devices',
  '/settings/keys', '/settings/budget', '/settings/tokens', '/run', '/executions', '/dead-letters',
  '/settings/sessions', '/settings/appearance', '/settings/export', '/connect#challenge=x&state=y&name=Test'];

/** Widths of a scheme: colours do not depend on them, so that the second browser sees each scheme and each width once. */
const WIDTHS = {
  chromium: { light: [1280, 390], dark: [1280, 390] },
  firefox: { light: [1280], dark: [390] },
};

async function each(context, browser, page, name) {
  for (const [scheme, widths] of Object.entries(WIDTHS[browser.kind])) {
    await browser.scheme(page, scheme);
    for (const width of widths) {
      await page.setViewport({ width, height: 860 });
      await until(`${name} to be drawn`, () => page.evaluate(() => document.querySelector('main, [role=main]') && !document.querySelector('[aria-busy=true]')));
      await context.shot(page, `${name}-${width}-${scheme}`);
      await accessible(page, `${name} ${width} ${scheme}`);
      await fits(page, `${name} ${width} ${scheme}`);
    }
  }
  await page.setViewport({ width: 1280, height: 860 });
}

export async function run(context) {
  const browser = await context.profile({ extension: false });
  const stranger = await browser.visit(`${context.server.url}/signin`);
  await each(context, browser, stranger, 'signin');
  await stranger.goto(`${context.server.url}/signup`);
  await each(context, browser, stranger, 'signup');
  for (const path of ['/forgot', `/reset#token=${'A'.repeat(43)}`, '/reset', `/verify#token=${'A'.repeat(43)}`]) {
    await stranger.goto('about:blank');
    await stranger.goto(`${context.server.url}${path}`);
    await each(context, browser, stranger, path.slice(1).replace('#', '-').slice(0, 12));
  }
  await stranger.close();

  const dashboard = await Dashboard.signUp(browser, context.server, 'tim@example.org');
  const { page } = dashboard;
  const set = { title: 'Review', note: 'Asked for often' };
  const body = '# Review\n\nRead {{language:Rust}} and name the line of each finding.\n\n- one\n- two\n';
  const made = await dashboard.api('POST', '/library', { kind: 'prompt', set, tags: ['review'], body });
  const { id } = made.body.document;
  for (const path of [...PAGES, `/library/${id}`]) {
    await dashboard.open(path);
    const label = path === `/library/${id}` ? 'document' : path.split('#')[0].slice(1).replaceAll(/[/?=]/g, '-') || 'home';
    await each(context, browser, page, label);
  }
  await dashboard.open('/api/docs');
  await accessible(page, 'API reference');
}
