import * as oauth from 'oauth4webapi';
import {
  AuthorizationResponseError,
  JWT_TIMESTAMP_CHECK,
  OperationProcessingError,
  ResponseBodyError,
} from 'oauth4webapi';
import type { OidcSignIn, Session } from '../config.ts';
import { keepPending, takePending } from './kept.ts';
import { makeTokenSource, SignInEnded } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** Milliseconds for one request to the issuer. */
const requestMs = 15_000;

/** Tolerated difference of clocks when an ID token is checked. Seconds. */
const toleranceSeconds = 30;

/** Whether the issuer has sent the person back to this page. */
export function isReturn(): boolean {
  const answer = new URLSearchParams(location.search);
  return answer.has('state') && (answer.has('code') || answer.has('error'));
}

/**
 * Leaves the page for the issuer: authorization code grant with PKCE. What is needed after the
 * redirect stays in the tab. Rejects with an Error in plain words.
 */
export async function leaveForIssuer(signIn: OidcSignIn): Promise<void> {
  return plainly(signIn, async () => {
    const server = await discover(signIn);
    const scope = scopeOf(signIn, server);
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const nonce = scope.split(' ').includes('openid') ? oauth.generateRandomNonce() : null;
    if (server.authorization_endpoint === undefined) throw new Error(`${signIn.issuer} has no authorization endpoint.`);
    const url = new URL(server.authorization_endpoint);
    const parameters = {
      client_id: signIn.clientId,
      redirect_uri: redirectUri(),
      response_type: 'code',
      scope,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(nonce === null ? {} : { nonce }),
      ...(signIn.audience === null ? {} : { audience: signIn.audience }),
      ...resourceOf(signIn),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    keepPending({ state, verifier, nonce, fragment: location.hash });
    location.assign(url);
  });
}

/**
 * Takes the issuer's answer out of the URL, puts the wanted view back, and gets the tokens, which
 * stay in memory. Rejects with an Error in plain words. `onEnded` is called when the sign-in has
 * ended.
 */
export async function returnFromIssuer(signIn: OidcSignIn, onEnded: () => void): Promise<Session> {
  const answer = new URL(location.href);
  const pending = takePending();
  history.replaceState(null, '', `/${pending?.fragment ?? ''}`);
  return plainly(signIn, async () => {
    if (pending === null) throw new Error('This sign-in was not begun in this tab, or is over. Sign in again.');
    const server = await discover(signIn);
    const client = clientOf(signIn);
    const parameters = oauth.validateAuthResponse(server, client, answer, pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, client, oauth.None(), parameters, redirectUri(), pending.verifier] as const),
      requestOptions(signIn, resourceOf(signIn)),
    );
    const expected = pending.nonce === null ? {} : { expectedNonce: pending.nonce, requireIdToken: true };
    const tokens = tokensOf(signIn, await oauth.processAuthorizationCodeResponse(server, client, response, expected));
    const renew = (last: Tokens) => renewed(signIn, server, last);
    const source = makeTokenSource(tokens, { renew, onEnded });
    return { token: source.token, signOut: () => revoke(signIn, server, source.last()) };
  });
}

async function renewed(signIn: OidcSignIn, server: oauth.AuthorizationServer, last: Tokens): Promise<Tokens> {
  const { refresh } = last;
  if (refresh === null) throw new SignInEnded();
  return plainly(signIn, async () => {
    const client = clientOf(signIn);
    const options = requestOptions(signIn, resourceOf(signIn));
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh, options);
    try {
      const tokens = tokensOf(signIn, await oauth.processRefreshTokenResponse(server, client, response));
      // An issuer that does not rotate refresh tokens sends none.
      return { ...tokens, refresh: tokens.refresh ?? refresh };
    } catch (error) {
      throw error instanceof oauth.ResponseBodyError ? new SignInEnded({ cause: error }) : error;
    }
  });
}

/** Signing out ends here in any case: what the issuer answers changes nothing for the person. */
async function revoke(signIn: OidcSignIn, server: oauth.AuthorizationServer, last: Tokens): Promise<void> {
  if (server.revocation_endpoint === undefined) return;
  const token = last.refresh ?? last.access;
  await oauth
    .revocationRequest(server, clientOf(signIn), oauth.None(), token, requestOptions(signIn))
    .catch(() => undefined);
}

async function discover(signIn: OidcSignIn): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(signIn.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, requestOptions(signIn)));
}

/** Unencrypted requests to an issuer on this machine only. */
function requestOptions({ issuer }: OidcSignIn, additionalParameters: Readonly<Record<string, string>> = {}) {
  const { protocol, hostname } = new URL(issuer);
  const isLocal = protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return {
    additionalParameters,
    signal: () => AbortSignal.timeout(requestMs),
    // oxlint-disable-next-line typescript/no-deprecated -- deprecated to make it stand out
    [oauth.allowInsecureRequests]: isLocal,
  };
}

function clientOf({ clientId }: OidcSignIn): oauth.Client {
  return { client_id: clientId, [oauth.clockTolerance]: toleranceSeconds };
}

/** Registered at the issuer: the address of the page, without a view. */
function redirectUri(): string {
  return `${location.origin}/`;
}

/**
 * Many issuers give a refresh token for `offline_access` only; others reject a scope that they
 * don't know.
 */
function scopeOf({ scope }: OidcSignIn, { scopes_supported: supported }: oauth.AuthorizationServer): string {
  return scope ?? (supported?.includes('offline_access') === true ? 'openid offline_access' : 'openid');
}

function resourceOf({ resource }: OidcSignIn): Readonly<Record<string, string>> {
  return resource === null ? {} : { resource };
}

function tokensOf({ issuer }: OidcSignIn, answer: oauth.TokenEndpointResponse): Tokens {
  const { access_token: access, refresh_token: refresh = null, expires_in: lifetimeSeconds = null } = answer;
  if (access.split('.').length !== 3) {
    throw new Error(
      `The access token of ${new URL(issuer).host} is not a JWT, so that the gateway can't accept it. The operators of the page have to request one for the gateway, by its scope, audience or resource.`,
    );
  }
  return { access, refresh, lifetimeSeconds };
}

async function plainly<T>({ issuer }: OidcSignIn, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SignInEnded ? error : signInError(error, issuer, location.origin);
  }
}

/**
 * An error of a sign-in, in words for the person who signs in. `issuer` is its URL, `origin` that
 * of the page.
 */
function signInError(error: unknown, issuer: string, origin: string): Error {
  return new Error(messageOf(error, new URL(issuer).host, origin), { cause: error });
}

function messageOf(error: unknown, host: string, origin: string): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    if (error.error === 'access_denied') return `The sign-in was denied or cancelled at ${host}.`;
    return `${host} refused the sign-in: ${error.error_description ?? error.error}.`;
  }
  if (error instanceof OperationProcessingError && error.code === JWT_TIMESTAMP_CHECK) {
    return `The clocks of this device and of ${host} differ. Set the clock of this device, and sign in again.`;
  }
  // What browsers throw where there is no connection, or no permission to read the answer.
  if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')) {
    return `${host} does not answer. Check the connection; if others can't sign in either, the issuer is down or does not accept pages of ${origin} (CORS).`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof OperationProcessingError ? `The answer of ${host} can't be used: ${reason}.` : reason;
}
