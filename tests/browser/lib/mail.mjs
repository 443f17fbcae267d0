// Mails that a server wrote into its folder, as a person reads them. Not their sending.
import fs from 'node:fs';
import path from 'node:path';
import { until } from './wait.mjs';

/** Undoes quoted-printable where it was done. */
const plain = (raw) => raw.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

/** The mail to an address whose subject says `about`, with its link; it is taken away. */
export async function mailTo(server, address, about) {
  const folder = path.join(server.dir, 'mails');
  return until(`a mail to ${address} about ${about}`, () => {
    for (const name of fs.readdirSync(folder).filter((it) => it.endsWith('.eml'))) {
      const raw = fs.readFileSync(path.join(folder, name), 'utf8');
      const subject = raw.match(/^Subject: (.*)$/m)?.[1] ?? '';
      if (!raw.includes(`To: ${address}`) || !subject.includes(about)) continue;
      fs.rmSync(path.join(folder, name));
      const text = plain(raw);
      return { text, link: text.match(/http:\/\/\S+#token=[\w-]{43}/)?.[0] };
    }
    return undefined;
  });
}
