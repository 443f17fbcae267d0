// Puts a text where the cursor of a page is. Not the text, and not what is said about it: those are the pages'.

// Runs in the page, in each of its frames that may be reached; at most one of them takes the text. It stands alone: the browser hands its
// source over. Gives 'done', 'otherwise' where the page shows another text than was put in, and null where nothing was done.
const insert = async (text) => {
  const LINES = new Set(['text', 'search', 'url', 'tel']);
  // What an editor does after it was given a text is waited for this long.
  const REST_MS = 1000;

  const deepest = (root) => {
    let at = root.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at;
  };
  // The focus of a page behind a popup is where it was; of its frames it is in the one that each parent says has it.
  const inFront = () => {
    try {
      for (let at = window; at !== at.top; at = at.parent) {
        if (deepest(at.parent.document) !== at.frameElement) return false;
      }
      return true;
    } catch {
      return document.hasFocus();
    }
  };
  const isField = (it) => it instanceof HTMLTextAreaElement || (it instanceof HTMLInputElement && LINES.has(it.type));
  const takes = (it) => (isField(it) ? !it.disabled && !it.readOnly : it instanceof HTMLElement && it.isContentEditable);
  const shows = (it) => it.getClientRects().length > 0 && (it.checkVisibility?.({ visibilityProperty: true, opacityProperty: true }) ?? true);
  // With the focus nowhere, the one place of the page that is made for texts.
  const only = () => {
    if (window !== window.top || (document.activeElement && document.activeElement !== document.body)) return null;
    const all = [...document.querySelectorAll('textarea, [contenteditable]')]
      .filter((it) => takes(it) && shows(it) && !it.parentElement?.isContentEditable);
    return all.length === 1 ? all[0] : null;
  };
  // Until it holds, or an editor had its time.
  const settled = (holds, where) => new Promise((resolve) => {
    if (holds()) {
      resolve(true);
      return;
    }
    const watch = new MutationObserver(() => end(holds()));
    const late = setTimeout(() => end(true), REST_MS);
    const end = (over) => {
      if (!over) return;
      watch.disconnect();
      clearTimeout(late);
      resolve(holds());
    };
    watch.observe(where, { subtree: true, childList: true, characterData: true, attributes: true });
  });

  const intoField = async (field) => {
    const wanted = field instanceof HTMLInputElement ? text.replace(/[\r\n]+/g, ' ') : text.replace(/\r\n?/g, '\n');
    const { selectionStart: start, selectionEnd: end, value: before } = field;
    const whole = before.slice(0, start) + wanted + before.slice(end);
    if (field.maxLength >= 0 && whole.length > field.maxLength) return null;
    field.focus();
    field.setSelectionRange(start, end);
    // The one way that the browser's own undo knows of.
    document.execCommand('insertText', false, wanted);
    if (field.value === before && whole !== before) {
      field.setRangeText(wanted, start, end, 'end');
      field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true, inputType: 'insertText', data: wanted }));
    }
    // A page may put another value in its place once it has seen this one.
    await Promise.resolve();
    if (field.value === whole) return 'done';
    return field.value === before ? null : 'otherwise';
  };

  // Firefox makes the data of a paste itself, of a text and its type.
  const pasted = () => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    const init = { clipboardData, data: text, dataType: 'text/plain', bubbles: true, cancelable: true, composed: true };
    return new ClipboardEvent('paste', init);
  };

  const intoEditor = async (editor) => {
    const bare = (it) => it.replace(/[\s\u200b\ufeff]+/gu, '');
    const times = () => bare(editor.textContent).split(bare(text)).length;
    const [before, had] = [editor.textContent, times()];
    editor.focus();
    const selection = getSelection();
    if (!editor.contains(selection.anchorNode)) {
      selection.selectAllChildren(editor);
      selection.collapseToEnd();
    }
    const anchor = selection.anchorNode;
    const at = anchor instanceof Element ? anchor : anchor?.parentElement;
    // Editors that keep a document of their own take a paste into it, with their own undo. Others leave it to the browser.
    const paste = pasted();
    const whole = paste.clipboardData?.getData('text/plain') === text;
    const taken = whole && !(editor.contains(at) ? at : editor).dispatchEvent(paste);
    if (!taken) document.execCommand('insertText', false, text);
    if (await settled(() => times() > had, editor)) return 'done';
    return editor.textContent === before ? null : 'otherwise';
  };

  if (!inFront()) return null;
  const focused = deepest(document);
  const place = takes(focused) ? focused : only();
  if (!place) return null;
  return isField(place) ? intoField(place) : intoEditor(place);
};

/** Puts it into a tab, as far as it may be reached. */
export const insertInto = async (tab, text) => {
  const results = await chrome.scripting.executeScript({ target: { tabId: tab, allFrames: true }, func: insert, args: [text] });
  return results.map((it) => it.result).find((it) => it) ?? '';
};
