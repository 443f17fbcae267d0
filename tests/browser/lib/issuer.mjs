// A real OpenID Connect provider on a port that was chosen before: whoever comes picks whom to be. Not a mock of the protocol.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const page = (uid, people, name) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><main><h1>${name}</h1>
${people.map((who) => `<form method="post" action="/interaction/${uid}?who=${encodeURIComponent(who)}"><button>Be ${who}</button></form>`).join('\n')}</main></html>`;

/** One grey pixel. */
const PICTURE = Buffer.from('R0lGODlhAQABAIAAAHd3dwAAACwAAAAAAQABAAACAkQBADs=', 'base64');

/** Starts the provider for one server, which knows it by an id and shows it by a name; `people` are addresses. */
export async function startIssuer(port, serverUrl, people, { id = 'oidc', name = 'Example ID' } = {}) {
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'krowoc', token_endpoint_auth_method: 'none',
      redirect_uris: [`${serverUrl}/api/v1/sign-in/${id}/callback`],
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
    // Cookies know no ports: two providers of one machine must not read each other's.
    cookies: { keys: ['of the browser suite'], names: { session: `${id}_session`, interaction: `${id}_interaction`, resume: `${id}_resume` } },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, who) => ({
      accountId: who,
      claims: () => ({ sub: who, email: who, email_verified: true, name: `${who.split('@')[0]} of Example`, picture: `${issuer}/picture` }),
    }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  });
  const answer = provider.callback();
  const interact = async (request, response) => {
    const asked = new URL(request.url, issuer);
    const uid = asked.pathname.split('/')[2];
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html');
      response.end(page(uid, people, name));
      return;
    }
    const accountId = asked.searchParams.get('who');
    const details = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId, clientId: details.params.client_id });
    grant.addOIDCScope('openid email profile');
    const grantId = await grant.save();
    await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
  };
  const server = http.createServer((request, response) => {
    if (request.url === '/picture') return response.setHeader('content-type', 'image/gif').end(PICTURE);
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return interact(request, response).catch((error) => { response.statusCode = 500; response.end(String(error)); });
  });
  await new Promise((resolve, reject) => { server.once('error', reject); server.listen(port, '127.0.0.1', resolve); });
  return { url: issuer, stop: () => { server.closeAllConnections(); server.close(); } };
}
