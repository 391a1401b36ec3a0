import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import type { CryptoKey } from 'jose';
import * as fc from 'fast-check';
import { makeVerifyToken } from '../../src/auth/verify-token.ts';
import type { VerifyToken } from '../../src/auth/verify-token.ts';
import { makeIssuerKey, sign, startKeyServer } from '../support/key-server.ts';
import type { IssuerKey } from '../support/key-server.ts';

const now = Math.floor(Date.now() / 1000);
const claims = { iss: 'https://a.example', sub: 'alice', aud: 'gateway', exp: now + 600 };
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

let key: IssuerKey;
let other: IssuerKey;
let elliptic: IssuerKey;

beforeAll(async () => {
  [key, other, elliptic] = await Promise.all([makeIssuerKey('1'), makeIssuerKey('2'), makeIssuerKey('3', 'ES256')]);
});

/** Two issuers whose keys are in the package, and one without keys. */
const packaged = () =>
  makeVerifyToken([
    { issuer: 'https://a.example', audiences: ['gateway', 'pods'], keys: { keys: [key.jwk] } },
    { issuer: 'https://b.example', audiences: ['gateway-b'], keys: { keys: [elliptic.jwk] } },
    { issuer: 'https://c.example', audiences: ['gateway-c'], keys: null },
  ]);

const rejection = async (verify: VerifyToken, token: string) => {
  const result = await verify(token);
  return result.kind === 'unauthenticated' ? result.message : result;
};

