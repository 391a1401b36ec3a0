import * as oidc from 'openid-client';
import { ConfigurationError, GeneralError, InterruptedError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import type { CallSettings } from '../host.ts';
import { loginOf } from './access-token.ts';
import { IssuerRefusal, issuerFetch, withIssuer } from './issuer.ts';
import { signInAgain } from './messages.ts';
import type { Login } from './store.ts';

/** How long a renewal goes on after an interrupt, in milliseconds. */
const defaultPatienceMs = 15_000;

/** The login to renew, and where its tokens are for. */
export interface Renewal {
  readonly login: Login;
  readonly gatewayUrl: string;
  readonly connection: Connection;
  readonly settings: CallSettings;
  /** Called before the refresh token is sent: from then on, the new one has to be stored. */
  readonly onSend: () => void;
}

/**
 * Gets new tokens with the refresh token of a login. An interrupt does not end the request, which
 * can use up the refresh token: its answer is waited for, at most 15 seconds or until a second
 * interrupt.
 */
export async function renewed({ login, gatewayUrl, connection, settings, onSend }: Renewal): Promise<Login> {
  const { refreshToken, accessToken: _, expiresAt: __, ...issuerSettings } = login;
  if (refreshToken === null) throw new ConfigurationError(`The login to ${gatewayUrl} has expired. ${signInAgain}`);
  // A read ends at its first interrupt. Others finish what is under way, for which they need a token.
  const signal = settings.secondSignal ?? settings.signal;
  const access = { connection, settings: { ...settings, ...(signal && { signal }) } };
  const patience = makePatience(gatewayUrl, settings);
  try {
    return await withIssuer(login, access, async (config) => {
      signal?.throwIfAborted();
      onSend();
      patience.begin();
      config[oidc.customFetch] = issuerFetch({ connection, settings: { ...settings, signal: patience.signal } });
      const tokens = await refreshed(config, refreshToken, issuerSettings.resource, patience.signal);
      return loginOf(issuerSettings, tokens, login);
    });
  } catch (error) {
    const reason: unknown = patience.signal.aborted ? patience.signal.reason : error;
    if (reason instanceof InterruptedError) throw reason;
    throw failure(reason as Error, gatewayUrl);
  } finally {
    patience.end();
  }
}

function failure(error: Error, gatewayUrl: string): Error {
  const text = `The access token of the login to ${gatewayUrl} has expired, and was not renewed. ${error.message}`;
  const isFinal = error instanceof IssuerRefusal || error instanceof ConfigurationError;
  return isFinal ? new ConfigurationError(`${text} ${signInAgain}`) : new GeneralError(text);
}

/** Sends the refresh token, and a second time if the answer was lost: many issuers allow that. */
async function refreshed(
  config: oidc.Configuration,
  refreshToken: string,
  resource: string | null,
  signal: AbortSignal,
): Promise<oidc.TokenEndpointResponse> {
  const send = () => oidc.refreshTokenGrant(config, refreshToken, resource === null ? {} : { resource });
  try {
    return await send();
  } catch (error) {
    signal.throwIfAborted();
    if (!isLost(error)) throw error;
  }
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof oidc.ResponseBodyError)) throw error;
    throw new IssuerRefusal(
      `The issuer's answer was lost, and it does not accept the same refresh token again (${error.error}).`,
    );
  }
}

/** Whether the request may have been processed: there was no answer, or none of OAuth. */
function isLost(error: unknown): boolean {
  const { cause } = error as { readonly cause?: unknown };
  if (cause instanceof Response) return cause.status >= 500;
  return !(error instanceof oidc.ResponseBodyError) && cause instanceof Error;
}

/** How long an answer is waited for after interrupts, and what people are told of it. */
function makePatience(gatewayUrl: string, settings: CallSettings) {
  const {
    signal: first,
    secondSignal: second,
    renewalPatienceMs: patienceMs = defaultPatienceMs,
    writeError,
  } = settings;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const lose = (why: string) => {
    const text = `${why}: the login to ${gatewayUrl} is lost, unless the issuer accepts its refresh token again. If the next command can't renew it: pod-identity login`;
    writeError(`${text}\n`);
    controller.abort(new InterruptedError(text));
  };
  const wait = () => {
    const late = () => lose(`The issuer did not answer the renewal within ${patienceMs / 1_000} s`);
    timer = setTimeout(late, patienceMs);
    writeError(
      `The login is being renewed: the new one is stored first, which takes at most ${patienceMs / 1_000} s. Interrupt again to quit, and lose the login.\n`,
    );
  };
  const quit = () => lose('Interrupted while the login was being renewed');
  return {
    signal: controller.signal,
    begin: () => {
      first?.addEventListener('abort', wait, { once: true });
      second?.addEventListener('abort', quit, { once: true });
      // What an interrupted command finishes may need a token, too.
      if (first?.aborted === true) wait();
      if (second?.aborted === true) quit();
    },
    end: () => {
      clearTimeout(timer);
      first?.removeEventListener('abort', wait);
      second?.removeEventListener('abort', quit);
    },
  };
}
