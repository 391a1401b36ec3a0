import { decodeToken } from '../../src/auth/decode-token.ts';

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const tokenOf = (claims: object) => `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}.${encode({})}`;

test('a token has a header and claims', () => {
  expect(decodeToken(tokenOf({ sub: 'alice' }))).toEqual({
    header: { alg: 'RS256', typ: 'JWT' },
    claims: { sub: 'alice' },
  });
});

test('each token has its own claims, however often tokens take turns', () => {
  for (let turn = 0; turn < 2; turn += 1) {
    for (let index = 0; index < 150; index += 1) {
      const sub = `user-${index}`;
      expect(decodeToken(tokenOf({ sub }))?.claims).toEqual({ sub });
    }
  }
});

test.each(['', 'a', 'a.b.c', `${encode({ alg: 'none' })}.${encode([])}.`, `.${encode({})}.`])(
  '%j is not a token',
  (text) => {
    expect(decodeToken(text)).toBeNull();
  },
);
