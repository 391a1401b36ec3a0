import type { IdentityEvent } from '../../src/auth/authenticate.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { decodeToken } from '../../src/auth/decode-token.ts';
import {
  emptyInventory,
  eventOf,
  flat,
  goodClaims,
  identityOf,
  inventoryOf,
  jwtEvent,
  rejectionOf,
  settings,
  tokenOf,
} from './caller-event.ts';

const idIn = (claims: Record<string, unknown>) => identityOf(jwtEvent(claims)).principal.id;

/** An event whose header and verified claims may differ. */
function eventWith(authorization: string, verified: Record<string, unknown>): IdentityEvent {
  return eventOf({ jwt: { claims: flat(verified) } }, { authorization });
}

describe('the Authorization header', () => {
  const token = tokenOf(goodClaims);

  test.each([`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`, token, ` Bearer ${token} `])(
    'may be %j',
    (header) => {
      expect(rejectionOf(eventWith(header, goodClaims))).toBeNull();
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
    expect(rejectionOf(eventWith(header, goodClaims))).toContain('does not hold a JWT');
  });

  test('must hold UTF-8 text', () => {
    const payload = Buffer.concat([Buffer.from('{"iss":"a","sub":"'), Buffer.from([0xff]), Buffer.from('","exp":1}')]);
    const header = `e30.${payload.toString('base64url')}.eA`;
    expect(rejectionOf(eventWith(header, { iss: 'a', sub: '\ufffd', exp: 1 }))).toContain('does not hold a JWT');
  });
});

describe('a header that differs from the verified claims', () => {
  test.each([
    ['iss', { ...goodClaims, iss: 'https://evil.example' }],
    ['iss', { ...goodClaims, iss: 'https://issuer.example/' }],
    ['sub', { ...goodClaims, sub: 'bob' }],
    ['sub', { ...goodClaims, sub: 'Alice' }],
    ['exp', { ...goodClaims, exp: 1_700_000_001 }],
    ['exp', { ...goodClaims, exp: 1_700_000_000.5 }],
  ])('a header that differs from the verified claims is rejected: another %s, in %j', (claim, inHeader) => {
    expect(rejectionOf(eventWith(`Bearer ${tokenOf(inHeader)}`, goodClaims))).toContain(`The claim ${claim} `);
    expect(rejectionOf(eventWith(`Bearer ${tokenOf(goodClaims)}`, inHeader))).toContain(`The claim ${claim} `);
  });

  test.each(['iss', 'sub', 'exp'])(
    'a header that differs from the verified claims is rejected: %s missing on one side or on both',
    (claim) => {
      const without = Object.fromEntries(Object.entries(goodClaims).filter(([name]) => name !== claim));
      const token = `Bearer ${tokenOf(goodClaims)}`;
      expect(rejectionOf(eventWith(`Bearer ${tokenOf(without)}`, goodClaims))).toContain(`The claim ${claim} `);
      expect(rejectionOf(eventWith(token, without))).toContain(`The claim ${claim} `);
      expect(rejectionOf(eventWith(`Bearer ${tokenOf(without)}`, without))).toContain(`The claim ${claim} `);
    },
  );

  test('a header that differs from the verified claims is rejected: the authorizer passes no claims', () => {
    expect(rejectionOf(eventOf({ jwt: {} }, { authorization: tokenOf(goodClaims) }))).toContain('The claim iss ');
  });

  test('a header that differs from the verified claims is rejected: claims in the prototype', () => {
    const event = eventOf(
      { jwt: { claims: {} } },
      { authorization: tokenOf('{"__proto__":{"iss":"a","sub":"b","exp":1}}') },
    );
    expect(rejectionOf(event)).toContain('The claim iss ');
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
  ])(
    'a header that differs from the verified claims is rejected: %s as %j, even though both sides are equal',
    (claim, value) => {
      expect(rejectionOf(jwtEvent({ ...goodClaims, [claim]: value }))).toContain(`The claim ${claim} `);
    },
  );
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
  ])('%d equals the verified %j', (exp, verified) => {
    const event = eventOf(
      { jwt: { claims: { ...flat(goodClaims), exp: verified } } },
      { authorization: tokenOf({ ...goodClaims, exp }) },
    );
    expect(rejectionOf(event)).toBeNull();
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
  ])('1700000000 differs from the verified %j', (verified) => {
    const event = eventOf(
      { jwt: { claims: { ...flat(goodClaims), exp: verified } } },
      { authorization: tokenOf(goodClaims) },
    );
    expect(rejectionOf(event)).toContain('The claim exp ');
  });

  test('exp is rejected as infinity, even though both sides are equal', () => {
    const token = tokenOf('{"iss":"https://issuer.example","sub":"alice","exp":1e999}');
    const claims = { ...flat(goodClaims), exp: Infinity };
    expect(rejectionOf(eventOf({ jwt: { claims } }, { authorization: token }))).toContain('The claim exp ');
  });

  test.each(['', 'x'])('exp is rejected as the string %j, even though both sides are equal', (exp) => {
    expect(rejectionOf(jwtEvent({ ...goodClaims, exp }))).toContain('The claim exp ');
  });
});

