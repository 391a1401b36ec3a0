import type { MutationResult, Refusal } from 'pod-identity-client';
import type * as z from 'zod';
import { plain, plainText } from './plain.ts';

/** Why the gateway refuses a change, with its details by code: violations, findings, needs, approval, … */
interface ShownRefusal {
  readonly code: string;
  readonly message: string;
  readonly advice: string | null;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;
  /** Groups that own the namespace: whom the person can ask. */
  readonly owners?: readonly string[];
  readonly [detail: string]: unknown;
}

/** Why a call has no result. */
interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly requestId: string | null;
  readonly findings: readonly { readonly path: string; readonly message: string }[];
}

/** Of a change: the token to repeat the call with, and where the audit trail has it. */
interface ShownRequest {
  readonly clientRequestToken: string;
  readonly operationId: string | null;
  readonly auditEntryId: string | null;
  readonly replayed: boolean;
}

const statuses = ['OK', 'SUCCEEDED', 'REFUSED', 'APPROVAL_REQUIRED', 'IN_PROGRESS', 'FAILED'] as const;

/** What a tool answers. `status` and `next` are written by this server; all else comes from the gateway. */
export interface Answer {
  readonly status: (typeof statuses)[number];
  /** What to do next. */
  readonly next: string | null;
  readonly refusal: ShownRefusal | null;
  readonly error: ShownError | null;
  readonly request: ShownRequest | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}

const nullable = (type: string) => ({ type: [type, 'null'] });

/**
 * The output schema of a tool: its fields, and the names in its data. Programs put the list of
 * tools before each conversation, so the details that all tools share are in the instructions.
 */
export const answerSchema = (data: readonly string[]) => ({
  type: 'object' as const,
  properties: {
    status: { enum: statuses },
    next: nullable('string'),
    refusal: nullable('object'),
    error: nullable('object'),
    request: nullable('object'),
    data: { ...nullable('object'), required: data },
  },
  required: ['status', 'next', 'refusal', 'error', 'request', 'data'],
});

export const empty = { next: null, refusal: null, error: null, request: null, data: null };

/** The answer of a read. */
export function found(data: Answer['data'], next: string | null = null): Answer {
  return { ...empty, status: 'OK', data, next };
}

/** A refusal with all its details, of which `__typename` says nothing to an agent. */
export function refusalOf({ __typename, ...refusal }: Refusal, retryAfterSeconds: number | null): Answer['refusal'] {
  return { ...refusal, retryAfterSeconds };
}

/** The answer to a change. */
export function changed(token: string, result: MutationResult): Answer {
  const { operationId, auditEntryId, replayed } = result;
  const request = { clientRequestToken: token, operationId, auditEntryId, replayed };
  if (result.kind === 'succeeded') {
    const { association, warnings, adopted } = result;
    return {
      ...empty,
      status: 'SUCCEEDED',
      request,
      data: { association, warnings, adopted },
      next: replayed ? replay : null,
    };
  }
  const wait = result.retryAfterSeconds === null ? '' : ` after ${result.retryAfterSeconds} s`;
  const again = `Call the same tool again${wait} with the same arguments and this clientRequestToken`;
  if (result.kind === 'inProgress') return { ...empty, status: 'IN_PROGRESS', request, next: `${unknown} ${again}.` };
  const refusal = refusalOf(result.refusal, result.retryAfterSeconds);
  if (result.refusal.code === 'APPROVAL_REQUIRED')
    return { ...empty, status: 'APPROVAL_REQUIRED', refusal, request, next: held };
  const next = result.refusal.retryable ? `${again}.` : (advice.get(result.refusal.code) ?? otherAdvice);
  return { ...empty, status: 'REFUSED', refusal, request, next };
}

const replay =
  'This is the recorded answer of an earlier call with this clientRequestToken: nothing was changed now, and the association may have changed since. For a new change, give a new clientRequestToken.';
export const unknown = 'The result is not known yet: the change may be done.';
const held =
  'Nothing was changed. Tell the person the id in refusal.approval and the groups in refusal.needs: a member has to approve, with the page, the bot or the command of the gateway. You cannot. Read get_approval when the person asks; once its state is APPROVED, call the same tool again with the same arguments and this clientRequestToken.';
const otherAdvice =
  'Tell the person refusal.message and refusal.advice. A changed request is a new one, with a new clientRequestToken.';
const advice: ReadonlyMap<string, string> = new Map([
  ['INVALID_INPUT', 'Correct the arguments that refusal.findings names, and call again.'],
  [
    'POLICY_DENIED',
    'Tell the person which policy denied it (refusal.violations), its advice, and the owners to ask. Do not try other arguments to get round the policy.',
  ],
]);

/**
 * The answer to arguments that the tool does not accept. The values are not repeated: they can be
 * of any size.
 */
export function invalid(issues: readonly z.core.$ZodIssue[]): Answer {
  const findings = issues
    .slice(0, 10)
    .map(({ path, message }) => ({ path: plainText(path.join('.'), 100), message: plainText(message, 300) }));
  const error = {
    code: 'INVALID_ARGUMENTS',
    message: 'The arguments are not valid.',
    retryable: false,
    requestId: null,
  };
  const next = 'Correct the arguments that error.findings names, and call again. Nothing was sent to the gateway.';
  return { ...empty, status: 'FAILED', error: { ...error, findings }, next };
}

/**
 * The result of the protocol. Refusals and failures are errors of the tool's execution, as the
 * specification asks for what a model can correct or explain; a change that is held or in progress
 * is not. The text that this server wrote and the JSON, for clients that don't read structured
 * content, are separate.
 */
export function resultOf(answer: Answer) {
  const { status, next, refusal, error } = answer;
  const code = refusal?.code ?? error?.code;
  const summary = [code === undefined ? status : `${status} (${plainText(code, 60)})`, next].filter(Boolean).join('. ');
  const structuredContent: Record<string, unknown> = { ...plain(answer) };
  return {
    content: [summary, JSON.stringify(structuredContent)].map((line) => ({ type: 'text' as const, text: line })),
    structuredContent,
    isError: status === 'REFUSED' || status === 'FAILED',
  };
}
