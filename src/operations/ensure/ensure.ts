import { namedExpiries } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { retryAfterSecondsOf } from '../../model/refusal.ts';
import type { Refusal } from '../../model/refusal.ts';
import type { Warning } from '../../model/warning.ts';
import { dryRun } from '../dry-run.ts';
import { mutate } from '../mutate.ts';
import { operationInProgress } from '../terms/conflict-conclusions.ts';
import type { MutationResult } from '../terms/result.ts';
import { differencesOf } from './pick.ts';
import { plan } from './plan.ts';
import type { Plan } from './plan.ts';
import { isUnmoved } from './read.ts';
import type { EnsureCall, EnsurePorts, EnsureRequest } from './request.ts';
import type { EnsureChange, EnsureCheck, EnsureResult } from './result.ts';

// The flow of a desired state. It is a choice in front of the mutations, not one of them:
//
//   read     read.ts     the state of the service account, then EKS
//   pick     pick.ts     the one change that comes next, or none
//   plan     plan.ts     whose association it is; whether what was read can be relied on
//   send     request.ts  that mutation, under a token derived from what is desired and what was read,
//                        which demands the revision that was read and nothing in progress
//
// Where the state has moved meanwhile, it is read again.

/** How often a desired state is read at most. */
const maxRounds = 3;

/**
 * Makes the next change that a desired state needs, if it needs any. Throws as a mutation does: then
 * nothing was sent to EKS.
 */
export async function ensure(ports: EnsurePorts, call: EnsureCall): Promise<EnsureResult> {
  for (let round = 1; ; round += 1) {
    const next = await plan(ports, call, false);
    const isLast = round >= maxRounds;
    if (next.kind === 'unread') return sentResult(null, next.picked.change, next.request, await send(ports, next));
    if (next.kind === 'nothing') {
      const { read, by } = next;
      const isCertain = read.uncertainty === null && (await isUnmoved(ports, by, read));
      if (isCertain) return settled(next);
      if (isLast || read.uncertainty !== null) return uncertain(next);
    } else {
      const { picked, request, hasObstacle, read } = next;
      const result = await send(ports, next);
      if (hasObstacle || read.hidden || !hasMoved(result)) return sentResult(next, picked.change, request, result);
      if (isLast) return sentResult(next, picked.change, request, again(next, result));
    }
  }
}

/**
 * A dry run of {@link ensure}: of the change that it would make now. Nothing is recorded if it would
 * make none. Throws as a dry run does.
 */
export async function checkEnsure(ports: EnsurePorts, call: EnsureCall): Promise<EnsureCheck> {
  const next = await plan(ports, call, true);
  if (next.kind === 'nothing') {
    const { differences } = next.picked;
    return { change: 'NONE', differences, check: null, warnings: noticesOf(next) };
  }
  const check = await next.request.pass((operation, call) => dryRun(ports, operation, call));
  const { change, differences } = next.picked;
  return { change, differences, check, warnings: [] };
}

function send(ports: EnsurePorts, { request }: Exclude<Plan, Nothing>): Promise<MutationResult> {
  return request.pass((operation, call) => mutate(ports, operation, call));
}

type Nothing = Extract<Plan, { kind: 'nothing' }>;
type Change = Extract<Plan, { kind: 'change' }>;

const noResult = {
  isSettled: false,
  read: null,
  association: null,
  expiresAt: null,
  refusal: null,
  retryAfterSeconds: null,
  clientRequestToken: null,
  notices: [],
  auditEntry: null,
  mutation: null,
} as const;

/** Nothing was to be changed: no entry, and no record. */
function settled(next: Nothing): EnsureResult {
  const { association, expiresAt } = next.read.known;
  const { differences } = next.picked;
  const found = { read: next.by.desired.target, association, expiresAt, differences, notices: noticesOf(next) };
  return { ...noResult, ...found, status: 'SUCCEEDED', change: 'NONE', isSettled: true };
}

