// A real OpenID Connect provider on a port that was chosen before: whoever comes picks whom to be. Not a mock of the protocol.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const page = (uid, people) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Example ID</title><main><h1>Example ID</h1>
${people.map((who) => `<form method="post" action="/interaction/${uid}?who=${encodeURIComponent(who)}"><button>Be ${who}</button></form>`).join('\n')}</main></html>`;

/** Starts the provider for one server; `people` are addresses. */
export async function startIssuer(port, serverUrl, people) {
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'krowoc', token_endpoint_auth_method: 'none',
      redirect_uris: [`${serverUrl}/api/v1/sign-in/oidc/callback`],
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['of the browser suite'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true, name: `${id.split('@')[0]} of Example` }),
    }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  });
  const answer = provider.callback();
  const interact = async (request, response) => {
    const asked = new URL(request.url, issuer);
    const uid = asked.pathname.split('/')[2];
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html');
      response.end(page(uid, people));
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
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return interact(request, response).catch((error) => { response.statusCode = 500; response.end(String(error)); });
  });
  await new Promise((resolve, reject) => { server.once('error', reject); server.listen(port, '127.0.0.1', resolve); });
  return { url: issuer, stop: () => { server.closeAllConnections(); server.close(); } };
}
