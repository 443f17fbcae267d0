// The dashboard as a person uses it: by names and roles. Not its internals: a change of markup must not matter here.
import { until } from './wait.mjs';

export const PASSWORD = 'correct horse battery staple';

export class Dashboard {
  constructor(page, url) {
    this.page = page;
    this.url = url;
  }
  /** Signs up a new person and opens the library. */
  static async signUp(browser, server, email) {
    const page = await browser.visit(`${server.url}/signup`);
    const self = new Dashboard(page, server.url);
    await self.fill('E-mail', email);
    await self.fill('Password', PASSWORD);
    await self.press('Create account');
    await self.atLibrary();
    return self;
  }
  static async signIn(browser, server, email) {
    const page = await browser.visit(`${server.url}/signin`);
    const self = new Dashboard(page, server.url);
    await self.fill('E-mail', email);
    await self.fill('Password', PASSWORD);
    await self.press('Sign in');
    await self.atLibrary();
    return self;
  }
  /** Home is what a person sees first; the library is one step away. */
  async atLibrary() {
    await until('Home or the library to show', () => this.page.evaluate(() => location.pathname.startsWith('/library')
      || (location.pathname === '/' && document.querySelector('main h1')?.textContent === 'Home')));
    await this.page.evaluate(() => location.pathname === '/' && document.querySelector('nav a[href^="/library/"]').click());
    await until('the library to show', () => this.page.evaluate(() => location.pathname.startsWith('/library') && !!document.querySelector('main')));
  }
  async open(path) {
    await this.page.goto(`${this.url}${path}`);
  }
  async fill(label, text) {
    const field = await this.page.waitForSelector(`::-p-aria([name="${label}"])`);
    await field.click({ count: 3 });
    await field.type(text);
  }
  async press(name) {
    const button = await this.page.waitForSelector(`::-p-aria([name="${name}"])`);
    await button.click();
  }
  /** Presses the button, link or choice of that name, whatever key does the same and stands behind it. */
  async pressed(name) {
    await until(`“${name}” to be pressed`, async () => {
      const found = await this.page.evaluateHandle((wanted) => {
        const named = (it) => {
          const copy = it.cloneNode(true);
          copy.querySelectorAll('kbd').forEach((key) => key.remove());
          return it.getAttribute('aria-label') ?? copy.textContent;
        };
        return [...document.querySelectorAll('button, a, [role=option]')].find((it) => it.offsetParent !== null && named(it).trim() === wanted);
      }, name);
      // What is drawn anew meanwhile is looked for again.
      const button = found.asElement();
      await button?.click();
      return button;
    });
  }
  /** Chooses a model by its whole name, such as `openai/gpt-4o-mini`, in the dialog. */
  async choose(model, look = () => {}) {
    await this.pressed('Add a model');
    await this.fill('Find a model', model);
    // The rows are drawn anew when the answer to what was typed is there.
    look(await until(`${model} to be chosen`, () => this.page.evaluate((name) => {
      const row = document.querySelector(`.picker .mrow[title="${name}"]`);
      const box = row?.querySelector('input:not(:disabled)');
      if (box && !box.checked) box.click();
      return box?.checked && row.innerText;
    }, model)));
    await this.pressed('Done');
  }
  /** All text that is on the page. */
  text() {
    return this.page.evaluate(() => document.body.innerText);
  }
  shows(text, limit) {
    return until(`the dashboard to show “${text}”`, async () => (await this.text()).includes(text), limit);
  }
  hides(text, limit) {
    return until(`the dashboard to hide “${text}”`, async () => !(await this.text()).includes(text), limit);
  }
  /** Calls the API as the signed-in person. */
  api(method, path, body) {
    return this.page.evaluate(async (verb, route, content) => {
      const session = await (await fetch('/api/v1/session')).json();
      const response = await fetch(`/api/v1${route}`, {
        method: verb,
        headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf },
        body: content === undefined ? undefined : JSON.stringify(content),
      });
      const text = await response.text();
      return { status: response.status, body: text ? JSON.parse(text) : null };
    }, method, path, body);
  }
  /** Rows of the library that match. */
  async list(query = '') {
    return (await this.api('GET', `/library${query}`)).body.items;
  }
  async document(id) {
    return (await this.api('GET', `/library/${id}`)).body.document;
  }
}
