import { ConfigurationError, GeneralError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import type { ValueMap } from '../aws/value.ts';
import { anonymous, bearer, sigV4 } from '../../../client/src/client/auth.ts';
import type { Authentication } from '../../../client/src/client/auth.ts';
import type { ApprovalStatus } from '../../../client/src/client/approval.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { makeGatewayClient } from '../../../client/src/client/client.ts';
import { gatewayOf } from '../../../client/src/client/transport.ts';
import { GatewayError, LostAnswerError, RegionMissingError, UnsentError } from '../../../client/src/client/errors.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import type { Retry } from '../../../client/src/client/retry.ts';
import type { CallSettings, Host, Request } from '../host.ts';
import { loginToken } from '../login/login-token.ts';
import { associationAnswer } from './answers.ts';
import { coverageLines } from './coverage.ts';
import { debugging } from './debug.ts';
import { gatewayFailure, inProgressError, refusalError } from './failures.ts';
import { makeFetch } from './http.ts';
import { adviceOf } from './advice.ts';
import { approvalTeller } from './approvals.ts';
import { changeOf, optionsToRepeat } from './change.ts';
import { queries } from './operations.ts';

import { readTokenFile } from './token-file.ts';

/** Time for the retries of a request, in milliseconds. */
const limitMs = 60_000;
const defaultSessionLimitMs = 600_000;

/**
 * The `call` of a host: sends the requests of one command to the gateway, and says on standard
 * error what people should know.
 */
export function makeCall(settings: CallSettings): Host['call'] {
  let created: GatewayClient | null = null;
  const sending = { onConnected: (): void => undefined };
  const said = new Set<string>();
  return async ({ input, ...given }) => {
    const { operation } = given.command;
    if (operation === 'Login' || operation === 'Logout') return signInOrOut({ input, ...given }, settings);
    const { waitMs } = given;
    const retryMs = Math.max(limitMs, waitMs ?? 0);
    const client = (created ??= clientOf(given.connection, retryMs, settings, () => sending.onConnected()));
    const { region } = given.connection;
    const request = { ...given, input: { ...(region !== null && operation !== 'Viewer' && { region }), ...input } };
    const say = (line: string) => settings.writeError(`${line}\n`);
    const onRetry = ({ attempt, delayMs, reason }: Retry) =>
      say(`Attempt ${attempt} in ${(delayMs / 1_000).toFixed(1)} s: ${reason}`);
    const options = { signal: settings.signal, onRetry };
    try {
      const query = queries[operation];
      if (!query) return await change(client, request, options, { say, sending });
      const answer = await query(client, request, options);
      for (const line of coverageLines(answer, input.asOf !== undefined)) {
        if (!said.has(line)) say(line);
        said.add(line);
      }
      return answer;
    } catch (error) {
      throw commandError(operation, error);
    }
  };
}

async function change(
  client: GatewayClient,
  { command: { operation }, input, waitMs }: Request,
  options: CallOptions,
  { say, sending }: { readonly say: (line: string) => void; readonly sending: { onConnected: () => void } },
): Promise<ValueMap> {
  const change = await changeOf(client, operation, input, options);
  if (change.kind === 'made') {
    say(change.line);
    return { association: null };
  }
  const { given, token, send } = change;
  // Said once the request is on its way: until then, there is nothing to send again.
  sending.onConnected = () => {
    sending.onConnected = () => undefined;
    if (given === null) say(`Client request token: ${token} (to send this request again: --client-request-token)`);
  };
  const teller = approvalTeller(say);
  let isHeld = false;
  const onApproval = (approval: ApprovalStatus) => {
    isHeld = true;
    teller(approval);
  };
  const waitForApproval = waitMs === null ? undefined : { maxElapsedMs: waitMs, onApproval };
  const result: MutationResult = await send({ ...options, waitForApproval }).catch((error: unknown) => {
    if (isHeld) say(`To go on: run the same command again with ${optionsToRepeat(operation, token)}--wait.`);
    throw error;
  });
  if (result.kind === 'refused') throw refusalError(operation, result);
  if (result.kind === 'inProgress') throw inProgressError(result);
  for (const line of adviceOf(result)) say(line);
  return { association: associationAnswer(result.association) };
}

/** The `openSession` of a host. */
export function makeSession(settings: CallSettings): NonNullable<Host['openSession']> {
  const { sessionLimitMs = defaultSessionLimitMs } = settings;
  return (connection) => {
    const client = clientOf(connection, sessionLimitMs, settings, () => undefined);
    const url = gatewayOf(endpointUrlOf(connection));
    const { signal, secondSignal } = settings;
    return Promise.resolve({ client, url, signal, secondSignal, errorOf: commandError });
  };
}

function clientOf(
  connection: Connection,
  retryMs: number,
  settings: CallSettings,
  onConnected: () => void,
): GatewayClient {
  const { environment, version, writeError } = settings;
  const url = endpointUrlOf(connection);
  const fetch = makeFetch(connection, environment, onConnected);
  return makeGatewayClient({
    url,
    authentication: authenticationOf(connection, settings),
    fetch: connection.debug ? debugging(fetch, writeError) : fetch,
    // The options of the AWS CLI for timeouts apply, in place of one limit.
    timeoutMs: null,
    retries: { maxAttempts: Infinity, maxElapsedMs: retryMs },
    headers: { 'user-agent': version },
  });
}

async function signInOrOut(request: Request, settings: CallSettings): Promise<ValueMap> {
  const url = gatewayOf(endpointUrlOf(request.connection));
  const { login, logout } = await import('../login/login.ts');
  return request.command.operation === 'Login'
    ? login(request, url, settings)
    : logout(request.connection, url, settings);
}

function endpointUrlOf({ endpointUrl }: Connection): string {
  if (endpointUrl !== null) return endpointUrl;
  throw new ConfigurationError(
    'The URL of the gateway is not known. Give it with --endpoint-url or in the environment variable POD_IDENTITY_ENDPOINT_URL.',
  );
}

/**
 * The order of credentials, as docs/command.md lists it. An explicit profile comes before all that
 * is only there.
 */
function authenticationOf(connection: Connection, settings: CallSettings): Authentication {
  const { token, tokenFile, signRequest, profile, region, gatewayRegion } = connection;
  if (token !== null) return bearer(token);
  if (tokenFile !== null) return bearer(() => readTokenFile(tokenFile));
  if (!signRequest) return anonymous;
  const login = profile === null ? loginToken(gatewayOf(endpointUrlOf(connection)), connection, settings) : null;
  if (login !== null) return bearer(login);
  const { environment } = settings;
  const signingRegion = gatewayRegion ?? region;
  const credentials = async () => {
    const { credentialProvider } = await import('./aws-credentials.ts');
    return credentialProvider({ profile, environment, region: signingRegion })();
  };
  return sigV4({ credentials, region: signingRegion ?? undefined });
}

/** The error of the command for an error of the client; other errors unchanged. */
function commandError(operation: string, error: unknown): unknown {
  if (error instanceof GatewayError) return gatewayFailure(operation, error);
  if (error instanceof UnsentError) return new GeneralError(error.message);
  if (error instanceof RegionMissingError) {
    return new ConfigurationError('You must specify a region: with --region or --gateway-region, or in AWS_REGION.');
  }
  if (!(error instanceof LostAnswerError)) return error;
  const { clientRequestToken, cause } = error;
  const reason = cause instanceof Error ? cause.message : error.message;
  if (clientRequestToken === null) return new GeneralError(reason);
  return new GeneralError(
    `${reason} The change may be done: run the same command again with --client-request-token ${clientRequestToken}`,
  );
}
