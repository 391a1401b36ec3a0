import { callerIn, eventOf, faultOf, flat, goodClaims, jwtEvent, tokenOf } from '../support/caller-event.ts';
import type { IdentityEvent } from '../../src/auth/authenticate.ts';

const idIn = (claims: Record<string, unknown>) => callerIn(jwtEvent(claims)).principal.id;

/** An event whose header and verified claims may differ. */
function eventWith(authorization: string, verified: Record<string, unknown>): IdentityEvent {
  return eventOf({ jwt: { claims: flat(verified) } }, { authorization });
}

describe('the Authorization header', () => {
  const token = tokenOf(goodClaims);

  test.each([`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`, token, ` Bearer ${token} `])(
    'may be %j',
    (header) => {
      expect(faultOf(eventWith(header, goodClaims))).toBeNull();
    },
  );

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    `Basic ${token}`,
    `Bearer ${token},Bearer ${token}`,
    `Bearer ${token} ${token}`,
    'Bearer a.b.c',
    `Bearer ${token}.x`,
    `Bearer ${token}.x.y`,
    `Bearer ${token.split('.').slice(0, 2).join('.')}`,
    `Bearer ${tokenOf('{"iss":')}`,
    `Bearer ${tokenOf('[]')}`,
    `Bearer ${tokenOf('null')}`,
    `Bearer ${tokenOf('"text"')}`,
  ])('may not be %j', (header) => {
    expect(faultOf(eventWith(header, goodClaims))).toContain('holds no JWT');
  });

  test('must hold text in UTF-8', () => {
    const payload = Buffer.concat([Buffer.from('{"iss":"a","sub":"'), Buffer.from([0xff]), Buffer.from('","exp":1}')]);
    const header = `e30.${payload.toString('base64url')}.eA`;
    expect(faultOf(eventWith(header, { iss: 'a', sub: '\ufffd', exp: 1 }))).toContain('holds no JWT');
  });
});

describe('a header that is not the one that was verified', () => {
  test.each([
    ['iss', { ...goodClaims, iss: 'https://evil.example' }],
    ['iss', { ...goodClaims, iss: 'https://issuer.example/' }],
    ['sub', { ...goodClaims, sub: 'bob' }],
    ['sub', { ...goodClaims, sub: 'Alice' }],
    ['exp', { ...goodClaims, exp: 1_700_000_001 }],
    ['exp', { ...goodClaims, exp: 1_700_000_000.5 }],
  ])('is refused: another %s, in %j', (claim, inHeader) => {
    expect(faultOf(eventWith(`Bearer ${tokenOf(inHeader)}`, goodClaims))).toContain(`The claim ${claim} `);
    expect(faultOf(eventWith(`Bearer ${tokenOf(goodClaims)}`, inHeader))).toContain(`The claim ${claim} `);
  });

  test.each(['iss', 'sub', 'exp'])('is refused: %s on one side or on none', (claim) => {
    const without = Object.fromEntries(Object.entries(goodClaims).filter(([name]) => name !== claim));
    const token = `Bearer ${tokenOf(goodClaims)}`;
    expect(faultOf(eventWith(`Bearer ${tokenOf(without)}`, goodClaims))).toContain(`The claim ${claim} `);
    expect(faultOf(eventWith(token, without))).toContain(`The claim ${claim} `);
    expect(faultOf(eventWith(`Bearer ${tokenOf(without)}`, without))).toContain(`The claim ${claim} `);
  });

  test('is refused: no claims were verified at all', () => {
    expect(faultOf(eventOf({ jwt: {} }, { authorization: tokenOf(goodClaims) }))).toContain('The claim iss ');
  });

  test('is refused: claims that only every object has', () => {
    const event = eventOf(
      { jwt: { claims: {} } },
      { authorization: tokenOf('{"__proto__":{"iss":"a","sub":"b","exp":1}}') },
    );
    expect(faultOf(event)).toContain('The claim iss ');
  });

  test.each([
    ['iss', ''],
    ['iss', 1],
    ['iss', null],
    ['iss', ['https://issuer.example']],
    ['sub', ''],
    ['sub', 1],
    ['sub', null],
    ['sub', ['alice']],
    ['exp', '1700000000'],
    ['exp', null],
    ['exp', true],
    ['exp', ''],
    ['exp', [1_700_000_000]],
  ])('is refused: %s as %j, though both sides agree', (claim, value) => {
    expect(faultOf(jwtEvent({ ...goodClaims, [claim]: value }))).toContain(`The claim ${claim} `);
  });
});

