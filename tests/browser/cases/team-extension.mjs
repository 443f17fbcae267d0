// A team's library in the extension: what is made on the server arrives, a clip saved to it arrives there, and the role counts.
import assert from 'node:assert/strict';
import { Dashboard, PASSWORD } from '../lib/dashboard.mjs';
import { clip, connect, says, select } from '../lib/extension.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a team’s library is read, saved to and left in the extension, and what an older version kept goes on and is completed from';

const TEAM = 'Lighthouse keepers';

/** Somebody who calls the API without a browser. */
async function person(server, email) {
  const cookies = new Map();
  const call = async (method, path, body, csrf) => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        'content-type': 'application/json', origin: server.url, 'sec-fetch-site': 'same-origin',
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '), ...(csrf ? { 'x-csrf-token': csrf } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, key, value] = line.match(/^([^=]+)=([^;]*)/);
      cookies.set(key, value);
    }
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
  await call('POST', '/accounts', { email, password: PASSWORD });
  const { csrf } = await call('GET', '/session');
  return (method, path, body) => call(method, path, body, csrf);
}

/** Writes the client's state as a version without teams wrote it. */
function older(page) {
  return page.evaluate(() => new Promise((resolve, reject) => {
    const open = indexedDB.open('krowoc');
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const database = open.result;
      const scope = database.transaction('meta', 'readwrite');
      const meta = scope.objectStore('meta');
      meta.get('state').onsuccess = ({ target }) => {
        const state = JSON.parse(target.result.json);
        delete state.team;
        delete state.spaces_at;
        meta.put({ json: JSON.stringify(state) }, 'state');
      };
      scope.oncomplete = () => { database.close(); resolve(); };
      scope.onabort = () => reject(scope.error);
    };
  }));
}

/** The search rows of a library. `lesser`: they are written as a version that kept no metadata wrote them. */
function searchRows(page, library, lesser = false) {
  return page.evaluate((name, less) => new Promise((resolve, reject) => {
    const open = indexedDB.open(name);
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const database = open.result;
      const scope = database.transaction('finder', less ? 'readwrite' : 'readonly');
      const rows = [];
      scope.objectStore('finder').openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        const row = JSON.parse(cursor.value.json);
        if (less) {
          for (const newer of ['made', 'meta', 'model']) delete row[newer];
          cursor.update({ json: JSON.stringify(row) });
        }
        rows.push(row);
        cursor.continue();
      };
      scope.oncomplete = () => { database.close(); resolve(rows); };
      scope.onabort = () => reject(scope.error);
    };
  }), library, lesser);
}

/** Rows that an older version made are made anew once a form has asked for them, and it completes from them from then on. */
async function madeAnew(browser, article, team, topic) {
  const library = `krowoc-${team}`;
  const page = await browser.extensionPage('pages/options.html');
  assert.ok((await searchRows(page, library, true)).length > 0);
  await page.close();
  await browser.killBackground();
  const first = await browser.popup(article);
  await until('the rows to be made anew', async () => (await searchRows(first, library)).every((row) => row.made > 0));
  await first.close();
  const popup = await browser.popup(article);
  await until('the library to be the last one', () => popup.evaluate((id) => document.querySelector('#editor-library')?.value === id, team));
  await popup.evaluate(() => document.querySelector('#editor-more').click());
  await until('the topic to complete', () => popup.evaluate((wanted) => {
    const known = document.querySelector('#editor-topic-known')?.options ?? [];
    return [...known].some((it) => it.value === wanted);
  }, topic));
  await popup.close();
}

export async function run(context) {
  const alice = await person(context.server, 'alice@example.org');
  const { id: team } = await alice('POST', '/teams', { name: TEAM });
  const { document: prompt } = await alice('POST', `/library?space=${team}`, { kind: 'prompt', set: { title: 'Morse code' }, meta: { topic: 'Signals' }, body: 'Say it in Morse code.' });
  const { path } = await alice('POST', `/teams/${team}/invitations`, { role: 'editor' });

  const browser = await context.profile();
  const article = await browser.visit(`${context.fixtures.url}/article`);
  await select(article, '#first');
  await (await clip(browser, article, { what: 'selection', kind: 'Snippet' })).close();
  const page = await browser.extensionPage('pages/options.html');
  await older(page);
  await page.close();
  await browser.killBackground();

  const bob = await Dashboard.signUp(browser, context.server, 'bob@example.org');
  const [, token] = path.split('#token=');
  assert.equal((await bob.api('POST', '/invitations/accept', { token })).status, 200);
  const options = await connect(browser, context.server, bob);
  await until('the clip of the older version to arrive', async () => (await bob.list()).length === 1);
  await options.close();

  // A prompt of the team, with its name, and a clip into its library.
  await article.bringToFront();
  await select(article, '#second');
  const popup = await browser.popup(article);
  await says(popup, 'Morse code');
  await says(popup, TEAM);
  const library = await popup.waitForSelector('#editor-library');
  await library.select(team);
  await context.shot(popup, 'popup-team');
  await popup.keyboard.down('Control');
  await popup.keyboard.press('Enter');
  await popup.keyboard.up('Control');
  await says(popup, 'Saved');
  await popup.close();
  const rows = async (space) => (await alice('GET', `/library?kind=snippet${space}`)).items;
  const [clipped] = await until('the clip to be in the library of the team', async () => {
    const found = await rows(`&space=${team}`);
    return found.length === 1 && found;
  });
  assert.match(clipped.title, /tides/i);
  assert.equal((await bob.list()).length, 1, 'nothing of it in his own');

  // The choice is remembered; with a lower role it is there no more, and says why.
  const chosen = (shown) => shown.evaluate(() => document.querySelector('#editor-library')?.value);
  await article.bringToFront();
  await select(article, 'blockquote');
  const again = await browser.popup(article);
  await until('the library to be the last one', async () => (await chosen(again)) === team);
  await again.close();
  await madeAnew(browser, article, team, 'Signals');
  const { user } = (await bob.api('GET', '/session')).body;
  await alice('PATCH', `/teams/${team}/members/${user}`, { role: 'viewer' });
  const settings = await browser.extensionPage('pages/options.html');
  await (await settings.waitForSelector('::-p-aria([name="Sync now"])')).click();
  await settings.close();
  const viewer = await until('the popup of a viewer', async () => {
    const opened = await browser.popup(article);
    await opened.waitForSelector('#editor-library');
    const option = await opened.evaluate((id) => {
      const found = document.querySelector(`#editor-library option[value="${id}"]`);
      return { disabled: found.disabled, title: found.title };
    }, team);
    if (option.disabled && option.title.includes('viewer') && (await chosen(opened)) === '') return opened;
    await opened.close();
    return undefined;
  });
  await context.shot(viewer, 'popup-viewer');

  // Out of the team: its documents leave this browser while the popup is open.
  await says(viewer, 'Morse code');
  await alice('PATCH', `/library/${prompt.id}?space=${team}`, { set: { title: 'Morse code, slowly' } });
  await says(viewer, 'Morse code, slowly');
  await alice('DELETE', `/teams/${team}/members/${user}`);
  await until('the team’s prompt to leave', () => viewer.evaluate(() => !document.body.innerText.includes('Morse code')));
}