describe('the ID', () => {
  test('joins issuer and subject, and keeps spaces, letter case and slashes', () => {
    expect(idIn({ ...goodClaims, sub: 'auth0|Alice B/c' })).toBe('https://issuer.example#auth0|Alice B/c');
  });

  test('differs between principals: "#" is allowed in the subject only', () => {
    const split = { ...goodClaims, iss: 'https://a', sub: 'b#c' };
    const shifted = { ...goodClaims, iss: 'https://a#b', sub: 'c' };
    expect(idIn(split)).toBe('https://a#b#c');
    expect(rejectionOf(jwtEvent(shifted))).toContain('the issuer without "#"');
  });

  test('differs from that of any IAM principal', () => {
    expect(idIn({ ...goodClaims, iss: 'iam:111122223333:role/x', sub: 'y' })).toBe('iam:111122223333:role/x#y');
  });

  test.each(['a\u0000', 'a\nb', 'a\u007f', 'a\u0085', '\ud800', 'a\udc00b'])('must not contain %j', (text) => {
    expect(rejectionOf(jwtEvent({ ...goodClaims, sub: text }))).toContain("The token's iss and sub must be");
    expect(rejectionOf(jwtEvent({ ...goodClaims, iss: text }))).toContain("The token's iss and sub must be");
  });

  test('has at most 900 bytes in UTF-8', () => {
    const room = 900 - 'https://issuer.example#'.length;
    expect(rejectionOf(jwtEvent({ ...goodClaims, sub: 'x'.repeat(room) }))).toBeNull();
    expect(rejectionOf(jwtEvent({ ...goodClaims, sub: 'x'.repeat(room + 1) }))).toContain('at most 900 bytes');
    expect(rejectionOf(jwtEvent({ ...goodClaims, sub: 'ä'.repeat(room / 2 + 1) }))).toContain('at most 900 bytes');
  });
});

describe('a token that is sent again', () => {
  const event = jwtEvent({ ...goodClaims, sub: 'bot', groups: ['payments-team'], roles: ['auditors'] });
  const registered = inventoryOf({ 'https://issuer.example#bot': ['releases'] });
  const groupsIn = (inventory: typeof emptyInventory, groupsClaim: string) =>
    identityOf(event, inventory, { ...settings, groupsClaim }).principal.groups;

  test('identifies the principal by the inventory and the settings of the request', () => {
    expect(groupsIn(emptyInventory, 'groups')).toEqual(['payments-team']);
    expect(groupsIn(registered, 'groups')).toEqual(['payments-team', 'releases']);
    expect(groupsIn(registered, 'roles')).toEqual(['auditors', 'releases']);
    expect(groupsIn(emptyInventory, 'groups')).toEqual(['payments-team']);
  });

  test('a token that is sent again is compared with the verified claims again', () => {
    const header = `Bearer ${tokenOf(goodClaims)}`;
    expect(rejectionOf(eventWith(header, goodClaims))).toBeNull();
    expect(rejectionOf(eventWith(header, { ...goodClaims, sub: 'bob' }))).toContain('The claim sub ');
  });
});