describe('exp', () => {
  test.each([
    [1_700_000_000, '1700000000'],
    [1_700_000_000, '1.7e+09'],
    [1_700_000_000, '1.7E9'],
    [1_700_000_000, '17e8'],
    [1_700_000_000, 1_700_000_000],
    [1_576_422_538, '1.576422538e+09'],
    [1_700_000_000.25, '1.70000000025e+09'],
    [1_700_000_000.25, '1700000000.25'],
  ])('%d is the same as the verified %j', (exp, verified) => {
    const event = eventOf(
      { jwt: { claims: { ...flat(goodClaims), exp: verified } } },
      { authorization: tokenOf({ ...goodClaims, exp }) },
    );
    expect(faultOf(event)).toBeNull();
  });

  test.each([
    '1700000001',
    '1.7e+10',
    '',
    ' 1700000000',
    '0x6553f100',
    '1700000000n',
    'NaN',
    '-1700000000',
    '1.7e+009',
    true,
  ])('1700000000 is not the verified %j', (verified) => {
    const event = eventOf(
      { jwt: { claims: { ...flat(goodClaims), exp: verified } } },
      { authorization: tokenOf(goodClaims) },
    );
    expect(faultOf(event)).toContain('The claim exp ');
  });

  test('without an end is never compared', () => {
    const token = tokenOf('{"iss":"https://issuer.example","sub":"alice","exp":1e999}');
    const claims = { ...flat(goodClaims), exp: Infinity };
    expect(faultOf(eventOf({ jwt: { claims } }, { authorization: token }))).toContain('The claim exp ');
  });

  test.each(['', 'x'])('a text is never compared as a number: %j on both sides', (exp) => {
    expect(faultOf(jwtEvent({ ...goodClaims, exp }))).toContain('The claim exp ');
  });
});

describe('the id', () => {
  test('is issuer and subject, and keeps blanks, cases and slashes', () => {
    expect(idIn({ ...goodClaims, sub: 'auth0|Alice B/c' })).toBe('https://issuer.example#auth0|Alice B/c');
  });

  test('of two principals is never the same: the issuer has no #, the subject may', () => {
    const split = { ...goodClaims, iss: 'https://a', sub: 'b#c' };
    const shifted = { ...goodClaims, iss: 'https://a#b', sub: 'c' };
    expect(idIn(split)).toBe('https://a#b#c');
    expect(faultOf(jwtEvent(shifted))).toContain('the issuer without "#"');
  });

  test('is never that of an IAM principal', () => {
    expect(idIn({ ...goodClaims, iss: 'iam:111122223333:role/x', sub: 'y' })).toBe('iam:111122223333:role/x#y');
  });

  test.each(['a\u0000', 'a\nb', 'a\u007f', 'a\u0085', '\ud800', 'a\udc00b'])(
    'has no %j, which a store or a log could lose',
    (text) => {
      expect(faultOf(jwtEvent({ ...goodClaims, sub: text }))).toContain("The token's iss and sub must be");
      expect(faultOf(jwtEvent({ ...goodClaims, iss: text }))).toContain("The token's iss and sub must be");
    },
  );

  test('has at most 900 bytes in UTF-8', () => {
    const room = 900 - 'https://issuer.example#'.length;
    expect(faultOf(jwtEvent({ ...goodClaims, sub: 'x'.repeat(room) }))).toBeNull();
    expect(faultOf(jwtEvent({ ...goodClaims, sub: 'x'.repeat(room + 1) }))).toContain('at most 900 bytes');
    expect(faultOf(jwtEvent({ ...goodClaims, sub: 'ä'.repeat(room / 2 + 1) }))).toContain('at most 900 bytes');
  });
});
