// One face for both browsers: pages, the extension's pages, its button, its menus, its worker.
// The person's own clicks on browser chrome (the permission prompt, the toolbar button) are done through each browser's own test door.
import fs from 'node:fs';
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { until } from './wait.mjs';

const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic',
  // What a saved page loads from elsewhere fails at once, instead of keeping the page loading.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--lang=en-US'];
const FIREFOX_UUID = '6f1d3b52-9c1e-4d0a-8a51-0b6d3a1c9e77';

export function launch(kind, settings, options) {
  return kind === 'firefox' ? Firefox.launch(settings, options) : Chromium.launch(settings, options);
}

class Profile {
  async close() { await this.raw.close(); }
  newPage() { return this.raw.newPage(); }
  /** Opens a page and waits for its load. */
  async visit(url) {
    const page = await this.newPage();
    await page.goto(url);
    return page;
  }
}

/** Waits until a page is drawn for light or dark. */
const drawnFor = (page, scheme) => until(`the page to be ${scheme}`, () => page.evaluate((name) => matchMedia(`(prefers-color-scheme: ${name})`).matches, scheme));

class Chromium extends Profile {
  static async launch(settings, { dir, extension = true } = {}) {
    const self = new Chromium();
    self.kind = 'chromium';
    self.raw = await puppeteer.launch({
      browser: 'chrome', executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, pipe: true,
      enableExtensions: true, userDataDir: dir, args: CHROMIUM_FLAGS, defaultViewport: { width: 1280, height: 860 },
    });
    if (extension) self.id = await self.raw.installExtension(path.join(settings.dist, 'chrome'));
    return self;
  }
  address(file) { return `chrome-extension://${this.id}/${file}`; }
  async extensionPage(file) {
    const page = await this.newPage();
    await page.goto(this.address(file));
    return page;
  }
  /** Says yes to the permission prompt for an origin before it is asked. */
  async grantHost(origin) {
    const page = await this.newPage();
    await page.goto('chrome://extensions');
    await page.evaluate((id, host) => chrome.developerPrivate.addHostPermission(id, host), this.id, `${origin}/*`);
    await page.close();
  }
  /** Draws a page for a person who wants it light or dark. */
  async scheme(page, scheme) {
    // Without motion: a colour that is on its way from light to dark is neither.
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
    await drawnFor(page, scheme);
  }
  /** Puts an authenticator into the browser, for what this page asks; its owner is there, and is known unless it is told otherwise. */
  async authenticator(page) {
    const session = await page.createCDPSession();
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    return { known: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }) };
  }
  /** The address of the page that the panel beside the tabs shows, once it is open. */
  async beside(file) {
    const target = await this.raw.waitForTarget((t) => t.url().startsWith(this.address(file)) && !t.url().includes('in=popup'));
    return target.url();
  }
  /** The extension's background, started when it sleeps. */
  async background() {
    const target = await this.raw.waitForTarget((t) => t.type() === 'service_worker' && t.url().startsWith(this.address('')));
    return target.worker();
  }
  /** Ends the background between two steps. */
  async killBackground() {
    const target = this.raw.targets().find((t) => t.type() === 'service_worker' && t.url().startsWith(this.address('')));
    if (!target) return;
    const worker = await target.worker();
    await worker.close();
    await until('the worker to end', () => !this.raw.targets().includes(target));
  }
  /** Presses the toolbar button on a page: a real activeTab grant, and the real popup. */
  async popup(page) {
    await page.bringToFront();
    const session = await this.raw.target().createCDPSession();
    const { targetInfos } = await session.send('Target.getTargets', { filter: [{ type: 'tab' }] });
    const url = page.url();
    const tab = targetInfos.find((info) => info.url === url) || targetInfos.find((info) => info.url.split('#')[0] === url.split('#')[0]);
    const opened = this.raw.waitForTarget((t) => t.url().startsWith(this.address('pages/popup.html')));
    await session.send('Extensions.triggerAction', { id: this.id, targetId: tab.targetId });
    const popup = await (await opened).asPage();
    await session.detach();
    return popup;
  }
  /** Chooses an entry of the context menu on a page. */
  async menu(page, menuItemId, info = {}) {
    const popup = await this.popup(page);
    await popup.close();
    await page.bringToFront();
    await this.wake();
    const worker = await this.background();
    await worker.evaluate(async (id, url, more) => {
      const [tab] = (await chrome.tabs.query({ active: true, lastFocusedWindow: true }));
      chrome.contextMenus.onClicked.dispatch({ menuItemId: id, pageUrl: tab.url ?? url, editable: false, frameId: 0, ...more }, tab);
    }, menuItemId, page.url(), info);
  }
  /** Starts the background when it sleeps, as any event does. */
  async wake() {
    const page = await this.extensionPage('pages/options.html');
    await page.evaluate(() => chrome.runtime.sendMessage({ type: 'ping' }).catch(() => null));
    await page.close();
  }
}

