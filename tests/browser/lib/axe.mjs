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

/** Fails when the page can be scrolled sideways. */
export async function fits(page, where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${where}: the page is ${over} px wider than its window`);
}
