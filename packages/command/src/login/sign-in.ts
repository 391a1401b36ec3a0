import * as oidc from 'openid-client';
import { GeneralError } from '../aws/errors.ts';
import type { ValueMap } from '../aws/value.ts';
import type { CallSettings } from '../host.ts';
import { signInWithBrowser } from './authorization-code.ts';
import { openBrowser } from './browser.ts';
import type { IssuerSettings } from './store.ts';
import { untilAborted } from './until-aborted.ts';

/** How long the redirect of the browser is waited for. */
const limitMs = 300_000;

/** Signs a person in with the browser of this machine, or with `--device-code` that of another one. */
export function signIn(
  config: oidc.Configuration,
  wanted: IssuerSettings,
  input: ValueMap,
  settings: CallSettings,
): Promise<oidc.TokenEndpointResponse> {
  const parameters = parametersOf(wanted, config);
  return input.deviceCode === true
    ? signInWithDevice(config, parameters, settings)
    : signInHere(config, parameters, input, settings);
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
