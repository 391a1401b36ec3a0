import { CommandError, GatewayError, LostAnswerError, RegionMissingError, UnsentError } from 'pod-identity-command';
import { empty, unknown } from './answer.ts';
import type { Answer } from './answer.ts';

/**
 * The answer to a call that failed. A change that was sent may be done: only its repetition tells.
 *
 * @param change its token, and whether an attempt before the last one may have been sent
 */
export function failed(error: unknown, change?: { readonly token: string; readonly wasSent: boolean }): Answer {
  const { code, message, retryable = false, requestId = null } = described(error);
  const problem = { code, message, retryable, requestId, findings: [] };
  const known = failures.get(code) ?? (retryable ? 'Call again later with the same arguments.' : null);
  if (change === undefined) return { ...empty, status: 'FAILED', error: problem, next: known };
  const request = { clientRequestToken: change.token, operationId: null, auditEntryId: null, replayed: false };
  const repeat = 'Call the same tool again with the same arguments and this clientRequestToken.';
  const next =
    change.wasSent || mayBeSent(error) ? [unknown, failures.get(code), repeat].filter(Boolean).join(' ') : known;
  return { ...empty, status: 'FAILED', error: problem, request, next };
}

/**
 * Whether the gateway may have begun a change: not where a setting was missing, or where it
 * rejected the request as a whole.
 */
function mayBeSent(error: unknown): boolean {
  if (error instanceof GatewayError) return error.retryable || error.status < 400 || error.status >= 500;
  return !(error instanceof CommandError || error instanceof RegionMissingError || error instanceof UnsentError);
}

const signIn =
  'The token of the person is missing, expired or not accepted. Ask the person to sign in (pod-identity login) or to renew the token of this server, and call again.';
const configure =
  'A setting of this server is missing or not valid: tell the person error.message. Once it is corrected, call again.';
const failures: ReadonlyMap<string, string> = new Map([
  ['UNAUTHENTICATED', signIn],
  ['Configuration', configure],
  ['GeneralError', configure],
  ['ParamValidation', configure],
  [
    'FORBIDDEN',
    'The person may not read this. Tell them so; list_clusters and list_namespaces show what they may read.',
  ],
]);

interface Described {
  readonly code: string;
  readonly message: string;
  readonly retryable?: boolean;
  readonly requestId?: string | null;
}

function described(error: unknown): Described {
  if (error instanceof GatewayError || error instanceof CommandError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof LostAnswerError) return { code: 'NO_ANSWER', message, retryable: true };
  if (error instanceof UnsentError) return { code: 'NOT_SENT', message, retryable: true };
  if (error instanceof RegionMissingError) return { code: 'Configuration', message };
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return {
      code: 'TIME_LIMIT',
      message: 'The gateway did not answer within the time limit of this server.',
      retryable: true,
    };
  }
  return { code: 'INTERNAL_ERROR', message };
}
