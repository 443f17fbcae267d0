// Entry of the background: a service worker in Chrome, an event page in Firefox. Not logic: it only carries events to the module.
// Every listener is registered synchronously here, because the browser wakes the worker for an event and delivers it at once.
import startBackground, * as background from './wasm/background.js';
import startExtractor, * as extractor from './wasm/extractor.js';

const RESTARTED = JSON.stringify({ err: { code: 'restarted', message: '' } });

// One WebAssembly instance, started on first use. A panicked instance is never called again: the next call builds a new one,
// which finds all it needs in the database.
const holder = (start, module, file) => {
  let ready = null;
  let died = null;
  let started = false;
  const boot = async () => {
    if (started) module.__wbg_reset_state();
    else await start({ module_or_path: new URL(file, import.meta.url) });
    started = true;
  };
  return {
    async run(call) {
      if (!ready) {
        died = Promise.withResolvers();
        // Nobody may be waiting when it breaks; that is no unhandled error.
        died.promise.catch(() => {});
        ready = boot();
      }
      const { promise } = died;
      await ready;
      return Promise.race([call(), promise]);
    },
    drop(message) {
      ready = null;
      died?.reject(new Error(message));
    },
  };
};

const core = holder(startBackground, background, './wasm/background_bg.wasm');
const extraction = holder(startExtractor, extractor, './wasm/extractor_bg.wasm');
let running = core;

globalThis.krowocPanicked = (message) => {
  console.error(message);
  running.drop(message);
  // Whatever the broken instance held would stay locked for as long as this worker lives.
  void navigator.locks.request('flush', { steal: true }, () => {});
};

globalThis.krowocExtract = async (request) => {
  try {
    return await extraction.run(() => {
      running = extraction;
      try {
        return extractor.extract(request);
      } finally {
        running = core;
      }
    });
  } catch (error) {
    extraction.drop(String(error));
    throw error;
  }
};

const handle = async (event) => {
  try {
    return await core.run(() => background.handle(JSON.stringify(event)));
  } catch (error) {
    // A trap that is no panic (out of memory, stack overflow) leaves the instance just as unusable.
    if (error instanceof WebAssembly.RuntimeError) core.drop(String(error));
    console.error(error);
    return RESTARTED;
  }
};

// Only pages of this package may ask; a content script never does.
const ours = (sender) => sender.id === chrome.runtime.id && sender.url?.startsWith(chrome.runtime.getURL(''));

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (!ours(sender) || typeof message !== 'string') return false;
  handle({ on: 'message', request: message }).then(answer);
  return true;
});

chrome.runtime.onInstalled.addListener(() => void handle({ on: 'installed' }));
chrome.runtime.onStartup.addListener(() => void handle({ on: 'started' }));
chrome.alarms.onAlarm.addListener((alarm) => void handle({ on: 'alarm', name: alarm.name }));
self.addEventListener('online', () => void handle({ on: 'online' }));

chrome.contextMenus.onClicked.addListener((info, tab) => {
  void handle({
    on: 'menu',
    item: String(info.menuItemId),
    frame: info.frameId ?? 0,
    selection: info.selectionText ?? null,
    link: info.linkUrl ?? null,
    image: info.srcUrl ?? null,
    page: info.pageUrl ?? null,
    tab: { id: tab?.id ?? null, url: tab?.url ?? null, title: tab?.title ?? null },
  });
});

chrome.commands.onCommand.addListener((command, tab) => {
  if (command !== 'clip') return;
  void handle({ on: 'clip', tab: { id: tab?.id ?? null, url: tab?.url ?? null, title: tab?.title ?? null } });
});

// The address is visible on the connected server only. Every other navigation ends here, before the module is even started.
chrome.tabs.onUpdated.addListener((tab, change) => {
  if (!change.url?.includes('/connect/done#')) return;
  void handle({ on: 'navigated', tab, url: change.url });
});
