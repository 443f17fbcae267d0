// The provider server of the tests: speaks as every provider does, and does what the model's name says. Not a model.
import { spawn } from 'node:child_process';

export class Provider {
  static async start(settings) {
    if (!settings.provider) throw new Error('KROWOC_E2E_PROVIDER_BIN is not set; run: cargo xtask e2e');
    const self = new Provider();
    self.child = spawn(settings.provider, ['--record'], { stdio: ['ignore', 'pipe', 'inherit'] });
    self.url = await new Promise((resolve, reject) => {
      let said = '';
      self.child.once('exit', (code) => reject(new Error(`the provider server ended with ${code}`)));
      self.child.stdout.on('data', (chunk) => {
        said += chunk;
        const line = said.split('\n')[0];
        if (said.includes('\n')) resolve(line.trim());
      });
    });
    self.host = new URL(self.url).host;
    return self;
  }
  /** Where a provider's own path begins. */
  base(name) {
    return `${this.url}/${name}/v1`;
  }
  /** Lets so many frames of answers through whose model is a gate. */
  async open(frames) {
    const answer = await fetch(`${this.url}/control/open`, { method: 'POST', body: JSON.stringify({ frames }) });
    if (!answer.ok) throw new Error(`the gate answered ${answer.status}`);
  }
  /** What it was asked, in order: `finished` once answered to the end, `closed` when the caller went away before. */
  async requests() {
    const answer = await fetch(`${this.url}/control/requests`, { method: 'POST', body: '{}' });
    return (await answer.json()).requests;
  }
  stop() {
    this.child.kill('SIGKILL');
  }
}
