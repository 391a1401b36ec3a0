// An OpenID Connect provider on a free port of the loopback address. Prints its issuer.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { errors, interactionPolicy, Provider } from 'oidc-provider';

const audience = 'pod-identity-gateway';
const { privateKey } = await generateKeyPair('RS256', { extractable: true });

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

// Otherwise native applications would ask for consent each time.
const policy = interactionPolicy.base();
policy.get('consent')?.checks.remove('native_client_prompt');

/** The audience of all tokens, in place of that of their resource. */
let nextAudience: string | null = null;

// It warns that its defaults are for development.
console.warn = () => undefined;
const provider = new Provider(issuer, {
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' }] },
  cookies: { keys: ['test'] },
  interactions: { policy },
  clients: ['pod-identity', 'opaque', 'page', 'page-without-refresh'].map((id) => ({
    client_id: id,
    application_type: 'native' as const,
    token_endpoint_auth_method: 'none' as const,
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    // Of native applications, the port may differ: pages of tests have any.
    redirect_uris: [id.startsWith('page') ? 'http://127.0.0.1/' : 'http://127.0.0.1/callback'],
    response_types: ['code' as const],
  })),
  clientBasedCORS: (_ctx, _origin, { clientId }) => clientId.startsWith('page'),
  features: {
    deviceFlow: { enabled: true },
    revocation: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, { clientId }) => (clientId === 'opaque' ? [] : 'https://gateway.example'),
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => {
        const isKnown = resource === 'https://gateway.example' || resource.startsWith('http://127.0.0.1:');
        if (!isKnown) throw new errors.InvalidTarget();
        const own = resource === 'https://gateway.example' ? audience : resource;
        return {
          scope: '',
          audience: nextAudience ?? own,
          accessTokenTTL: 600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        };
      },
    },
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  extraTokenClaims: () => ({ groups: ['payments-team'], auth_time: Math.floor(Date.now() / 1_000) }),
  issueRefreshToken: (_ctx, { clientId }) => clientId !== 'page-without-refresh',
  rotateRefreshToken: true,
  ttl: { DeviceCode: 600, Grant: 3_600, Interaction: 600, Session: 600, RefreshToken: 3_600 },
});

/** The error of the next request for the tokens of a device code that is not confirmed yet. */
let nextError: string | null = null;
/** What happens to the next request at a path: it waits, or its connection ends, before or after it is processed. */
const holds = new Map<string, string>();
let release = (): void => undefined;
let onHeld = (): void => undefined;
let held = new Promise<void>((resolve) => (onHeld = resolve));
const untilReleased = () =>
  new Promise<void>((resolve) => {
    release = resolve;
    onHeld();
  });

provider.use(async (context, next) => {
  const [path = '', when = ''] = context.querystring.split('=');
  const hooks: Readonly<Record<string, () => unknown>> = {
    '/test/next-error': () => (nextError = context.querystring),
    '/test/audience': () => (nextAudience = decodeURIComponent(context.querystring) || null),
    '/test/hold': () => {
      holds.set(path, when);
      held = new Promise<void>((resolve) => (onHeld = resolve));
    },
    '/test/held': () => held,
    '/test/release': () => release(),
  };
  const hook = hooks[context.path];
  if (hook) {
    await hook();
    context.body = '';
    return;
  }
  const hold = holds.get(context.path);
  holds.delete(context.path);
  if (hold === 'before') await untilReleased();
  if (hold === 'lost') return void context.req.socket.destroy();
  await next();
  if (hold === 'after') await untilReleased();
  if (hold === 'never') context.req.socket.destroy();
  // The least interval that the protocol has.
  if (context.path === '/device/auth') Object.assign(context.body as object, { interval: 1 });
  if (context.path === '/token' && nextError !== null && context.status === 400) {
    context.body = { error: nextError };
    nextError = null;
  }
});
const handle = provider.callback();
server.on('request', (request, response) => void handle(request, response));
process.stdout.write(`Issuer ${issuer}\n`);
