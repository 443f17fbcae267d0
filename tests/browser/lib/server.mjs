// One krowoc server with a database of its own. Not shared between cases: a case may kill it.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { until } from './wait.mjs';

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

let databases = 0;

export class Server {
  static async start(settings, database, more = []) {
    const server = new Server();
    server.bin = settings.bin;
    server.log = [];
    server.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'krowoc-e2e-'));
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    // The same by a name, which is what passkeys are bound to.
    server.named = `http://localhost:${server.port}`;
    server.args = ['serve', '--listen', `127.0.0.1:${server.port}`, '--data-dir', server.dir,
      ...more.map((arg) => arg.replace('{data}', server.dir).replace('{url}', server.url).replace('{named}', server.named))];
    if (database === 'postgres') {
      if (!settings.postgres) throw new Error('KROWOC_E2E_POSTGRES_URL is not set; run: cargo xtask e2e');
      databases += 1;
      server.databaseName = `e2e_${process.pid}_${databases}`;
      server.admin = settings.postgres;
      execFileSync('psql', [settings.postgres, '-qc', `CREATE DATABASE ${server.databaseName}`]);
      const url = new URL(settings.postgres);
      url.pathname = `/${server.databaseName}`;
      server.args.push('--database-url', url.toString());
    }
    await server.up();
    return server;
  }
  /** Starts the process and waits until it is ready. */
  async up() {
    // The server refuses settings that it does not know, and the suite's own are none of its.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KROWOC_')));
    // Servers of one database share the key that provider keys are sealed with; beside SQLite a server makes its own.
    if (this.admin) env.KROWOC_KEY = Buffer.alloc(32, 7).toString('base64');
    this.child = spawn(this.bin, this.args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const keep = (chunk) => this.log.push(chunk.toString());
    this.child.stdout.on('data', keep);
    this.child.stderr.on('data', keep);
    await until('the server to be ready', async () => {
      if (this.child.exitCode !== null) throw new Error(`the server ended with ${this.child.exitCode}`);
      return (await fetch(`${this.url}/health/ready`)).ok;
    });
  }
  /** Ends the process at once, as a crash would. */
  stop() {
    this.child?.kill('SIGKILL');
  }
  /** Ends the process and waits until its port is free again. */
  async down() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.stop();
    await gone;
  }
  clean() {
    fs.rmSync(this.dir, { recursive: true, force: true });
    if (this.databaseName) {
      execFileSync('psql', [this.admin, '-qc', `DROP DATABASE IF EXISTS ${this.databaseName} WITH (FORCE)`]);
    }
  }
}
