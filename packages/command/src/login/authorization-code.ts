import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import { GeneralError } from '../aws/errors.ts';
import { untilAborted } from './until-aborted.ts';

/** What the sign-in with a browser on this machine needs. */
export interface BrowserSignIn {
  /** `scope`, and what else the issuer requires. */
  readonly parameters: Readonly<Record<string, string>>;
  /** 0: any free port. */
  readonly port: number;
  /** Gets the URL at which the person signs in. */
  readonly show: (url: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Signs a person in by the authorization code grant with PKCE, whose redirect comes to a server on
 * the loopback address (RFC 8252, section 7.3). The server is closed when this ends.
 */
export async function signInWithBrowser(
  config: oidc.Configuration,
  { parameters, port, show, signal }: BrowserSignIn,
): Promise<oidc.TokenEndpointResponse> {
  const [verifier, state] = [oidc.randomPKCECodeVerifier(), oidc.randomState()];
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw new GeneralError(`The redirect can't be received: ${(error as Error).message}`);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const redirected = new Promise<{ readonly url: URL; readonly response: ServerResponse }>((resolve) => {
      server.on('request', (request, response) => {
        const target = request.url ?? '/';
        const url = URL.canParse(target, base) ? new URL(target, base) : null;
        // Any page of the browser can send requests here: only that of the issuer knows the state.
        const isRedirect = url?.pathname === '/callback' && url.searchParams.get('state') === state;
        if (url !== null && isRedirect) resolve({ url, response });
        else void answer(response, 404, 'Not found.');
      });
    });
    const challenge = await oidc.calculatePKCECodeChallenge(verifier);
    const redirect = {
      redirect_uri: `${base}/callback`,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state,
    };
    show(oidc.buildAuthorizationUrl(config, { ...parameters, ...redirect }).href);
    const { url, response } = await untilAborted(redirected, signal);
    try {
      const { resource } = parameters;
      const checks = { pkceCodeVerifier: verifier, expectedState: state };
      const tokens = await oidc.authorizationCodeGrant(config, url, checks, resource === undefined ? {} : { resource });
      await answer(response, 200, 'You are signed in. You can close this page.');
      return tokens;
    } catch (error) {
      await answer(response, 400, 'You are not signed in. The terminal shows why. You can close this page.');
      throw error;
    }
  } finally {
    server.close();
    // Browsers keep connections that they may need.
    server.closeAllConnections();
  }
}

async function answer(response: ServerResponse, status: number, text: string): Promise<void> {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`);
  if (!response.closed) await once(response, 'close');
}
