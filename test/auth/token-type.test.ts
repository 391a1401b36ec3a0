import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { eventOf, flat, goodClaims, rejectionOf, tokenOf } from './caller-event.ts';

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
