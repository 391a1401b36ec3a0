import * as oidc from 'openid-client';
import { ConfigurationError, GeneralError, InterruptedError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import type { ValueMap } from '../aws/value.ts';
import type { CallSettings, Request } from '../host.ts';
import { signInWithBrowser, untilAborted } from './authorization-code.ts';
import { openBrowser } from './browser.ts';
import { claimsOf, loginOf } from './access-token.ts';
import { withIssuer } from './issuer.ts';
import { changeLogin, loginsFile, readLogin } from './store.ts';
import type { IssuerSettings, Login } from './store.ts';

/** How long the redirect of the browser is waited for. */
const limitMs = 300_000;

/** Signs a person in, keeps the tokens, and returns what `pod-identity login` prints. */
export async function login(
  { input, connection }: Request,
  gatewayUrl: string,
  settings: CallSettings,
): Promise<ValueMap> {
  const file = loginsFile(settings.environment);
  const wanted = issuerSettings(input, settings, readLogin(file, gatewayUrl));
  const tokens = await withIssuer(wanted, { connection, settings }, async (config) => {
    const parameters = parametersOf(wanted, config);
    return input.deviceCode === true
      ? signInWithDevice(config, parameters, settings)
      : signInHere(config, parameters, input, settings);
  }).catch((error: unknown) => {
    throw settings.signal?.aborted === true ? new InterruptedError('Interrupted. You are not signed in.') : error;
  });
  const entry = loginOf(wanted, tokens, null);
  await changeLogin(file, gatewayUrl, () => entry, settings.signal);
  const other = ['POD_IDENTITY_TOKEN', 'POD_IDENTITY_TOKEN_FILE'].find((name) => settings.environment[name]);
  if (other !== undefined) settings.writeError(`${other} is set, and comes before this login: unset ${other}\n`);
  return { login: { endpointUrl: gatewayUrl, ...shown(entry) } };
}

function shown({ issuer, clientId, accessToken, expiresAt, refreshToken }: Login): ValueMap {
  const { iss, sub } = claimsOf(accessToken) ?? {};
  return {
    issuer,
    clientId,
    principalId: `${String(iss)}#${String(sub)}`,
    expiresAt,
    renewable: refreshToken !== null,
  };
}

/**
 * The options, or else the environment, or else the settings of the last login at the same issuer.
 */
function issuerSettings(input: ValueMap, { environment }: CallSettings, last: Login | null): IssuerSettings {
  const given = (name: string, variable: string): string | null => {
    const value = input[name] ?? environment[`POD_IDENTITY_${variable}`];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const issuer = given('issuer', 'ISSUER') ?? last?.issuer ?? null;
  const same = last?.issuer === issuer ? last : null;
  const clientId = given('clientId', 'CLIENT_ID') ?? same?.clientId ?? null;
  if (issuer === null || clientId === null) {
    throw new ConfigurationError(
      'The first login needs the issuer and the client: give --issuer and --client-id, or POD_IDENTITY_ISSUER and POD_IDENTITY_CLIENT_ID.',
    );
  }
  return {
    issuer,
    clientId,
    scope: given('scope', 'SCOPE') ?? same?.scope ?? null,
    audience: given('audience', 'AUDIENCE') ?? same?.audience ?? null,
    resource: given('resource', 'RESOURCE') ?? same?.resource ?? null,
  };
}

function parametersOf({ scope, audience, resource }: IssuerSettings, config: oidc.Configuration) {
  // Many issuers give a refresh token for this scope only; others reject a scope that they don't
  // know.
  const mayStay = config.serverMetadata().scopes_supported?.includes('offline_access') === true;
  return {
    scope: scope ?? (mayStay ? 'openid offline_access' : 'openid'),
    ...(audience !== null && { audience }),
    ...(resource !== null && { resource }),
  };
}

function signInHere(
  config: oidc.Configuration,
  parameters: Readonly<Record<string, string>>,
  { browser, redirectPort }: ValueMap,
  { environment, isInteractive = false, signal, writeError }: CallSettings,
): Promise<oidc.TokenEndpointResponse> {
  const opens = browser === undefined ? isInteractive : browser === true;
  const timeout = AbortSignal.timeout(limitMs);
  return signInWithBrowser(config, {
    parameters,
    port: typeof redirectPort === 'number' ? redirectPort : 0,
    signal: AbortSignal.any([timeout, ...(signal ? [signal] : [])]),
    show: (url) => {
      writeError(`Sign in with a browser on this machine (without one: --device-code):\n${url}\n`);
      if (opens) openBrowser(url, environment);
    },
  }).catch((error: unknown) => {
    throw timeout.aborted ? new GeneralError('The sign-in was not completed within 5 minutes.') : error;
  });
}

async function signInWithDevice(
  config: oidc.Configuration,
  parameters: Readonly<Record<string, string>>,
  { signal = new AbortController().signal, writeError }: CallSettings,
): Promise<oidc.TokenEndpointResponse> {
  if (config.serverMetadata().device_authorization_endpoint === undefined) {
    throw new GeneralError(`${config.serverMetadata().issuer} has no sign-in by device code: leave out --device-code.`);
  }
  const device = await oidc.initiateDeviceAuthorization(config, parameters);
  writeError(`Sign in at ${device.verification_uri} with the code ${device.user_code}\n`);
  const complete = device.verification_uri_complete;
  if (complete !== undefined) writeError(`The page with the code filled in: ${complete}\n`);
  const expiry = AbortSignal.any([signal, AbortSignal.timeout(device.expires_in * 1_000)]);
  const polled = oidc.pollDeviceAuthorizationGrant(config, device, resourceOf(parameters), { signal: expiry });
  return untilAborted(polled, expiry).catch((error: unknown) => {
    throw expiry.aborted ? new GeneralError('The code has expired before it was confirmed.') : error;
  });
}

function resourceOf({ resource }: Readonly<Record<string, string>>): Record<string, string> {
  return resource === undefined ? {} : { resource };
}

/** Deletes the login to a gateway, and revokes its refresh token where the issuer can. */
export async function logout(connection: Connection, gatewayUrl: string, settings: CallSettings): Promise<ValueMap> {
  const file = loginsFile(settings.environment);
  let deleted = readLogin(file, gatewayUrl);
  if (deleted !== null) {
    const remove = (now: Login | null) => ((deleted = now), null);
    await changeLogin(file, gatewayUrl, remove, settings.signal);
  }
  const revoked = deleted !== null && (await revoke(deleted, connection, settings));
  return { logout: { endpointUrl: gatewayUrl, deleted: deleted !== null, revoked } };
}

async function revoke(entry: Login, connection: Connection, settings: CallSettings): Promise<boolean> {
  const { refreshToken } = entry;
  if (refreshToken === null) return false;
  try {
    return await withIssuer(entry, { connection, settings }, async (config) => {
      if (config.serverMetadata().revocation_endpoint === undefined) return false;
      await oidc.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
      return true;
    });
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    settings.writeError(`The tokens are deleted here. The issuer did not revoke them: ${(error as Error).message}\n`);
    return false;
  }
}
