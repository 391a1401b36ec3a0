import { parseIssuers, trustedIssuers } from '../../src/app/issuers.ts';
import { makeIssuerKey } from '../support/key-server.ts';

const jwk = { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: '1' };
const a = { issuer: 'https://a.example', audiences: ['gateway'], jwks: { keys: [jwk] } };
const b = { issuer: 'https://b.example', audiences: ['gateway'], jwksUri: 'https://b.example/keys' };
const c = { issuer: 'https://c.example', audiences: ['gateway'] };
const authorizer = { issuer: 'https://a.example', audiences: ['x', 'y'] };

const parse = (entries: unknown) => parseIssuers(JSON.stringify(entries));
/** The keys of each issuer, with the URL as text. */
const keysOf = (...args: Parameters<typeof trustedIssuers>) =>
  trustedIssuers(...args).map(({ keys }) => (keys instanceof URL ? keys.href : keys));

describe('signatures', () => {
  test('signatures are verified by default with the keys in the file, and without a request: not with those behind a URL', () => {
    expect(keysOf(parse([a, b, c]), { ...authorizer, verification: 'auto' })).toEqual([a.jwks, null, null]);
  });

  test('signatures are verified with keys behind a URL where verification is on', () => {
    expect(keysOf(parse([a, b]), { ...authorizer, verification: 'on' })).toEqual([a.jwks, b.jwksUri]);
  });

  test('signatures are verified of every issuer where verification is on, or the function does not start', () => {
    const message = 'JWT_VERIFICATION is on: add jwks or jwksUri of https://c.example to the issuers file.';
    expect(() => trustedIssuers(parse([a, c]), { ...authorizer, verification: 'on' })).toThrow(message);
    expect(() => trustedIssuers([], { ...authorizer, verification: 'on' })).toThrow('of https://a.example');
  });

  test('signatures are not verified where verification is off', () => {
    expect(keysOf(parse([a, b]), { ...authorizer, verification: 'off' })).toEqual([null, null]);
  });
});

test('an empty file leaves the issuer and the audiences of the authorizer', () => {
  expect(trustedIssuers(parse([]), { ...authorizer, verification: 'auto' })).toEqual([{ ...authorizer, keys: null }]);
});

test('a file without the issuer of the authorizer is rejected, as no token would pass both', () => {
  expect(() => trustedIssuers(parse([b]), { ...authorizer, verification: 'auto' })).toThrow(
    "The issuers file lacks https://a.example, the issuer of API Gateway's authorizer",
  );
});

test('the key of an issuer is accepted as it publishes it', async () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    const { jwk: published } = await makeIssuerKey('1', alg);
    expect(parse([{ ...a, jwks: { keys: [{ ...published, x5c: ['MII'] }] } }])).toHaveLength(1);
  }
});

test.each([
  ['no list', {}, 'the file'],
  ['an issuer twice', [a, a], 'the file: has an issuer more than once'],
  ['an issuer with #', [{ ...a, issuer: 'https://a#b' }], '0.issuer'],
  ['no audience', [{ ...a, audiences: [] }], '0.audiences'],
  ['both keys and a URL', [{ ...a, ...b }], '0: has jwks and jwksUri'],
  ['a URL without TLS', [{ ...b, jwksUri: 'http://b.example/keys' }], '0.jwksUri'],
  ['something else than a URL', [{ ...b, jwksUri: 'keys.json' }], '0.jwksUri'],
  ['no keys', [{ ...a, jwks: { keys: [] } }], '0.jwks.keys'],
  ['a symmetric key', [{ ...a, jwks: { keys: [{ kty: 'oct', k: 'AQAB' }] } }], '0.jwks.keys.0.kty'],
  ['a private key', [{ ...a, jwks: { keys: [{ ...jwk, d: 'AQAB' }] } }], '0.jwks.keys.0: has a private part'],
  ['an unknown field', [{ ...a, audience: 'gateway' }], '0'],
])('a file with %s is rejected, by its path', (_, entries, path) => {
  expect(() => parse(entries)).toThrow(`- ${path}`);
});