describe('with keys in the package', () => {
  test('tokens of several issuers are verified, each with the keys and audiences of its issuer', async () => {
    const ofB = { ...claims, iss: 'https://b.example', aud: ['x', 'gateway-b'] };
    expect(await packaged()(await sign(key, claims))).toEqual({ kind: 'verified', claims });
    expect(await packaged()(await sign(elliptic, ofB))).toEqual({ kind: 'verified', claims: ofB });
    expect(await rejection(packaged(), await sign(key, ofB))).toContain('The signature');
    expect(await rejection(packaged(), await sign(elliptic, { ...ofB, aud: 'gateway' }))).toContain('The audience');
  });

  test('client_id is the audience only where there is no aud', async () => {
    const { aud: _, ...rest } = claims;
    expect((await packaged()(await sign(key, { ...rest, client_id: 'pods' }))).kind).toBe('verified');
    const both = { ...claims, aud: 'other', client_id: 'pods' };
    expect(await rejection(packaged(), await sign(key, both))).toContain('The audience');
    expect(await rejection(packaged(), await sign(key, { ...rest, client_id: 'x' }))).toContain('The audience');
  });

  test('a token without an audience, or of another issuer, is rejected', async () => {
    const { aud: _, ...rest } = claims;
    expect(await rejection(packaged(), await sign(key, rest))).toContain('The audience');
    for (const iss of ['https://evil.example', 'https://a.example/', 'https://A.example', '']) {
      expect(await rejection(packaged(), await sign(key, { ...claims, iss }))).toContain('The issuer');
    }
  });

  test('a forged signature is rejected: of another key, of another token, cut off, or with a changed payload', async () => {
    const [header = '', payload = '', signature = ''] = (await sign(key, claims)).split('.');
    const ofOther = (await sign(other, claims, { kid: '1' })).split('.')[2];
    const admin = base64url({ ...claims, groups: ['platform-admins'] });
    for (const token of [
      [header, payload, ofOther],
      [header, admin, signature],
      [header, payload, signature.slice(0, -4)],
      [header, payload, ''],
    ]) {
      expect(await rejection(packaged(), token.join('.'))).toContain('The signature');
    }
  });

  test('an expired token, one that is not valid yet, and one without exp are rejected', async () => {
    const { exp: _, ...endless } = claims;
    expect(await rejection(packaged(), await sign(key, { ...claims, exp: now - 1 }))).toContain('expired');
    expect(await rejection(packaged(), await sign(key, { ...claims, nbf: now + 600 }))).toContain('the times');
    expect(await rejection(packaged(), await sign(key, endless))).toContain('the times');
  });

  test('alg none is rejected, in any spelling', async () => {
    for (const alg of ['none', 'None', 'NONE', '', undefined]) {
      const token = `${base64url({ alg, kid: '1' })}.${base64url(claims)}.`;
      expect(await rejection(packaged(), token)).toContain('The signature');
    }
  });

  test('an HMAC with the public key as its secret is rejected', async () => {
    const pem = await exportSPKI((await importJWK(key.jwk, 'RS256', { extractable: true })) as CryptoKey);
    for (const secret of [pem, JSON.stringify(key.jwk), key.jwk.n ?? '']) {
      const text = `${base64url({ alg: 'HS256', kid: '1' })}.${base64url(claims)}`;
      const token = `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
      expect(await rejection(packaged(), token)).toContain('The signature');
    }
  });

  test('a key in the header of the token is not used', async () => {
    const { jwk } = other;
    expect(await rejection(packaged(), await sign(other, claims, { jwk, kid: '1' }))).toContain('The signature');
    const jku = 'http://127.0.0.1:1/keys';
    expect(await rejection(packaged(), await sign(other, claims, { jku, kid: '2' }))).toContain('The signature');
  });

  test('an issuer without keys is accepted by issuer and audience, and reported as not verified', async () => {
    const ofC = { ...claims, iss: 'https://c.example', aud: 'gateway-c' };
    expect(await packaged()(await sign(other, ofC))).toEqual({ kind: 'not-verified' });
    expect(await rejection(packaged(), await sign(other, { ...ofC, aud: 'gateway' }))).toContain('The audience');
  });

  test('a changed token is rejected, and never makes an error', async () => {
    const token = await sign(key, claims);
    const verify = packaged();
    const changed = fc
      .tuple(fc.nat(token.length - 1), fc.string({ maxLength: 3 }))
      .map(([at, text]) => token.slice(0, at) + text + token.slice(at + 1));
    const altered = changed.filter((text) => text !== token && !sameBytes(text, token));
    await fc.assert(
      fc.asyncProperty(fc.oneof(altered, fc.string()), async (text) => {
        expect((await verify(text)).kind).toBe('unauthenticated');
      }),
    );
  });
});

/** Whether two tokens differ in unused bits or padding of their base64url only. */
function sameBytes(one: string, two: string): boolean {
  const [a, b] = [one.split('.'), two.split('.')];
  const sameText = a.slice(0, 2).join('.') === b.slice(0, 2).join('.') && a.length === b.length;
  return sameText && Buffer.from(a[2] ?? '', 'base64url').equals(Buffer.from(b[2] ?? '', 'base64url'));
}

describe('with keys behind a URL', () => {
  let keys: Awaited<ReturnType<typeof startKeyServer>>;

  beforeEach(async () => {
    keys = await startKeyServer([key.jwk]);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await keys.close();
  });

  const remote = () => makeVerifyToken([{ issuer: 'https://a.example', audiences: ['gateway'], keys: keys.url }]);
  /** Advances the clock by this time. */
  const advance = (ms: number) => void jest.spyOn(Date, 'now').mockReturnValue(Date.now() + ms);

  test('they are read with the first token of the issuer, once', async () => {
    const verify = remote();
    expect(keys.requests()).toBe(0);
    await verify(await sign(key, { ...claims, iss: 'https://evil.example' }));
    await verify(await sign(key, { ...claims, aud: 'other' }));
    expect(keys.requests()).toBe(0);
    for (let i = 0; i < 3; i += 1) expect((await verify(await sign(key, claims))).kind).toBe('verified');
    expect(keys.requests()).toBe(1);
  });

  test('they are read again for a key that was rotated in', async () => {
    const verify = remote();
    await verify(await sign(key, claims));
    keys.serve({ keys: [key.jwk, other.jwk] });
    advance(31_000);
    expect((await verify(await sign(other, claims))).kind).toBe('verified');
    expect(keys.requests()).toBe(2);
  });

  test('tokens with invented key ids cause at most one request in 30 seconds', async () => {
    const verify = remote();
    await verify(await sign(key, claims));
    for (let kid = 0; kid < 20; kid += 1) {
      expect(await rejection(verify, await sign(other, claims, { kid: `invented-${kid}` }))).toContain('The signature');
    }
    expect(keys.requests()).toBe(1);
    advance(31_000);
    await verify(await sign(other, claims, { kid: 'invented' }));
    await verify(await sign(other, claims, { kid: 'invented-again' }));
    expect(keys.requests()).toBe(2);
  });

  test('a key that was taken out is not accepted for longer than 10 minutes', async () => {
    const verify = remote();
    const longer = await sign(key, { ...claims, exp: now + 7_200 });
    await verify(longer);
    keys.serve({ keys: [other.jwk] });
    advance(601_000);
    expect(await rejection(verify, longer)).toContain('The signature');
  });

  test.each([
    ['answers with an error', { message: 'down' }, 500],
    ['answers with something else', { keys: 'none' }, 200],
    ['redirects', {}, 302],
  ])('the result is that they are not available where the server %s', async (_, body, status) => {
    keys.serve(body, status);
    expect(await remote()(await sign(key, claims))).toMatchObject({
      kind: 'keys-unavailable',
      issuer: 'https://a.example',
    });
  });

  test('the result is that they are not available where nothing listens, and they are read once they are back', async () => {
    const verify = makeVerifyToken([
      { issuer: 'https://a.example', audiences: ['gateway'], keys: new URL('http://127.0.0.1:1/keys') },
    ]);
    expect((await verify(await sign(key, claims))).kind).toBe('keys-unavailable');
    const recovering = remote();
    keys.serve({}, 503);
    expect((await recovering(await sign(key, claims))).kind).toBe('keys-unavailable');
    keys.serve({ keys: [key.jwk] });
    expect((await recovering(await sign(key, claims))).kind).toBe('verified');
  });
});

describe('a token that is sent again', () => {
  let verifications: jest.SpiedFunction<typeof crypto.subtle.verify>;

  beforeEach(() => {
    verifications = jest.spyOn(crypto.subtle, 'verify');
  });
  afterEach(() => jest.restoreAllMocks());

  test('a verified token is accepted with the same claims and without another verification of its signature', async () => {
    const [verify, token] = [packaged(), await sign(key, claims)];
    for (let i = 0; i < 3; i += 1) expect(await verify(token)).toEqual({ kind: 'verified', claims });
    expect(verifications).toHaveBeenCalledTimes(1);
  });

  test('a verified token does not make another signature, header or payload valid', async () => {
    const verify = packaged();
    const token = await sign(key, claims);
    const [header = '', payload = '', signature = ''] = token.split('.');
    expect((await verify(token)).kind).toBe('verified');
    const ofOther = (await sign(other, claims, { kid: '1' })).split('.')[2];
    const admin = base64url({ ...claims, groups: ['platform-admins'] });
    const unsigned = base64url({ alg: 'none', kid: '1' });
    for (const forged of [
      [header, payload, ofOther],
      [header, payload, ''],
      [header, admin, signature],
      [unsigned, payload, signature],
    ]) {
      expect(await rejection(verify, forged.join('.'))).toContain('The signature');
    }
  });

  test('a verified token is rejected once it has expired', async () => {
    const [verify, token] = [packaged(), await sign(key, { ...claims, exp: now + 60 })];
    expect((await verify(token)).kind).toBe('verified');
    // The JWT library reads the time with a Date, the gateway with Date.now().
    jest.useFakeTimers({ now: (now + 59) * 1_000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    expect((await verify(token)).kind).toBe('verified');
    jest.setSystemTime((now + 60) * 1_000);
    expect(await rejection(verify, token)).toContain('expired');
    jest.useRealTimers();
  });

  test('a verified token is verified again after five minutes', async () => {
    const [verify, token] = [packaged(), await sign(key, claims)];
    await verify(token);
    const later = Date.now();
    for (const [ms, count] of [
      [299_000, 1],
      [301_000, 2],
      [302_000, 2],
    ] as const) {
      jest.spyOn(Date, 'now').mockReturnValue(later + ms);
      expect((await verify(token)).kind).toBe('verified');
      expect(verifications).toHaveBeenCalledTimes(count);
    }
  });

  test('a verified token is rejected as soon as its key is not in the keys that were read again, also with a key of the same id', async () => {
    const impostor = { ...other, jwk: { ...other.jwk, kid: '1' } };
    for (const left of [[other.jwk], [other.jwk, impostor.jwk]]) {
      const keys = await startKeyServer([key.jwk]);
      const verify = makeVerifyToken([{ issuer: 'https://a.example', audiences: ['gateway'], keys: keys.url }]);
      const token = await sign(key, claims);
      for (let i = 0; i < 2; i += 1) expect((await verify(token)).kind).toBe('verified');
      keys.serve({ keys: left });
      const read = Date.now();
      jest.spyOn(Date, 'now').mockReturnValue(read + 31_000);
      // An unknown key id makes the function read the keys again, before those that it has are ten minutes old.
      await verify(await sign(other, claims, { kid: 'unknown' }));
      expect(await rejection(verify, token)).toContain('The signature');
      await keys.close();
      jest.spyOn(Date, 'now').mockReturnValue(read);
    }
  });

  test('a verified token is verified again where another function has other settings', async () => {
    const token = await sign(key, claims);
    expect((await packaged()(token)).kind).toBe('verified');
    const stricter = makeVerifyToken([{ issuer: 'https://a.example', audiences: ['pods'], keys: { keys: [key.jwk] } }]);
    expect(await rejection(stricter, token)).toContain('The audience');
    const rotated = makeVerifyToken([
      { issuer: 'https://a.example', audiences: ['gateway'], keys: { keys: [other.jwk] } },
    ]);
    expect(await rejection(rotated, token)).toContain('The signature');
  });

  test('a verified token is verified again after a hundred others, and tokens that are rejected take no place', async () => {
    const verify = packaged();
    const token = await sign(key, claims);
    const verified = async (...subs: string[]) => {
      for (const sub of subs) await verify(await sign(key, { ...claims, sub }));
    };
    await verify(token);
    for (let i = 0; i < 100; i += 1) await verify(`${token}${i}`);
    await verified(...Array.from({ length: 99 }, (_, index) => `user-${index}`));
    verifications.mockClear();
    await verify(token);
    expect(verifications).toHaveBeenCalledTimes(0);
    await verified(...Array.from({ length: 100 }, (_, index) => `other-${index}`));
    verifications.mockClear();
    await verify(token);
    expect(verifications).toHaveBeenCalledTimes(1);
  });
});
