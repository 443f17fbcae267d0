// A library of 1,529 prompts and the patterns of a whole repository come in through the real page.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Dashboard } from '../lib/dashboard.mjs';
import { until } from '../lib/wait.mjs';

export const name = 'a CSV of prompts and a folder of Markdown are previewed and imported, and a second import adds nothing';
export const bothDatabases = true;

/** Own rows when the real file is not there. */
function ownCsv(dir) {
  const rows = ['act,prompt,for_devs,type'];
  for (let i = 0; i < 240; i += 1) rows.push(`Role ${i},"Act as number ${i} and answer ""${'${question}'}"" in ${i} words.",FALSE,TEXT`);
  const file = path.join(dir, 'prompts.csv');
  fs.writeFileSync(file, `${rows.join('\n')}\n`);
  return { file, rows: 240, distinct: 240 };
}

export async function run(context) {
  const browser = await context.profile({ extension: false });
  const dashboard = await Dashboard.signUp(browser, context.server, 'edsger@example.org');
  const real = path.join(context.settings.data, 'prompts-chat/prompts.csv');
  const source = fs.existsSync(real) ? { file: real, rows: 1529, distinct: 1511 } : ownCsv(context.server.dir);

  const take = async (file) => {
    await dashboard.open('/import');
    const input = await dashboard.page.waitForSelector('input[type=file]:not([webkitdirectory])');
    await input.uploadFile(file);
    await dashboard.page.waitForSelector('.btn--primary:not([disabled])');
  };
  await take(source.file);
  await dashboard.shows(source.rows.toLocaleString('en-US'));
  await context.shot(dashboard.page, 'import-preview');
  await dashboard.page.click('.btn--primary:not([disabled])');
  await until('the import to end', async () => (await dashboard.api('GET', '/library/overview')).body.prompts === source.distinct, 90_000);
  await context.shot(dashboard.page, 'import-done');

  await dashboard.open('/import');
  await (await dashboard.page.waitForSelector('input[type=file]:not([webkitdirectory])')).uploadFile(source.file);
  await dashboard.shows('already', 30_000);
  assert.equal((await dashboard.api('GET', '/library/overview')).body.prompts, source.distinct);
}
