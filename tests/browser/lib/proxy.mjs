// A wire between a browser and a server that can be cut, or be down for a while: every connection through it ends at once, the server lives on.
// It can be made deaf: then it lets no stream of live hints be opened, and everything else through.
import net from 'node:net';

/** How a browser asks for live hints. */
const LISTENS = 'GET /api/v1/live?';

export function startProxy(port) {
  const open = new Set();
  let whole = true;
  let deaf = false;
  const server = net.createServer((near) => {
    if (!whole) return near.destroy();
    near.on('data', (sent) => { if (deaf && sent.toString('latin1').startsWith(LISTENS)) near.destroy(); });
    const far = net.connect(port, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => { open.delete(one); other.destroy(); });
    }
    return undefined;
  });
  const end = () => { for (const socket of open) socket.destroy(); };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const at = server.address().port;
      resolve({
        url: `http://127.0.0.1:${at}`,
        cut: end,
        down: () => { whole = false; end(); },
        up: () => { whole = true; },
        deafen: () => { deaf = true; },
        hear: () => { deaf = false; },
        close: () => { end(); server.close(); },
      });
    });
  });
}
