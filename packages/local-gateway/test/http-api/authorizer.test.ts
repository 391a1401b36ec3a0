import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactSign, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { makeAuthorizer } from '../../src/http-api/authorizer.ts';
import type { Authorize } from '../../src/http-api/authorizer.ts';
import { loadSigningKey } from '../../src/keys.ts';
import type { SigningKey } from '../../src/keys.ts';
import { audience, issuer, mintToken, principals } from '../../src/principals.ts';
import { eventOf, start, stopAll, echo } from './http-api-server.ts';

let folder: string;
let key: SigningKey;
let authorize: Authorize;
const now = () => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authorizer-'));
  key = await loadSigningKey(folder);
  authorize = makeAuthorizer({ issuer, audience, keys: key.publicKeys });
});

afterAll(() => rm(folder, { recursive: true }));
afterEach(stopAll);

/** A token of our own key that is right but for `changes`; a claim changed to undefined is left out. */
function sign(changes: Record<string, unknown> = {}, header: { kid?: string; alg?: string } = {}): Promise<string> {
  const claims = { iss: issuer, aud: audience, sub: 'alice', iat: now(), exp: now() + 60, ...changes };
  // `SignJWT` would refuse the odder claims.
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
    .sign(key.privateKey);
}

async function descriptionOf(token: string): Promise<string> {
  const answer = await authorize(`Bearer ${token}`);
  if (answer.kind !== 'unauthorized') throw new Error('the token was accepted');
  return answer.description;
}

describe('accepts', () => {
  test.each(['Bearer ', 'bearer ', 'BEARER   ', ''])('a token after "%s"', async (prefix) => {
    expect(await authorize(`${prefix}${await sign()}`)).toMatchObject({ kind: 'authorized', scopes: null });
  });

  test.each([
    ['an audience among others', { aud: ['other', audience] }],
    ['client_id in place of aud', { aud: undefined, client_id: audience }],
    ['a token without iat', { iat: undefined }],
    ['a token that is valid from now on', { nbf: Math.floor(Date.now() / 1000) }],
  ])('%s', async (_, changes) => {
    expect(await authorize(await sign(changes))).toHaveProperty('kind', 'authorized');
  });

  test('clocks that differ within the tolerance', async () => {
    const lenient = makeAuthorizer({ issuer, audience, keys: key.publicKeys, clockToleranceSeconds: 30 });
    const early = await sign({ iat: now() + 20, nbf: now() + 20 });
    expect(await lenient(early)).toHaveProperty('kind', 'authorized');
    expect(await lenient(await sign({ exp: now() - 20 }))).toHaveProperty('kind', 'authorized');
    expect(await lenient(await sign({ iat: now() + 40 }))).toHaveProperty('kind', 'unauthorized');
  });
});

