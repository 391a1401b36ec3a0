import type { Command } from './commands.ts';

/** The commands that sign a person in at the issuer of the gateway's tokens, and out again. */
export const loginCommands: readonly Command[] = [
  {
    name: 'login',
    operation: 'Login',
    summary:
      'Sign in to the gateway with a browser, by OpenID Connect. Other commands use the token, and renew it. The next login needs no options.',
    parameters: [
      {
        name: 'issuer',
        type: 'string',
        help: "The URL of the issuer of the gateway's tokens, by default POD_IDENTITY_ISSUER.",
      },
      {
        name: 'clientId',
        type: 'string',
        help: 'The ID of this command at the issuer: a public client. By default POD_IDENTITY_CLIENT_ID.',
      },
      {
        name: 'scope',
        type: 'string',
        help: 'The scopes to request, separated by spaces: POD_IDENTITY_SCOPE, or openid, and offline_access where the issuer has it.',
      },
      {
        name: 'audience',
        type: 'string',
        help: 'The audience to request, for issuers such as Auth0. By default POD_IDENTITY_AUDIENCE.',
      },
      {
        name: 'resource',
        type: 'string',
        help: 'The URI of the gateway to request a token for (RFC 8707). By default POD_IDENTITY_RESOURCE.',
      },
      { name: 'deviceCode', type: 'boolean', help: 'Sign in with the browser of another device, by a code.' },
      {
        name: 'browser',
        type: 'boolean',
        help: 'Open the browser, as in a terminal. --no-browser prints the URL only.',
      },
      {
        name: 'redirectPort',
        type: 'integer',
        minimum: 1,
        maximum: 65_535,
        help: 'The port of the redirect to http://127.0.0.1, for issuers that accept no other; by default any free one.',
      },
    ],
    answer: {
      login: {
        endpointUrl: 'string',
        issuer: 'string',
        clientId: 'string',
        principalId: 'string',
        expiresAt: 'timestamp',
        renewable: 'boolean',
      },
    },
  },
  {
    name: 'logout',
    operation: 'Logout',
    summary: 'Delete the tokens of a login to the gateway, and revoke the refresh token where the issuer can.',
    parameters: [],
    answer: { logout: { endpointUrl: 'string', deleted: 'boolean', revoked: 'boolean' } },
  },
  {
    name: 'auth-status',
    operation: 'AuthStatus',
    summary:
      'Show whom the gateway authenticates, where the credentials come from, and how long they last. Shows no secrets. Also: auth status.',
    parameters: [],
    answer: {
      status: {
        endpointUrl: 'string',
        principalId: 'string',
        kind: 'string',
        credentials: 'string',
        issuer: 'string',
        audiences: ['string'],
        expiresAt: 'timestamp',
        renewable: 'boolean',
      },
    },
  },
  {
    name: 'auth-token',
    operation: 'AuthToken',
    summary:
      'Print the access token that requests have, for other programs; that of a login is renewed. Also: auth token.',
    parameters: [],
    answer: { accessToken: 'string' },
    plainField: 'accessToken',
  },
];
