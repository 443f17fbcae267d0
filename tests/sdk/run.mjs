// The conformance of the doors that other people's clients know: OpenAI's Node and Python clients and the Model Context Protocol's client,
// against a real server and the provider server.
// Not a test of the clients: each case is what a program would write.
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Server } from '../browser/lib/server.mjs';
import { cases } from './cases.mjs';
import { cases as agentCases } from './mcp.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const need = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set; run: cargo xtask test sdk`);
  return process.env[name];
};

/** Starts the provider server; gives its process and its address. */
async function provider() {
  const child = spawn(need('KROWOC_SDK_PROVIDER_BIN'), [], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of readline.createInterface({ input: child.stdout })) return { child, url: line.trim() };
  throw new Error('the provider server ended before it listened');
}

/** A person with a session. */
class Person {
  static async signUp(base, email) {
    const person = new Person();
    person.base = base;
    const answer = await person.send('POST', '/accounts', { email, password: 'correct horse battery' });
    person.csrf = answer.csrf;
    return person;
  }
  async send(method, at, body) {
    const headers = { 'content-type': 'application/json' };
    if (this.cookie) headers.cookie = this.cookie;
    if (this.csrf) headers['x-csrf-token'] = this.csrf;
    const answer = await fetch(`${this.base}/api/v1${at}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${await answer.text()}`);
    const set = answer.headers.getSetCookie().map((it) => it.split(';')[0]);
    if (set.length > 0) this.cookie = set.join('; ');
    return answer.status === 204 ? null : answer.json();
  }
  async token(scopes) {
    return (await this.send('POST', '/tokens', { name: 'SDK', scopes })).token;
  }
  async key(provider, url) {
    await this.send('POST', '/provider-keys', { provider, key: 'sk-provider-0123456789', base_url: url });
  }
}

const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((it) => it.toString(16).padStart(2, '0')).join('');
function uuid7() {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(2).slice(1)}-8${hex(2).slice(1)}-${hex(6)}`;
}

async function prepare(base, providerUrl) {
  const rich = await Person.signUp(base, 'rich@example.org');
  await rich.key('openai', `${providerUrl}/openai/v1`);
  await rich.key('compatible', `${providerUrl}/compatible/v1`);
  await rich.send('PUT', '/budget', { unpriced: 'allow' });
  const prompt = (title, text, execution) =>
    rich.send('POST', '/library', { id: uuid7(), kind: 'prompt', set: { title, execution }, body: text });
  await prompt('Release notes', 'Write notes on {{topic}} in a {{tone:dry}} tone.', {
    model: 'openai/gpt-4o-mini',
    allow: ['openai/gpt-4o-mini'],
  });
  await prompt('No model', 'Say {{word}}.', {});
  const poor = await Person.signUp(base, 'poor@example.org');
  await poor.key('openai', `${providerUrl}/openai/v1`);
  await poor.send('PUT', '/budget', { run_ceiling: 1 });
  return {
    KROWOC_SDK_URL: base,
    KROWOC_SDK_TOKEN: await rich.token(['executions']),
    KROWOC_SDK_READER: await rich.token(['library:read']),
    KROWOC_SDK_POOR: await poor.token(['executions']),
  };
}

function report(client, name, error) {
  console.log(error ? `FAIL ${client}: ${name}\n${error}` : `ok   ${client}: ${name}`);
}

async function runNode(client, list) {
  let [passed, failed] = [0, 0];
  for (const [name, run] of list) {
    try {
      await run();
      passed += 1;
      report(client, name);
    } catch (error) {
      failed += 1;
      report(client, name, error.stack);
    }
  }
  return [passed, failed];
}

async function runPython(env) {
  const child = spawn(need('KROWOC_SDK_PYTHON'), [path.join(here, 'cases.py')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let [passed, failed] = [0, 0];
  for await (const line of readline.createInterface({ input: child.stdout })) {
    console.log(line);
    if (line.startsWith('ok ')) passed += 1;
    if (line.startsWith('FAIL ')) failed += 1;
  }
  const code = await ended;
  if (code !== 0 && failed === 0) {
    report('python', 'the run', `it ended with ${code}`);
    failed += 1;
  }
  return [passed, failed];
}

const { child, url } = await provider();
const allowed = ['--allowed-provider-hosts', new URL(url).host];
const server = await Server.start({ bin: need('KROWOC_SDK_SERVER_BIN') }, 'sqlite', allowed);
let sum = [0, 0];
try {
  const env = await prepare(server.url, url);
  const runs = [() => runNode('node', cases(env)), () => runNode('mcp', agentCases(env)), () => runPython(env)];
  for (const run of runs) {
    const [passed, failed] = await run();
    sum = [sum[0] + passed, sum[1] + failed];
  }
} catch (error) {
  sum[1] += 1;
  console.log(error.stack);
}
const planted = ['sk-provider-0123456789', 'krw_'].filter((it) => server.log.join('').includes(it));
if (planted.length > 0) {
  sum[1] += 1;
  console.log(`FAIL secrets in the log: ${planted.join(', ')}`);
}
if (sum[1] > 0) console.log(server.log.filter((line) => /WARN|ERROR|status=[45]/.test(line)).slice(-20).join(''));
await server.down();
server.clean();
child.kill();
console.log(`${sum[0]} passed, ${sum[1]} failed`);
process.exit(sum[1] > 0 || sum[0] === 0 ? 1 : 0);