/** What was read has nothing to change, and may change yet. */
function uncertain({ by, picked: { differences } }: Nothing): EnsureResult {
  const { target: read } = by.desired;
  const { refusal } = operationInProgress(read);
  const retryAfterSeconds = retryAfterSecondsOf(refusal);
  return { ...noResult, status: 'REFUSED', change: 'NONE', read, differences, refusal, retryAfterSeconds };
}

/** The result of a mutation as that of the desired state. `next` is null if nothing was read. */
function sentResult(
  next: Change | null,
  change: EnsureChange | null,
  { operation }: EnsureRequest,
  result: MutationResult,
): EnsureResult {
  const { status, auditEntry, clientRequestToken } = result;
  const { differences } = next?.picked ?? { differences: [] };
  const refusal = result.refusal && forDesiredState(result.refusal);
  const retryAfterSeconds = refusal?.code === 'OUTCOME_UNDETERMINED' ? retrySeconds : result.retryAfterSeconds;
  const read = next?.by.desired.target ?? null;
  const answer = { status, change, read, differences, refusal, retryAfterSeconds, clientRequestToken, auditEntry };
  const mutation = { operation, result };
  if (next === null || status !== 'SUCCEEDED') return { ...noResult, ...answer, mutation };
  const association = change === 'DELETE' ? null : result.association;
  const named = namedExpiry(next.picked.to);
  const expiresAt = named === undefined ? next.read.known.expiresAt : named;
  const left = differencesOf(next.by.desired.association, { association, expiresAt });
  const after = { association, expiresAt: association && expiresAt, isSettled: left.length === 0 };
  return { ...noResult, ...answer, ...after, mutation };
}

function namedExpiry<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return namedExpiries[operation](request);
}

/** The codes that say that others changed the association since it was read. Nothing was done. */
const moved: readonly string[] = [
  'OPERATION_IN_PROGRESS',
  'ASSOCIATION_CHANGED',
  'ASSOCIATION_NOT_FOUND',
  'ASSOCIATION_ALREADY_EXISTS',
];

function hasMoved({ refusal }: MutationResult): boolean {
  return refusal !== null && moved.includes(refusal.code) && (!refusal.retryable || refusal.code === moved[0]);
}

/** The result of the last round: the same request can succeed later. */
function again({ by }: Change, result: MutationResult): MutationResult {
  const { refusal } = operationInProgress(by.desired.target);
  return { ...result, refusal, retryAfterSeconds: retryAfterSecondsOf(refusal) };
}

/** When a desired state whose change may have been made and replaced is worth sending again. Seconds. */
const retrySeconds = 10;

/**
 * A refusal whose advice is about tokens, as one about a desired state: that has none. One whose change
 * may have been made is no end: what there is now is read by the next request.
 */
function forDesiredState(refusal: Refusal): Refusal {
  const advice = refusal.advice
    ?.replace('; the same clientRequestToken can be used', '')
    .replace('the same clientRequestToken can be used', 'send the desired state again')
    .replace(
      /(use|send the request with) a new clientRequestToken( for another change)?/,
      refusal.code.startsWith('APPROVAL_')
        ? 'send the desired state with another attempt'
        : 'send the desired state again',
    );
  const retryable = refusal.retryable || refusal.code === 'OUTCOME_UNDETERMINED';
  return { ...refusal, retryable, advice: advice ?? null };
}

/** What people should know of an association that is as desired. */
export function noticesOf({ by: { declaration }, read: { known } }: Nothing): readonly Warning[] {
  if (known.association === null || known.isOwn) return [];
  const { associationId } = known.association;
  return [
    {
      code: 'NOT_OWN',
      message: `The association ${associationId} is as desired, but no request of ${JSON.stringify(declaration)} made or changed it last.`,
      advice:
        'Send the desired state with takeOver: true to adopt it; until then, a change of the declaration is refused.',
    },
  ];
}
