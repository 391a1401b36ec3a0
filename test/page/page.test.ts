import { brotliDecompressSync, gunzipSync, gzipSync, brotliCompressSync } from 'node:zlib';
import { makePageHandler } from '../../src/app/page-handler.ts';
import type { OidcSignIn } from '../../src/page/config.ts';
import { makePage } from '../../src/page/page.ts';
import type { PageRequest } from '../../src/page/page.ts';

const file = (type: string, text: string) => ({ type, br: brotliCompressSync(text), gzip: gzipSync(text) });
const files = new Map([
  ['/', file('text/html; charset=utf-8', '<!doctype html><title>Pod Identity</title>')],
  ['/assets/page-ABC.js', file('text/javascript; charset=utf-8', 'start();')],
]);
const signIn: OidcSignIn = {
  ...{ kind: 'oidc', issuer: 'https://login.example/realms/platform', clientId: 'page' },
  ...{ scope: null, audience: null, resource: null },
};
const contents = {
  files,
  config: { graphql: '/graphql', signIn },
  connectOrigins: ['https://tokens.example'],
  commandSignIn: null,
};
const page = makePage(contents);

const answer = (path: string, sent: Record<string, string> = {}, method = 'GET') =>
  page({ method, path, header: (name) => sent[name] });

describe('the page', () => {
  it.each(['/', '/assets/page-ABC.js', '/page.json', '/assets/missing.js'])(
    'restricts scripts, styles, frames and connections at %s, as a whole',
    (path) => {
      const { headers } = answer(path);
      expect(headers.get('content-security-policy')?.split('; ')).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'none'",
        "connect-src 'self' https://login.example https://tokens.example",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    },
  );

  it('connects to its own server only, where people sign in as example principals', () => {
    const local = { graphql: '/graphql', signIn: { kind: 'local', principals: [] } } as const;
    const { headers } = makePage({ ...contents, config: local, connectOrigins: [] })(get('/'));
    expect(headers.get('content-security-policy')).toContain("; connect-src 'self'; ");
  });

  it('lets browsers keep assets for good, and ask again for all else', () => {
    expect(answer('/assets/page-ABC.js').headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    for (const path of ['/', '/page.json', '/assets/missing.js'])
      expect(answer(path).headers.get('cache-control')).toBe('no-cache');
  });

  it('answers 304 to a browser that has the file, and 200 when the file or its headers changed', () => {
    const etag = answer('/').headers.get('etag') ?? '';
    const { statusCode, headers, body } = answer('/', { 'if-none-match': `"other", ${etag}` });
    expect([statusCode, body.length]).toEqual([304, 0]);
    expect(headers.get('content-security-policy')).toContain('script-src');
    expect(answer('/', { 'if-none-match': 'W/"other"' }).statusCode).toBe(200);
    const moved = makePage({ ...contents, connectOrigins: ['https://moved.example'] });
    expect(moved(get('/', { 'if-none-match': etag })).statusCode).toBe(200);
  });

  it.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=1.0', 'gzip', gunzipSync],
    ['', undefined, (bytes: Buffer) => bytes],
  ] as const)('answers a client that accepts "%s" with the encoding %s', (accepted, encoding, decode) => {
    const { headers, body } = answer('/assets/page-ABC.js', { 'accept-encoding': accepted });
    expect([headers.get('content-encoding'), headers.get('vary')]).toEqual([encoding, 'accept-encoding']);
    expect(decode(body).toString()).toBe('start();');
  });

  it('answers HEAD with the headers of GET, without a body', () => {
    const head = answer('/', { 'accept-encoding': 'br' }, 'HEAD');
    expect([...head.headers]).toEqual([...answer('/', { 'accept-encoding': 'br' }).headers]);
    expect([head.statusCode, head.body.length]).toEqual([200, 0]);
  });

  it.each(['/assets/missing.js', '/assets/', '/assets/../page.json', '/other'])('answers 404 to %s', (path) => {
    expect(answer(path)).toMatchObject({ statusCode: 404, body: Buffer.from('{"message":"Not Found"}') });
  });

  it('tells what signing in needs', () => {
    expect(JSON.parse(answer('/page.json').body.toString())).toEqual({ graphql: '/graphql', signIn });
  });

  it('publishes how people sign in with the command, if it has a client there', () => {
    const path = '/.well-known/oauth-protected-resource';
    expect(answer(path).statusCode).toBe(404);
    const { issuer } = signIn;
    const commandSignIn = { resource: 'https://gateway.example', issuer, clientId: 'command', scope: 'openid pods' };
    const { statusCode, headers, body } = makePage({ ...contents, commandSignIn })(get(path));
    expect([statusCode, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(JSON.parse(body.toString())).toEqual({
      resource: 'https://gateway.example',
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: ['openid', 'pods'],
      pod_identity_client_id: 'command',
    });
  });
});

test('the page function answers an event of API Gateway with the bytes and headers of the page', async () => {
  const result = await makePageHandler(page)({
    rawPath: '/',
    headers: { 'accept-encoding': 'br' },
    requestContext: { http: { method: 'GET' } } as never,
  });
  const { statusCode, headers, body } = answer('/', { 'accept-encoding': 'br' });
  expect(result).toEqual({
    ...{ statusCode, headers: Object.fromEntries(headers), isBase64Encoded: true },
    body: body.toString('base64'),
  });
});

function get(path: string, sent: Record<string, string> = {}): PageRequest {
  return { method: 'GET', path, header: (name) => sent[name] };
}
