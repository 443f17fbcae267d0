// Shared by the pages: starts a module, and starts the page over when it breaks. Not logic.
import { insertInto } from './insert.js';

export const open = async (start, file) => {
  globalThis.krowocPanicked = (message) => {
    console.error(message);
    // A page that breaks at once, twice, would reload for ever.
    const last = Number(sessionStorage.getItem('panicked') ?? 0);
    sessionStorage.setItem('panicked', String(Date.now()));
    if (Date.now() - last > 10_000) location.reload();
  };
  globalThis.krowocInsert = insertInto;
  document.documentElement.lang = chrome.i18n.getUILanguage().replace('_', '-');
  document.documentElement.dir = chrome.i18n.getMessage('@@bidi_dir') || 'ltr';
  await start({ module_or_path: new URL(file, import.meta.url) });
};
