import { GatewayError, LostAnswerError } from '../../client/src/client/errors.ts';
import type { EnsureResult } from '../../client/src/client/ensure.ts';
import type { Association, Refusal } from '../../client/src/client/result.ts';
import type { AssociationStatus } from './binding.ts';
import { KubernetesError } from './kubernetes/api.ts';

/** What came of a request about a service account. */
export interface Outcome extends Omit<AssociationStatus, 'serviceAccount' | 'desired'> {
  /** Milliseconds after which it can be asked again; null: at the next regular time. */
  readonly retryMs: number | null;
  /** Whether nothing new is known: no answer came, or one about the gateway and not about the request. */
  readonly isUnknown: boolean;
  /** As the gateway answered; null without an association. */
  readonly association: Association | null;
}

const ended = ['ApprovalRejected', 'ApprovalExpired', 'ApprovalWithdrawn'];

/** Whether people decided against a request, so that it is not sent again by itself. */
export function isDecided({ state, reason }: Pick<AssociationStatus, 'state' | 'reason'>): boolean {
  return state === 'Stalled' && ended.includes(reason);
}

/** The code of the gateway as the reason of a condition: POLICY_DENIED is PolicyDenied. */
function reasonOf(code: string): string {
  return code
    .toLowerCase()
    .split('_')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('');
}

/**
 * What an answer means.
 *
 * @param linkOf the link to an approval on the page; null without one
 */
export function outcomeOf(result: EnsureResult, linkOf: (approvalId: string) => string | null): Outcome {
  if (result.kind === 'succeeded' && result.isSettled) {
    const message = result.warnings.map((one) => sentences(one.message, one.advice)).join(' ');
    const { association } = result;
    const id = association && { associationId: association.associationId };
    return { ...known, state: 'Bound', reason: 'Bound', message, ...id, association, retryMs: null };
  }
  if (result.kind !== 'refused') {
    const retryMs = result.kind === 'inProgress' ? secondsOf(result) : 0;
    return { ...known, state: 'Progressing', reason: 'InProgress', message: 'The change is in progress.', retryMs };
  }
  const { refusal } = result;
  const approvalId = refusal.__typename === 'ApprovalRequired' ? refusal.approval?.id : undefined;
  const link = approvalId === undefined ? null : linkOf(approvalId);
  const message = sentences(refusalText(refusal), link && `Approval: ${link}`);
  const state = refusal.retryable ? 'Progressing' : 'Stalled';
  const retryMs = refusal.retryable ? secondsOf(result) : null;
  return { ...known, state, reason: reasonOf(refusal.code), message, ...(approvalId && { approvalId }), retryMs };
}

function secondsOf({ retryAfterSeconds }: { readonly retryAfterSeconds: number | null }): number {
  return (retryAfterSeconds ?? 0) * 1_000;
}

const known = { isUnknown: false, association: null } as const;

/** What a person has to know, with the advice of the policies that denied the request. */
function refusalText(refusal: Refusal): string {
  const { message, advice } = refusal;
  if (refusal.__typename === 'PolicyDenied')
    return [message, ...refusal.violations.map((one) => sentences(one.message, one.advice))].join(' ');
  if (refusal.__typename === 'InvalidInput')
    return [message, ...refusal.findings.map((one) => sentences(`${one.path}: ${one.message}`, one.advice))].join(' ');
  if (refusal.__typename === 'ApprovalRequired' && refusal.retryable)
    return [message, ...refusal.needs.map((one) => `${one.message} Approvers: ${one.count} of ${one.group}.`)].join(
      ' ',
    );
  return sentences(message, advice);
}

function sentences(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part).join(' ');
}

/**
 * What a failure means: nothing is known about the request, and it is sent again.
 *
 * @throws the error, if it is neither about the gateway nor about a token
 */
export function failureOf(error: unknown): Outcome {
  const failed = { state: 'Progressing', isUnknown: true, retryMs: 0, association: null } as const;
  if (error instanceof KubernetesError && [403, 404].includes(error.status)) {
    const message = `No token for this namespace: ${error.message}. A namespace opts in by having this service account.`;
    return { ...failed, state: 'Stalled', reason: 'NoToken', message };
  }
  if (error instanceof GatewayError) {
    const { code, message, retryable } = error;
    const state = retryable ? 'Progressing' : 'Stalled';
    return { ...failed, state, reason: reasonOf(code), message, retryMs: secondsOf(error) };
  }
  if (!(error instanceof LostAnswerError)) throw error;
  return { ...failed, reason: 'GatewayUnreachable', message: error.message };
}
