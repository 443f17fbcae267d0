// The page serialiser: runs in the page once, reads it, writes nothing, and returns a PageSnapshot as JSON, or a promise of it while
// the page's text is still arriving.
// Not a parser and not an extractor. Its contract is in shared/src/capture/snapshot.rs.
(() => {
  const CONCEALED = 'data-krowoc-concealed';
  const FRAME = 'data-krowoc-frame';
  // Styles of a very large page are measured this long; after that only the browser's own visibility check is asked.
  const STYLE_BUDGET_MS = 1500;
  // A page whose text is still arriving is waited for this long; then what is there is read.
  const ARRIVAL_MS = 2000;
  const MAX_DEPTH = 900;
  const CONTEXT = 64;
  const DROPPED = new Set(['STYLE', 'NOSCRIPT', 'TEMPLATE']);
  let deadline = 0;
  const inert = document.implementation.createHTMLDocument('');

  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const alpha = (colour) => {
    const parts = numbers(colour);
    return colour === 'transparent' || (parts.length === 4 && parts[3] === 0) ? 0 : 1;
  };

  // The colour an element is painted on, or null when a picture makes that unknowable. Remembered: siblings share their ground.
  const grounds = new WeakMap();
  const ownGround = (element) => {
    const style = styleOf(element);
    if (style.backgroundImage !== 'none') return null;
    if (alpha(style.backgroundColor) === 0) return undefined;
    const parts = numbers(style.backgroundColor);
    return parts.length === 4 && parts[3] < 1 ? null : style.backgroundColor;
  };
  const backgroundOf = (element) => {
    const path = [];
    let ground;
    for (let at = element; at && ground === undefined; at = parentOf(at)) {
      path.push(at);
      ground = grounds.has(at) ? grounds.get(at) : ownGround(at);
    }
    if (ground === undefined) ground = 'rgb(255, 255, 255)';
    for (const at of path) grounds.set(at, ground);
    return ground;
  };
  const parentOf = (element) => {
    const root = element.assignedSlot ?? element.parentNode;
    if (!root) return null;
    return root.nodeType === Node.DOCUMENT_FRAGMENT_NODE ? root.host ?? null : root.nodeType === Node.ELEMENT_NODE ? root : null;
  };
  const viewOf = (element) => element.ownerDocument.defaultView ?? window;
  const styleOf = (element) => viewOf(element).getComputedStyle(element);
  const hasOwnText = (element) => {
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE && node.data.trim()) return true;
    return false;
  };

  // True when nothing of a clip-path or clip is left to see.
  const clippedAway = (style) => {
    if (/^rect\(0(px)?,? 0(px)?,? 0(px)?,? 0(px)?\)$/.test(style.clip)) return true;
    if (/^rect\(1px,? 1px,? 1px,? 1px\)$/.test(style.clip)) return true;
    const path = style.clipPath;
    if (!path || path === 'none') return false;
    if (/^(circle|ellipse)\(0(px|%)?[ )]/.test(path)) return true;
    const inset = /^inset\(([^)]*)\)/.exec(path);
    if (!inset) return false;
    const sides = inset[1].split(/\s+/).map((side) => (side.endsWith('%') ? Number.parseFloat(side) : 0));
    const [top, right = top, bottom = top, left = right] = sides;
    return top + bottom >= 100 || left + right >= 100;
  };

  const offScreen = (element, style) => {
    if (Number.parseFloat(style.textIndent) <= -500) return true;
    if (style.position !== 'absolute' && style.position !== 'fixed') return false;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return false;
    const view = viewOf(element);
    const left = box.left + view.scrollX;
    const top = box.top + view.scrollY;
    return left + box.width <= 0 || top + box.height <= 0 || left > 20_000;
  };

  // Why a reader cannot see this element, or '' when one can. `opacity` is that of its ancestors.
  const concealment = (element, style, opacity) => {
    if (style.display === 'none') return 'display';
    if (style.display === 'contents') return '';
    if (opacity * Number.parseFloat(style.opacity || '1') < 0.02) return 'opacity';
    if (clippedAway(style) || offScreen(element, style)) return 'clip';
    if (/hidden|clip/.test(style.overflow)) {
      const width = element.clientWidth;
      const height = element.clientHeight;
      const inline = style.display === 'inline';
      if (!inline && (width <= 1 || height <= 1) && element.scrollWidth + element.scrollHeight > width + height) return 'size';
    }
    if (!hasOwnText(element)) return '';
    if (style.visibility !== 'visible') return 'visibility';
    if (Number.parseFloat(style.fontSize) < 2) return 'font-size';
    const fill = style.webkitTextFillColor || style.color;
    if (alpha(fill) === 0 && alpha(style.color) === 0) return style.backgroundClip === 'text' ? '' : 'colour';
    return sameColour(element, fill) ? 'colour' : '';
  };
  const sameColour = (element, fill) => {
    const ink = numbers(fill);
    if (ink.length < 3) return false;
    const paper = backgroundOf(element);
    if (paper === null) return false;
    const ground = numbers(paper);
    return [0, 1, 2].every((channel) => Math.abs((ink[channel] ?? 0) - (ground[channel] ?? 0)) <= 2);
  };

  const inClosedDetails = (element) => {
    const details = element.parentElement;
    return details?.tagName === 'DETAILS' && !details.open && element.tagName !== 'SUMMARY';
  };

  const measure = (element, opacity) => {
    if (performance.now() > deadline) {
      const seen = element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) ?? true;
      return { reason: seen || inClosedDetails(element) ? '' : 'display', opacity };
    }
    const style = styleOf(element);
    const own = Number.parseFloat(style.opacity || '1');
    return { reason: concealment(element, style, opacity), opacity: opacity * (Number.isNaN(own) ? 1 : own) };
  };

  const dropped = (element) => {
    const tag = element.tagName.toUpperCase();
    if (DROPPED.has(tag)) return true;
    if (tag === 'SCRIPT') return element.type !== 'application/ld+json';
    return tag === 'LINK' && /stylesheet|preload|prefetch/.test(element.rel);
  };

  const shallow = (element) => {
    const copy = inert.importNode(element, false);
    for (const name of copy.getAttributeNames()) {
      const value = copy.getAttribute(name);
      if (name.startsWith('on') || (value.length > 4096 && value.startsWith('data:'))) copy.removeAttribute(name);
    }
    if (copy.tagName === 'INPUT' || copy.tagName === 'OPTION') copy.removeAttribute('value');
    copy.removeAttribute(CONCEALED);
    return copy;
  };

  const frameBody = (element) => {
    if (element.tagName !== 'IFRAME' && element.tagName !== 'FRAME') return null;
    try {
      return element.contentDocument?.body ?? null;
    } catch {
      return null;
    }
  };

  const childrenOf = (node) => {
    if (node.tagName === 'SLOT' && node.getRootNode() instanceof ShadowRoot) {
      const assigned = node.assignedNodes({ flatten: true });
      return assigned.length > 0 ? assigned : node.childNodes;
    }
    return node.shadowRoot ? node.shadowRoot.childNodes : node.childNodes;
  };

  // The text of a node that lies inside the range; all of it when there is no range.
  const textWithin = (node, range) => {
    if (!range) return node.data;
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : node.data.length;
    return node.data.slice(from, to);
  };

  const append = (into, node, range, state) => {
    if (range && !range.intersectsNode(node)) return;
    if (node.nodeType === Node.TEXT_NODE || node.nodeType === Node.CDATA_SECTION_NODE) {
      into.append(textWithin(node, range));
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || dropped(node)) return;
    if (state.depth > MAX_DEPTH) {
      into.append(node.textContent ?? '');
      return;
    }
    const html = node.namespaceURI === 'http://www.w3.org/1999/xhtml';
    const seen = html && !state.concealed && state.measured ? measure(node, state.opacity) : { reason: '', opacity: state.opacity };
    const frame = frameBody(node);
    const copy = frame ? inert.createElement('section') : shallow(node);
    if (frame) copy.setAttribute(FRAME, node.contentDocument.location.href);
    if (seen.reason) copy.setAttribute(CONCEALED, seen.reason);
    into.append(copy);
    if (node.tagName === 'TEXTAREA') return;
    const next = {
      depth: state.depth + 1,
      opacity: seen.opacity,
      concealed: state.concealed || seen.reason !== '',
      measured: node.tagName !== 'HEAD' && state.measured,
    };
    for (const child of frame ? [frame] : childrenOf(node)) append(copy, child, frame ? null : range, next);
  };
  const start = () => ({ depth: 0, opacity: 1, concealed: false, measured: true });

  const serialisePage = () => {
    const root = shallow(document.documentElement);
    for (const child of document.documentElement.childNodes) append(root, child, null, start());
    return root.outerHTML;
  };

  // Elements without which a part of them loses its meaning: rows their table, items their list, code its block.
  const wrapperOf = (element) => {
    const wrappers = [];
    const tag = (at) => at?.tagName ?? '';
    const pre = element.closest?.('pre');
    if (pre) return [pre, ...(element.closest('code') && pre.contains(element.closest('code')) ? [element.closest('code')] : [])];
    let at = element;
    if (/^(UL|OL|DL|MENU)$/.test(tag(at))) return [at];
    while (/^(TR|TBODY|THEAD|TFOOT|TABLE)$/.test(tag(at))) {
      wrappers.unshift(at);
      if (tag(at) === 'TABLE') break;
      at = at.parentElement;
    }
    return wrappers;
  };

  const rangeHtml = (range) => {
    const holder = inert.createElement('div');
    const common = range.commonAncestorContainer;
    const element = common.nodeType === Node.ELEMENT_NODE ? common : common.parentElement;
    let into = holder;
    for (const wrapper of element ? wrapperOf(element) : []) {
      const copy = shallow(wrapper);
      into.append(copy);
      into = copy;
    }
    const nodes = common.nodeType === Node.ELEMENT_NODE ? childrenOf(common) : [common];
    for (const node of nodes) append(into, node, range, start());
    return holder.innerHTML;
  };

  // Visible text next to a point, up to CONTEXT characters.
  const contextOf = (container, offset, forward) => {
    const doc = container.ownerDocument;
    const walker = doc.createTreeWalker(doc.body ?? doc.documentElement, NodeFilter.SHOW_TEXT);
    let text = '';
    const add = (part) => {
      text = forward ? text + part : part + text;
    };
    if (container.nodeType === Node.TEXT_NODE) {
      add(forward ? container.data.slice(offset) : container.data.slice(0, offset));
      walker.currentNode = container;
    } else {
      // The point lies before a child, or behind all of them: then behind the last text inside.
      const child = container.childNodes[offset];
      let at = child ?? container;
      while (!child && at.lastChild) at = at.lastChild;
      if (at.nodeType === Node.TEXT_NODE && forward === Boolean(child)) add(at.data);
      walker.currentNode = at;
    }
    for (let steps = 0; steps < 200 && text.length < CONTEXT * 2; steps += 1) {
      const node = forward ? walker.nextNode() : walker.previousNode();
      if (!node) break;
      const parent = node.parentElement;
      if (!parent || dropped(parent) || parent.tagName === 'TEXTAREA') continue;
      if (parent.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) === false) continue;
      const inline = styleOf(parent).display.startsWith('inline');
      add(inline ? node.data : forward ? ` ${node.data}` : `${node.data} `);
    }
    const tidy = text.replace(/\s+/g, ' ');
    return forward ? tidy.slice(0, CONTEXT) : tidy.slice(-CONTEXT);
  };

  const escapeHtml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const plainSelection = (text) => ({
    html: text.split(/\n{2,}/).map((part) => `<p>${escapeHtml(part).replace(/\n/g, '<br>')}</p>`).join(''),
    text,
    prefix: '',
    suffix: '',
    start: 0,
  });

  // A passage that somebody marked in a text area is theirs to save; what they did not mark stays there.
  const selectionInField = (doc) => {
    const field = doc.activeElement;
    if (field?.tagName !== 'TEXTAREA') return null;
    const text = field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0);
    return text.trim() ? plainSelection(text) : null;
  };

  const selectionOf = (doc) => {
    const field = selectionInField(doc);
    if (field) return field;
    const selection = doc.defaultView?.getSelection();
    const text = selection ? selection.toString() : '';
    if (!text.trim()) return null;
    const ranges = [];
    for (let at = 0; at < selection.rangeCount; at += 1) ranges.push(selection.getRangeAt(at));
    const open = ranges.filter((range) => !range.collapsed);
    if (open.length === 0) return plainSelection(text);
    const first = open[0];
    const last = open[open.length - 1];
    const prefix = contextOf(first.startContainer, first.startOffset, false);
    const visible = doc.body?.innerText ?? '';
    const after = visible.indexOf(text, Math.max(0, visible.indexOf(prefix.trim().slice(-24))));
    return {
      html: open.map(rangeHtml).join('\n'),
      text,
      prefix,
      suffix: contextOf(last.endContainer, last.endOffset, true),
      start: Math.max(0, after >= 0 ? after : visible.indexOf(text)),
    };
  };

  const framesOf = (doc) => {
    const found = [];
    for (const element of doc.querySelectorAll('iframe, frame')) {
      const body = frameBody(element);
      if (body) found.push(body.ownerDocument, ...framesOf(body.ownerDocument));
    }
    return found;
  };

  const findSelection = () => {
    const own = selectionOf(document);
    if (own) return own;
    for (const doc of framesOf(document)) {
      const inside = selectionOf(doc);
      if (inside) return { ...inside, frameUrl: doc.location.href };
    }
    return undefined;
  };

  const arriving = () => document.readyState === 'loading';

  const snapshot = () => {
    const root = document.documentElement;
    deadline = performance.now() + STYLE_BUDGET_MS;
    return JSON.stringify({
      url: location.href,
      baseUrl: document.baseURI === location.href ? undefined : document.baseURI,
      title: document.title,
      lang: root?.lang ?? '',
      dir: root ? getComputedStyle(root).direction : '',
      loading: arriving() || undefined,
      selection: findSelection(),
      html: root ? serialisePage() : '',
    });
  };

  // The event comes when the text is there, whatever becomes of pictures and frames.
  const arrival = () => new Promise((resolve) => {
    const late = setTimeout(resolve, ARRIVAL_MS);
    document.addEventListener('DOMContentLoaded', () => {
      clearTimeout(late);
      resolve();
    }, { once: true });
  });

  return arriving() ? arrival().then(snapshot) : snapshot();
})();
