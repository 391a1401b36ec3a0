// An OpenID Connect provider for the people of `npm start`, on a free port of this machine: any password is right. Its access tokens are those
// of the local gateway's issuer, signed with the key in its folder. Prints its address.
// Arguments: the folder, and how long tokens are valid in seconds.
import { createHash, createPrivateKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { errors, Provider } from 'oidc-provider';

const groups: Readonly<Record<string, readonly string[]>> = {
  alice: ['payments-team'],
  bob: ['search-team'],
  pat: ['platform-admins'],
  kim: ['platform-admins'],
};
const resource = 'urn:gateway';
const [, , folder = '', tokenSeconds = '600'] = process.argv;
const stored = JSON.parse(readFileSync(join(folder, 'signing-key.json'), 'utf8')) as JsonWebKey;
const key = createPrivateKey({ format: 'jwk', key: stored });
const { e = '', kty = '', n = '', ...rest } = key.export({ format: 'jwk' });
// The thumbprint of RFC 7638, by which the gateway knows the key.
const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

// It warns that its defaults are for development.
console.warn = () => undefined;
const provider = new Provider(issuer, {
  jwks: { keys: [{ ...rest, e, kty, n, kid, alg: 'RS256', use: 'sig' }] },
  cookies: { keys: ['local'] },
  clients: [
    {
      client_id: 'slack-bot',
      client_secret: 'local',
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/link/callback'],
      response_types: ['code'],
    },
  ],
  features: {
    revocation: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, asked) => {
        if (asked !== resource) throw new errors.InvalidTarget();
        const ttl = Number(tokenSeconds);
        return {
          scope: '',
          audience: 'pod-identity-gateway',
          accessTokenTTL: ttl,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        };
      },
    },
  },
  formats: {
    customizers: {
      jwt: (_context, _token, { payload }) => {
        const sub = String(payload.sub);
        const claims = { scope: 'pod-identity-gateway/use', groups: groups[sub] ?? [] };
        Object.assign(payload, claims, { iss: 'https://issuer.example', auth_time: Math.floor(Date.now() / 1_000) });
      },
    },
  },
  findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  ttl: { Grant: 3_600, Interaction: 600, Session: 600, RefreshToken: 3_600 },
});
const handle = provider.callback();
server.on('request', (request, response) => void handle(request, response));
console.log(`Issuer ${issuer}`);
