// Pages to clip, served on loopback: own fixtures always, real saved pages when their folder is there.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';

const STRICT = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; sandbox allow-scripts allow-same-origin";

/** Five megabytes as heavy pages are: much markup around distinct paragraphs. */
function large() {
  const parts = ['<!doctype html><html lang="en"><title>Five megabytes</title><body><article><h1>Five megabytes</h1>'];
  let size = 0;
  for (let i = 0; size < 5 * 1024 * 1024; i += 1) {
    const markup = `class="p-${i} ${'u-margin-0 u-padding-0 '.repeat(20)}" data-track="${'0123456789abcdef'.repeat(24)}"`;
    const text = `<p ${markup}>Paragraph ${i} tells of the number ${i * 7919} and of nothing else, at some length, so that the page grows.</p>\n`;
    size += text.length;
    parts.push(text);
  }
  parts.push('</article></body></html>');
  return parts.join('');
}

/** A text of about a megabyte: longer than a document may be. */
function long() {
  const parts = ['<!doctype html><html lang="en"><title>A very long page</title><body><article><h1>A very long page</h1>'];
  for (let i = 0; i < 9_000; i += 1) {
    parts.push(`<p>Paragraph ${i} tells of the number ${i * 7919} and of nothing else, at some length, so that the text as a whole is too long to keep.</p>\n`);
  }
  parts.push('</article></body></html>');
  return parts.join('');
}

/** A page of which a part never comes: a picture, or a script without which its text does not end. */
function hanging(what) {
  const part = what === 'script' ? '<script src="/never"></script>' : '<img src="/never" alt="A chart that is late">';
  const told = Array.from({ length: 6 }, (_, i) => `<p>The lamp of tower ${i + 1} is trimmed at dusk, and its keeper writes the hour into the book by the door.</p>`);
  return `<!doctype html><html lang="en"><title>Keepers of the lamp</title><body><article><h1>Keepers of the lamp</h1>${told.join('\n')}
    ${part}<p>The last line tells who keeps the key.</p></article></body></html>`;
}

/** Serves `/NAME` from fixtures/NAME.html, `/strict/NAME` with a strict CSP, `/large`, `/long`, `/hanging/image|script`, and `/real/ID`. */
export function startFixtures(here, data) {
  const real = path.join(data, 'wcxb-dev/html');
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const parts = url.pathname.split('/').filter(Boolean);
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    try {
      if (parts[0] === 'large') return void response.writeHead(200, headers).end(large());
      if (parts[0] === 'long') return void response.writeHead(200, headers).end(long());
      // Neither answered nor closed.
      if (parts[0] === 'never') return;
      if (parts[0] === 'hanging') return void response.writeHead(200, headers).end(hanging(parts[1]));
      if (parts[0] === 'real') {
        const html = zlib.gunzipSync(fs.readFileSync(path.join(real, `${path.basename(parts[1])}.html.gz`)));
        // The page as it was saved: its own scripts would take it apart where nothing else of it answers.
        headers['content-security-policy'] = "script-src 'none'";
        return void response.writeHead(200, headers).end(html);
      }
      if (parts[0] === 'strict') headers['content-security-policy'] = STRICT;
      const name = path.basename(parts.at(-1) || 'article');
      const html = fs.readFileSync(path.join(here, 'fixtures', `${name}.html`));
      response.writeHead(200, headers).end(html);
    } catch {
      response.writeHead(404, headers).end('<!doctype html><title>Not here</title>');
    }
  });
  const realIds = fs.existsSync(real) ? fs.readdirSync(real).sort().slice(0, 400).map((file) => file.replace('.html.gz', '')) : [];
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      resolve({ url: `http://127.0.0.1:${port}`, realIds, close: () => { server.closeAllConnections(); server.close(); } });
    });
  });
}
