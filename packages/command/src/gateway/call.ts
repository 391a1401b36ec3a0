import { ConfigurationError, GeneralError, InterruptedError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import type { ValueMap } from '../aws/value.ts';
import { anonymous, bearer, sigV4 } from '../../../client/src/client/auth.ts';
import type { Authentication } from '../../../client/src/client/auth.ts';
import type { ApprovalStatus } from '../../../client/src/client/approval.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { makeGatewayClient } from '../../../client/src/client/client.ts';
import type { AwsCredentials } from '../../../client/src/client/sign.ts';
import { gatewayOf } from '../../../client/src/client/transport.ts';
import { GatewayError, LostAnswerError, RegionMissingError, UnsentError } from '../../../client/src/client/errors.ts';
import type { MutationResult, Refusal } from '../../../client/src/client/result.ts';
import type { Retry } from '../../../client/src/client/retry.ts';
import type { CallSettings, Host, Request } from '../host.ts';
import { associationAnswer } from './answers.ts';
import { bearerToken } from './bearer-token.ts';
import { coverageLines } from './coverage.ts';
import { debugging } from './debug.ts';
import { ensureAnswer, ensureInProgress, ensures } from './ensure.ts';
import { gatewayFailure, inProgressError, refusalError } from './failures.ts';
import { makeFetch } from './http.ts';
import { adviceOf } from './advice.ts';
import { approvalTeller } from './approvals.ts';
import { makeLinkOf } from './page-url.ts';
import type { LinkOf } from './page-url.ts';
import { withWholeId } from './short-ids.ts';
import { changeOf, optionsToRepeat } from './change.ts';
import { mutations, queries } from './operations.ts';

/** Time for the retries of a request, in milliseconds. */
const limitMs = 60_000;
const defaultSessionLimitMs = 600_000;

/**
 * The `call` of a host: sends the requests of one command to the gateway, and says on standard
 * error what people should know.
 */
export function makeCall(settings: CallSettings): Host['call'] {
  let created: GatewayClient | null = null;
  const sending = { isSent: false, onConnected: (): void => undefined };
  const said = new Set<string>();
  return async ({ input, ...given }) => {
    const { operation } = given.command;
    if (operation === 'Login' || operation === 'Logout') return signInOrOut({ input, ...given }, settings);
    const gatewayUrl = () => gatewayOf(endpointUrlOf(given.connection));
    const bearer = () => bearerToken(given.connection, settings, gatewayUrl);
    if (operation === 'AuthToken') {
      const { accessToken } = await import('../login/status.ts');
      return { accessToken: await accessToken({ bearer: bearer(), settings }) };
    }
    const { waitMs } = given;
    const retryMs = Math.max(limitMs, waitMs ?? 0);
    const client = (created ??= clientOf(given.connection, retryMs, settings, () => {
      sending.isSent = true;
      sending.onConnected();
    }));
    const { region } = given.connection;
    const request = { ...given, input: { ...(region !== null && operation !== 'Viewer' && { region }), ...input } };
    const say = (line: string) => settings.writeError(`${line}\n`);
    const onRetry = ({ attempt, delayMs, reason }: Retry) =>
      say(`Attempt ${attempt} in ${(delayMs / 1_000).toFixed(1)} s: ${reason}`);
    const options = { signal: settings.signal, onRetry };
    try {
      if (operation === 'AuthStatus') {
        const { authStatus } = await import('../login/status.ts');
        const subject = { gatewayUrl: gatewayUrl(), connection: given.connection, bearer: bearer(), settings };
        return await authStatus(client, subject, options);
      }
      const { prompter = null } = settings;
      const whole = { ...request, input: await withWholeId(client, request, { say, prompter }, options) };
      const desired = ensures[operation];
      if (desired) return await ensure(client, desired, whole, options, say);
      const query = queries[operation];
      if (!query) return await change(client, whole, options, { say, sending });
      const answer = await query(client, whole, options);
      for (const line of coverageLines(answer, input.asOf !== undefined)) {
        if (!said.has(line)) say(line);
        said.add(line);
      }
      return answer;
    } catch (error) {
      throw error instanceof InterruptedError ? interrupted(operation, sending) : commandError(operation, error);
    }
  };
}

function interrupted(operation: string, { isSent }: { readonly isSent: boolean }): InterruptedError {
  const isChange = operation in mutations || operation in ensures || ['Approve', 'Reject'].includes(operation);
  if (!isChange) return new InterruptedError('Interrupted.');
  return new InterruptedError(
    `Interrupted. ${isSent ? 'A change that was sent may still be made.' : 'Nothing was sent.'}`,
  );
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
  const linkOf = makeLinkOf(client, options);
  const teller = approvalTeller(say, linkOf);
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
  if (result.kind === 'refused') throw refusalError(operation, result, await linkToApproval(result.refusal, linkOf));
  if (result.kind === 'inProgress') throw inProgressError(result);
  for (const line of adviceOf(result)) say(line);
  return { association: associationAnswer(result.association) };
}

/** Makes a desired state. A lost answer needs no token: the same command reads again what there is. */
async function ensure(
  client: GatewayClient,
  send: (typeof ensures)[string],
  { command: { operation }, input, waitMs }: Request,
  options: CallOptions,
  say: (line: string) => void,
): Promise<ValueMap> {
  const linkOf = makeLinkOf(client, options);
  const waitForApproval =
    waitMs === null ? undefined : { maxElapsedMs: waitMs, onApproval: approvalTeller(say, linkOf) };
  const result = await send(client, input, { ...options, waitForApproval });
  if (result.kind === 'refused') {
    const untokened = { ...result, clientRequestToken: null };
    throw refusalError(operation, untokened, await linkToApproval(result.refusal, linkOf));
  }
  if (result.kind === 'inProgress') throw ensureInProgress(result);
  for (const { message, advice } of result.warnings) say(`${message} ${advice}`);
  if (!result.isSettled) say('Something still differs: run the same command again.');
  return ensureAnswer(result);
}

/** The link to the approval that a refused request waits for; null without one. */
async function linkToApproval(refusal: Refusal, linkOf: LinkOf): Promise<string | null> {
  if (refusal.__typename !== 'ApprovalRequired' || !refusal.retryable || refusal.approval === null) return null;
  return linkOf(refusal.approval.id);
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
  if (request.command.operation === 'Login') return (await import('../login/login.ts')).login(request, url, settings);
  return (await import('../login/logout.ts')).logout(request.connection, url, settings);
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
  const { signRequest, profile, region, gatewayRegion } = connection;
  const found = bearerToken(connection, settings, () => gatewayOf(endpointUrlOf(connection)));
  if (found !== null) return bearer(found.token);
  if (!signRequest) return anonymous;
  const { environment } = settings;
  const signingRegion = gatewayRegion ?? region ?? undefined;
  let provide: (() => Promise<AwsCredentials>) | null = null;
  const credentials = async () => {
    const { credentialProvider } = await import('./credentials/credentials.ts');
    const { regionOf } = await import('../../../client/src/client/sign.ts');
    const url = new URL(gatewayOf(endpointUrlOf(connection)));
    const checkRegion = () => regionOf(url, signingRegion);
    provide ??= credentialProvider({ profile, environment, region: region ?? gatewayRegion, checkRegion });
    return provide();
  };
  return sigV4({ credentials, region: signingRegion });
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