describe('types of tokens', () => {
  /** Why a token with these claims and this header is rejected; null when it is accepted. */
  function rejection(claims: object, header: object = {}, settings = defaultTokenSettings): string | null {
    const all = { ...goodClaims, ...claims };
    const event = eventOf({ jwt: { claims: flat(all) } }, { authorization: `Bearer ${tokenOf(all, header)}` });
    return rejectionOf(event, undefined, settings);
  }

  test.each([
    ['RFC 9068', {}, { typ: 'at+jwt' }],
    ['RFC 9068 with the full media type', {}, { typ: 'application/AT+JWT' }],
    ['Amazon Cognito', { token_use: 'access', client_id: 'app', username: 'alice' }, {}],
    ['Microsoft Entra', { tid: '9188040d', scp: 'Pods.Bind', azp: 'app', ver: '2.0' }, { typ: 'JWT' }],
    ['Okta', { cid: 'app', uid: '00u1', scp: ['pods'], ver: 1 }, {}],
    ['Auth0', { azp: 'app', scope: 'openid pods', gty: 'password' }, { typ: 'JWT' }],
    ['Keycloak', { typ: 'Bearer', azp: 'app', acr: '1', sid: '5' }, { typ: 'JWT' }],
  ])('an access token of %s is accepted', (_issuer, claims, header) => {
    expect(rejection(claims, header)).toBeNull();
  });

  test.each([
    ['Amazon Cognito', { token_use: 'id', aud: 'app' }, {}, 'claim token_use'],
    ['Microsoft Entra', { tid: '9188040d', nonce: '678910', aud: 'app', ver: '2.0' }, { typ: 'JWT' }, 'claim nonce'],
    ['Okta', { at_hash: 'x', amr: ['pwd'], idp: '00o1' }, {}, 'claim at_hash'],
    ['Auth0', { nonce: 'n', aud: 'app', nickname: 'alice' }, { typ: 'JWT' }, 'claim nonce'],
    ['Keycloak', { typ: 'ID', azp: 'app', at_hash: undefined }, { typ: 'JWT' }, 'claim typ'],
    ['the hybrid flow', { c_hash: 'x' }, {}, 'claim c_hash'],
    ['FAPI', { s_hash: 'x' }, {}, 'claim s_hash'],
  ])('an ID token of %s is rejected by default', (_issuer, claims, header, mark) => {
    expect(rejection(claims, header)).toContain(`The token is not an access token, by its ${mark}`);
    expect(rejection(claims, header, { ...defaultTokenSettings, tokenTypes: 'any' })).toBeNull();
  });

  test.each([
    [{ typ: 'Refresh' }, {}, 'claim typ'],
    [{ typ: 'Offline' }, {}, 'claim typ'],
    [{ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, {}, 'claim events'],
    [{}, { typ: 'logout+jwt' }, 'header typ'],
    [{}, { typ: 'dpop+jwt' }, 'header typ'],
    [{}, { typ: 'id_token' }, 'header typ'],
    [{}, { typ: 7 }, 'header typ'],
    [{ token_use: ['access'] }, {}, 'claim token_use'],
    [{ nonce: null }, {}, 'claim nonce'],
  ])('another token with the claims %j and the header %j is rejected by default', (claims, header, mark) => {
    expect(rejection(claims, header)).toContain(`by its ${mark}`);
  });
});

describe('decoding a token', () => {
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
});
