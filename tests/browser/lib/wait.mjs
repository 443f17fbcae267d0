// Waiting for a condition with a bound. Not sleeping: every wait names what it waits for.

/** Polls until `probe` gives something truthy; throws naming `what` after `limit` ms. */
export async function until(what, probe, limit = 20_000) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain for: ${what}${last ? ` (${last.message})` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Fails when the work takes longer than `limit` ms. */
export function withDeadline(work, limit, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${limit} ms: ${what}`)), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
