import type { RecordedResult } from '../../../src/ledger/ledger.ts';
import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { makeEffects } from './effects.ts';
import type { Answered, Attempt, Operation, TokenLifetime } from './model-state.ts';

/*
 * The rules of the reference model for the outcome of operations. Each check returns its violations, one sentence each.
 */

type Effects = ReturnType<typeof makeEffects>;

/** Longest read lag at EKS, and longest distance of the gateway's clock from the true time. Milliseconds. */
const [maxLagMs, maxSkewMs] = [30_000, 15_000];

/**
 * An operation that closes as not done had no effect, or it created an association that was deleted outside before the gateway
 * observed it.
 */
export function closingViolations(
  effects: Effects,
  { id, kind, lifetime, applied }: Operation,
  { event, refusalCode }: AuditEntry,
): string[] {
  if (event === 'SUCCEEDED' || !applied || applied.isTooLate) return [];
  if (event === 'REFUSED' && refusalCode === 'OUTCOME_UNDETERMINED') return [];
  const { associationId, tags } = applied.association;
  const isUnseen = kind === 'create' && effects.isDeletedOutside(associationId);
  // Without the tag, the create is not recognized after others changed or deleted the association.
  const noRoom = kind === 'create' && tags.length >= 50 && effects.isChanged(associationId);
  if (isUnseen || noRoom) return [];
  return [`${id} of ${lifetime.identity} was ${event} ${refusalCode ?? ''}, but EKS applied it`];
}

/** A create that adopts an association: policy permitted its principal to adopt this state, which equals the request, and it made no other. */
export function adoptionViolations(
  by: Attempt,
  operation: Operation | undefined,
  { operationId: id, request }: AuditEntry,
  { modifiedAt, roleArn }: Association,
): string[] {
  return [
    ...(by.identity === null ? [`the reconciler adopted an association for ${id}`] : []),
    ...(by.identity?.startsWith('bob ') ? [`${by.name} may not adopt, but ${id} adopted an association`] : []),
    ...(by.judged === modifiedAt ? [] : [`${id} adopted another state of the association than policy judged`]),
    ...(by.lock === 'none' ? [] : [`${id} adopted an association, but the read of the locks is ${by.lock}`]),
    ...(operation?.applied && !operation.applied.isTooLate ? [`${id} adopted an association, but created one`] : []),
    ...(request && 'roleArn' in request && request.roleArn === roleArn ? [] : [`${id} adopted a role of others`]),
  ];
}

/** The final answer of a record, as text. */
export function finalAnswerOf({ association, refusal }: RecordedResult): string {
  return association ? `SUCCEEDED ${association.associationId}` : `REFUSED ${refusal?.code}`;
}

/** A token has one final answer, and what that answer says about EKS is true. */
export function finalAnswerViolations(
  effects: Effects,
  { identity, operations, begunAt, record, final }: TokenLifetime,
  { association, refusal, isAdopted }: RecordedResult,
): string[] {
  const violations = final === null ? [] : [`${identity} already had the final answer ${final}`];
  const ids = operations.map(({ id }) => id);
  const { kind, isAtOnce = false } = operations.at(-1) ?? {};
  if (association) {
    const { associationId: id, roleArn } = association;
    // It had this role when the request read it, or as long before as reads lag.
    const wasThere = effects.wasSet(id, roleArn, begunAt - maxLagMs - maxSkewMs, begunAt - maxLagMs - maxSkewMs);
    const isOwn = ids.includes(effects.creatorOf(id));
    const isTrue = {
      create: isAdopted ? wasThere && !isOwn : isOwn,
      update: isAtOnce
        ? wasThere
        : effects.wasSet(id, roleArn, begunAt - maxSkewMs, record.inDoubtUntil - maxLagMs - maxSkewMs),
      delete: effects.isDeleted(id),
      adopt: wasThere,
      tag: effects.wasTagged(association, begunAt - maxSkewMs),
      untag: effects.wasTagged(association, begunAt - maxSkewMs),
    };
    if (kind && !isTrue[kind]) violations.push(`${identity} was told that the ${kind} of ${id} is done, but it is not`);
  }
  const existing = refusal && 'existing' in refusal ? refusal.existing : null;
  const isOwn = existing !== null && ids.includes(effects.creatorOf(existing.associationId));
  // With 50 tags the creator is unknown once somebody changed the association.
  if (refusal?.code === 'ASSOCIATION_ALREADY_EXISTS' && isOwn && existing.tags.length < 50)
    violations.push(`${identity} was told that ${existing.associationId} belongs to another operation, but created it`);
  return violations;
}

/** An answer belongs to the requesting principal and agrees with policy and with the token's final answer. */
export function answerViolations(
  by: Attempt,
  { status, association, refusal, auditEntry: { event } }: Answered,
  lifetime: TokenLifetime | undefined,
  isOver: (lifetime: TokenLifetime) => boolean,
): string[] {
  const violations: string[] = [];
  if (lifetime && lifetime.identity !== by.identity)
    violations.push(`${by.identity} got the answer of ${lifetime.identity}`);
  if (by.isDenied !== (event === 'DENIED'))
    violations.push(`${by.name} was ${by.isDenied ? 'denied' : 'allowed'}, but answered ${event}`);
  if (by.isDenied) return violations;
  const answer = status === 'SUCCEEDED' ? `SUCCEEDED ${association?.associationId}` : `${status} ${refusal?.code}`;
  const isFinal =
    status === 'SUCCEEDED' || (status === 'REFUSED' && lifetime && event !== 'RELEASED' && event !== 'TOKEN_REUSED');
  if (event === 'TOKEN_REUSED' && lifetime?.input === by.input)
    violations.push(`${by.name} repeated its request, but was answered ${event}`);
  if (isFinal && lifetime?.final !== answer)
    violations.push(`${by.name} was answered ${answer}, but the token's final answer is ${lifetime?.final}`);
  const before = by.finalBefore;
  if (before && !isOver(before) && before.final !== answer)
    violations.push(`${by.name} was answered ${answer}, but the token's final answer was ${before.final}`);
  return violations;
}

/** After reconciliation every operation is closed, and every association has a matching SUCCEEDED entry. */
export function restViolations(
  effects: Effects,
  operations: ReadonlyMap<string, Operation>,
  associations: readonly Association[],
): string[] {
  const open = [...operations.values()].filter(({ closed }) => !closed);
  return [
    ...open.map(({ id, lifetime }) => `${id} of ${lifetime.identity} was never closed`),
    ...associations.flatMap(({ associationId }) =>
      creatorViolations(associationId, operations.get(effects.creatorOf(associationId))),
    ),
  ];
}

function creatorViolations(associationId: string, creator: Operation | undefined): string[] {
  if (!creator || creator.applied?.isTooLate) return [];
  const { id, closed, applied } = creator;
  const noRoom = closed?.event === 'REFUSED' && (applied?.association.tags.length ?? 0) >= 50;
  if (closed?.event !== 'SUCCEEDED') {
    if (noRoom) return [];
    return [`EKS has ${associationId}, but its operation ${id} is ${closed?.event} in the audit trail`];
  }
  if (closed.associationArn?.endsWith(associationId)) return [];
  return [`per the audit trail ${id} created another association than ${associationId}`];
}
