import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { makeAccountLinks } from '../src/link.ts';
import type { Settings } from '../src/settings.ts';
import { openStore } from '../src/store.ts';

const pat = { team: 'T1', user: 'pat' };
const linkOf = (name: string, expiresAt: number) => ({
  name,
  accessToken: name,
  expiresAt,
  refreshToken: `of ${name}`,
});
const send = (response: ServerResponse, body: object) =>
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));

/** The links of a person whose token is being renewed: the issuer sends the new one at `renew`. */
async function openRenewal() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closeAtEnd(() => Promise.resolve(server.close()));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = new Promise<ServerResponse>((resolve) => {
    server.on('request', ({ url }, response) => {
      if (url === '/token') resolve(response);
      else send(response, { issuer, token_endpoint: `${issuer}/token`, revocation_endpoint: `${issuer}/revoke` });
    });
  });
  const store = openStore(undefined);
  const oidc = { issuer, clientId: 'slack-bot', clientSecret: undefined, parameters: {} };
  const links = makeAccountLinks({ oidc, publicUrl: 'http://bot' } as Settings, store);
  await store.set('link:T1:pat', linkOf('before', 0), 60);
  const renewing = links.accessToken(pat);
  const response = await asked;
  const renew = async () => {
    send(response, { access_token: 'renewed', token_type: 'bearer', expires_in: 600 });
    await renewing;
  };
  return { links, store, renew };
}

test('a link that is ended while its token is renewed stays ended', async () => {
  const { links, renew } = await openRenewal();
  const expiry = links.unlink(pat);
  await renew();
  expect(await expiry).toBe(true);
  expect(await links.isLinked(pat)).toBe(false);
});

test('an account that is linked while the token of the one before is renewed takes its place', async () => {
  const { links, store, renew } = await openRenewal();
  const codeHash = createHash('sha256').update('CODE').digest('hex');
  await store.set('unconfirmed:T1:pat', { link: linkOf('other', Infinity), codeHash, attempts: 0 }, 60);
  const confirming = links.confirm(pat, 'code');
  await renew();
  expect(await confirming).toBe('other');
  expect(await links.accessToken(pat)).toBe('other');
});