describe('rejects, with the reason:', () => {
  test.each([undefined, '', '  ', 'Bearer', 'Bearer '])('no token (%p)', async (header) => {
    const description = 'the Authorization header holds no token';
    expect(await authorize(header)).toEqual({ kind: 'unauthorized', description });
  });

  test.each(['x', 'Basic YTpi', 'a.b', 'a.b.c', 'a.b.c.d.e', '..', 'é.é.é', 'e30.e30.e30', '\u0000'])(
    'what is not a token (%j)',
    async (text) => expect(await descriptionOf(text)).toMatch(/^the token is not a valid JWT: /),
  );

  test('two tokens in one header', async () => {
    const token = await sign();
    expect(await authorize(`Bearer ${token},Bearer ${token}`)).toHaveProperty('kind', 'unauthorized');
  });

  test('an expired token, and when it expired', async () => {
    const exp = now();
    expect(await descriptionOf(await sign({ exp }))).toBe(`the token expired at ${new Date(exp * 1000).toISOString()}`);
    expect(await descriptionOf(await sign({ exp: -1e300 }))).toBe('the token expired at -1e+300 seconds');
  });

  test('a token that is not valid yet', async () => {
    const later = now() + 30;
    const date = new Date(later * 1000).toISOString();
    expect(await descriptionOf(await sign({ nbf: later }))).toBe(`the token is not valid before ${date}`);
    expect(await descriptionOf(await sign({ iat: later }))).toBe(
      `the token is issued in the future: its iat is ${date}`,
    );
  });

  test.each(['exp', 'iss'])('a token without %s', async (claim) => {
    expect(await descriptionOf(await sign({ [claim]: undefined }))).toBe(`the token has no claim ${claim}`);
  });

  test.each(['exp', 'nbf', 'iat'])('a token whose %s is not a number', async (claim) => {
    expect(await descriptionOf(await sign({ [claim]: 'soon' }))).toBe(
      `the claim ${claim} of the token is not a number`,
    );
  });

  test.each([
    ['another', { aud: 'other' }, 'other'],
    ['others', { aud: ['x', 'y'] }, '["x","y"]'],
    ['missing', { aud: undefined }, 'missing'],
    ['one of another client', { aud: undefined, client_id: 'other' }, 'other'],
    ['another, whatever client_id says', { aud: 'other', client_id: audience }, 'other'],
  ])('an audience that is not ours: %s', async (_, changes, shown) => {
    expect(await descriptionOf(await sign(changes))).toBe(
      `the token does not have a valid audience: its audience is ${shown}, not ${audience}`,
    );
  });

  test('an audience that is an object, or part of the expected one', async () => {
    expect(await descriptionOf(await sign({ aud: { toString: 1 } }))).toContain('its audience is {"toString":1}');
    expect(await descriptionOf(await sign({ aud: 'gateway' }))).toContain('its audience is gateway');
  });

  test('another issuer, signed with our key or its own', async () => {
    const description = `the token is of the issuer https://other.example, not ${issuer}`;
    const claims = { iss: 'https://other.example', aud: audience, exp: now() + 60 };
    expect(await descriptionOf(await sign(claims))).toBe(description);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const kid of [key.kid, 'theirs']) {
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
      expect(await descriptionOf(token)).toBe(description);
    }
  });

  test('an issuer that is not a string', async () => {
    expect(await descriptionOf(await sign({ iss: { toString: 1 } }))).toContain('of the issuer {"toString":1}, not');
  });

  test('a modified payload', async () => {
    const [header, , signature] = (await sign()).split('.');
    const other = { iss: issuer, aud: audience, sub: 'pat', exp: now() + 60 };
    const changed = `${header}.${Buffer.from(JSON.stringify(other)).toString('base64url')}.${signature}`;
    const description = 'the signature of the token does not fit: it was changed after it was signed';
    expect(await descriptionOf(changed)).toBe(description);
    expect(await descriptionOf(`${header}.bm90IGpzb24.${signature}`)).toBe(description);
  });

  test('a key of another issuer, or a token without kid', async () => {
    expect(await descriptionOf(await sign({}, { kid: 'x'.repeat(500) }))).toBe(
      `the token names no key of ${issuer}: its kid is ${'x'.repeat(100)}`,
    );
    const claims = { iss: issuer, aud: audience, exp: now() + 60 };
    const nameless = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(key.privateKey);
    expect(await descriptionOf(nameless)).toBe(`the token names no key of ${issuer}: its kid is missing`);
  });

  test('no signature at all (alg none)', async () => {
    const token = new UnsecuredJWT({ iss: issuer, aud: audience, sub: 'pat', exp: now() + 60 }).encode();
    expect(await descriptionOf(token)).toBe('the token is not signed with RS256');
  });

  test('a MAC made with the public key (HS256), and other RSA algorithms', async () => {
    const [publicJwk] = key.publicKeys.keys;
    const publicKey = await importJWK({ ...publicJwk }, 'RS256', { extractable: true });
    if (publicKey instanceof Uint8Array) throw new Error('not an RSA key');
    const claims = { iss: issuer, aud: audience, sub: 'pat', exp: now() + 60 };
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(publicJwk)]) {
      const header = { alg: 'HS256', kid: key.kid };
      const token = await new SignJWT(claims).setProtectedHeader(header).sign(Buffer.from(secret));
      expect(await descriptionOf(token)).toBe('the token is not signed with RS256');
    }
    expect(await descriptionOf(await sign({}, { alg: 'RS512' }))).toBe('the token is not signed with RS256');
    expect(await descriptionOf(await sign({}, { alg: 'PS256' }))).toBe('the token is not signed with RS256');
  });
});

describe('claims', () => {
  async function claimsOf(changes: Record<string, unknown>): Promise<Record<string, string>> {
    const answer = await authorize(await sign(changes));
    if (answer.kind !== 'authorized') throw new Error(answer.description);
    return answer.claims;
  }

  test.each([
    ['text', 'a "b"\n', 'a "b"\n'],
    ['whole numbers', 1_700_000_000, '1700000000'],
    ['fractions', 1.5, '1.5'],
    ['true', true, 'true'],
    ['false', false, 'false'],
    ['lists', ['admin', 'dev'], '[admin dev]'],
    ['one-member lists', ['Platform Admins'], '[Platform Admins]'],
    ['empty lists', [], '[]'],
    ['objects, sorted', { sub: 'x', iss: 'y' }, 'map[iss:y sub:x]'],
    ['objects in objects and lists', { b: [1, { c: null }], a: {} }, 'map[a:map[] b:[1 map[c:<nil>]]]'],
  ])('the claims that reach the handler are strings: %s', async (_, value, expected) => {
    expect(await claimsOf({ it: value })).toHaveProperty('it', expected);
  });

  test('that are null are omitted', async () => {
    expect(await claimsOf({ it: null })).not.toHaveProperty('it');
  });

  test('with the names of object properties are kept', async () => {
    const claims = await claimsOf(JSON.parse('{"__proto__":["x"],"constructor":"y"}'));
    expect(Object.entries(claims)).toEqual(
      expect.arrayContaining([
        ['__proto__', '[x]'],
        ['constructor', 'y'],
      ]),
    );
  });

  test('of an example principal reach the handler', async () => {
    const { endpoint } = await start(echo, { authorize });
    const aliceViaChatops = principals.find(({ name }) => name === 'alice-via-chatops');
    if (aliceViaChatops === undefined) throw new Error('no such principal');
    const token = await mintToken(key, aliceViaChatops, { expiresInSeconds: 60 });
    const event = await eventOf(endpoint, { headers: { authorization: `Bearer ${token}` } });
    expect(event.requestContext.authorizer.jwt).toEqual({
      claims: {
        iss: issuer,
        aud: audience,
        sub: 'alice',
        groups: '[payments-team]',
        act: 'map[sub:chatops]',
        scope: 'pod-identity-gateway/use',
        iat: expect.stringMatching(/^\d{10}$/),
        exp: expect.stringMatching(/^\d{10}$/),
        jti: expect.any(String),
        auth_time: expect.stringMatching(/^\d{10}$/),
      },
      scopes: null,
    });
    expect(event.headers.authorization).toBe(`Bearer ${token}`);
  });
});
