// axe-core on a page as it stands: WCAG A and AA and its best practices. Not a judgement of words or order.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';

const source = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with the rule, the element and the reason of each violation. */
export async function accessible(page, where) {
  await page.evaluate(source);
  // Colours on their way to other ones are nobody's choice: what comes to an end is waited for.
  await page.evaluate(() => Promise.allSettled(document.getAnimations()
    .filter((it) => it.effect.getComputedTiming().endTime !== Infinity).map((it) => it.finished)).then(() => undefined));
  const violations = await page.evaluate(async () => {
    const result = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} (${node.failureSummary.split('\n')[1]?.trim() ?? ''})`));
  });
  assert.deepEqual(violations, [], `${where}: axe finds nothing`);
}

/** Fails when the page can be scrolled sideways, or when what only screen readers read makes it longer than what is seen. */
export async function fits(page, where) {
  const [over, strays] = await page.evaluate(() => {
    const scrolls = (it) => ['auto', 'scroll'].includes(getComputedStyle(it).overflowY);
    const stray = (it) => {
      let box = it.parentElement;
      while (box && box !== document.body && !scrolls(box)) box = box.parentElement;
      return box && box !== document.body && !box.contains(it.offsetParent);
    };
    const root = document.documentElement;
    const hidden = [...document.querySelectorAll('.sr')].filter((it) => it.offsetParent && stray(it));
    return [root.scrollWidth - root.clientWidth, hidden.map((it) => it.textContent)];
  });
  assert.ok(over <= 0, `${where}: the page is ${over} px wider than its window`);
  assert.deepEqual(strays, [], `${where}: these scroll with the page and not with their pane`);
}