class Firefox extends Profile {
  static async launch(settings, { dir, extension = true } = {}) {
    const self = new Firefox();
    self.kind = 'firefox';
    const manifest = JSON.parse(fs.readFileSync(path.join(settings.dist, 'firefox/manifest.json'), 'utf8'));
    self.id = manifest.browser_specific_settings.gecko.id;
    self.raw = await puppeteer.launch({
      browser: 'firefox', executablePath: process.env.FIREFOX || '/usr/bin/firefox-esr', headless: true, userDataDir: dir,
      args: ['-remote-allow-system-access'], defaultViewport: { width: 1280, height: 860 },
      extraPrefsFirefox: { 'extensions.webextensions.uuids': JSON.stringify({ [self.id]: FIREFOX_UUID }), 'intl.accept_languages': 'en-US',
        // Authenticators of tests, and no others.
        'security.webauth.webauthn_enable_softtoken': true, 'security.webauth.webauthn_enable_usbtoken': false },
    });
    if (extension) await self.raw.installExtension(path.join(settings.dist, 'firefox'));
    return self;
  }
  address(file) { return `moz-extension://${FIREFOX_UUID}/${file}`; }
  async send(method, params) { return (await this.raw.connection.send(method, params)).result; }
  /** Runs an expression in the browser's own scope. */
  async chrome(expression) {
    const { contexts } = await this.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
    const result = await this.send('script.evaluate', {
      expression: `(async () => { ${expression} })()`, target: { context: contexts[0].context }, awaitPromise: true,
    });
    if (result.exceptionDetails) throw new Error(`in the browser: ${result.exceptionDetails.text}`);
    return result.result.value;
  }
  async extensionPage(file) {
    const page = await this.newPage();
    // The protocol reports no load for extension addresses: wait for the document itself.
    page.goto(this.address(file), { timeout: 5_000 }).catch(() => {});
    const clean = file.split('?')[0];
    await until(`${clean} to open`, () => page.evaluate((end) => location.pathname.endsWith(end) && document.readyState === 'complete', clean));
    return page;
  }
  async grantHost(origin) {
    const { protocol, hostname } = new URL(origin);
    await this.chrome(`const { ExtensionPermissions } = ChromeUtils.importESModule('resource://gre/modules/ExtensionPermissions.sys.mjs');
      const policy = WebExtensionPolicy.getByID(${JSON.stringify(this.id)});
      await ExtensionPermissions.add(policy.id, { origins: [${JSON.stringify(`${protocol}//${hostname}/*`)}], permissions: [],
        data_collection: ['websiteContent', 'browsingActivity'] }, policy.extension);`);
  }
  async authenticator() {
    const service = "Cc['@mozilla.org/webauthn/service;1'].getService(Ci.nsIWebAuthnService)";
    const id = await this.chrome(`return String(${service}.addVirtualAuthenticator('ctap2_1', 'internal', true, true, true, true));`);
    return { known: (is) => this.chrome(`${service}.setUserVerified(${JSON.stringify(id)}, ${is});`) };
  }
  async beside(file) {
    const shown = () => this.chrome(`const { SidebarController } = Services.wm.getMostRecentWindow('navigator:browser');
      const frame = SidebarController.browser?.contentDocument?.getElementById('webext-panels-browser');
      return SidebarController.isOpen && frame ? frame.currentURI.spec : '';`);
    return until('the sidebar to open', async () => {
      const url = await shown();
      return url.startsWith(this.address(file)) && url;
    });
  }
  async scheme(page, scheme) {
    await this.chrome(`Services.prefs.setIntPref('ui.prefersReducedMotion', 1);
      Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', ${scheme === 'dark' ? 0 : 1});`);
    await drawnFor(page, scheme);
  }
  async killBackground() {
    await this.chrome(`await WebExtensionPolicy.getByID(${JSON.stringify(this.id)}).extension.terminateBackground();`);
  }
  /** Grants activeTab on the page as the toolbar button does, and opens the popup's page for that tab. */
  async popup(page) {
    const tab = await this.grantActiveTab(page);
    return this.extensionPage(`pages/popup.html?tab=${tab}`);
  }
  async grantActiveTab(page) {
    await page.bringToFront();
    return this.chrome(`const extension = WebExtensionPolicy.getByID(${JSON.stringify(this.id)}).extension;
      const win = Services.wm.getMostRecentWindow('navigator:browser');
      const tab = [...win.gBrowser.tabs].find((t) => t.linkedBrowser.currentURI.spec === ${JSON.stringify(page.url())}) ?? win.gBrowser.selectedTab;
      win.gBrowser.selectedTab = tab;
      extension.tabManager.addActiveTabPermission(tab);
      return extension.tabManager.getWrapper(tab).id;`);
  }
  async menu(page, menuItemId, info = {}) {
    await this.grantActiveTab(page);
    await this.chrome(`const extension = WebExtensionPolicy.getByID(${JSON.stringify(this.id)}).extension;
      await extension.wakeupBackground?.();
      const win = Services.wm.getMostRecentWindow('navigator:browser');
      extension.emit('webext-menu-menuitem-click', ${JSON.stringify({ menuItemId, pageUrl: page.url(), editable: false, frameId: 0, ...info })}, win.gBrowser.selectedTab);`);
  }
}
