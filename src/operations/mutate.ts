import { randomUUID } from 'node:crypto';
import { auditContextOf } from '../ledger/audit-entry.ts';
import { claim, reclaim } from '../idempotency/claim.ts';
import type { ClaimRequest, Lease } from '../idempotency/claim.ts';
import { closingEntry, complete } from '../idempotency/complete.ts';
import { notDone } from '../idempotency/conclusion.ts';
import type { Conclusion } from '../idempotency/conclusion.ts';
import { fingerprintOf, idempotencyKeyOf } from '../idempotency/record.ts';
import type { AuditContext } from '../model/audit.ts';
import type { Decision } from '../model/decision.ts';
import type { Lock } from '../model/lock.ts';
import { requestedOperation } from '../model/operation.ts';
import type { OperationKind } from '../model/operation.ts';
import { resolveCluster } from '../validation/names.ts';
import type { Dependencies } from './dependencies.ts';
import { effectDeadline } from './operation.ts';
import type {
  Admission,
  AdmittedMutation,
  EffectInput,
  LoadedTarget,
  MutationCall,
  Operation,
  RefusedAdmission,
  ValidRequest,
} from './operation.ts';
import { findLock, lockedRefusal } from './locks.ts';
import { denialOf, invalidRefusal, redactFor } from './refusals.ts';
import { inProgressResult, resultOf } from './result.ts';
import { authorizeWithRoles } from './authorize-with-roles.ts';
import type { MutationResult } from './result.ts';
import { answerContended, answerRefused, answerReplay, answerTokenReused } from './unclaimed.ts';

// The request flow of every mutation, from top to bottom of this file:
//
//   admit ──── validate · load the target · authorize, with facts of roles where policy uses them · check the precondition
//   execute ── check the locks
//              claim    (transaction 1: idempotency record + INTENT)
//              effect   (one EKS call; or observing the effect of an earlier lease holder)
//              record   (transaction 2: idempotency record + outcome)

/**
 * Runs a mutation. Throws `EksReadFailed` where the target can't be read, and `LedgerUnavailable` where nothing can be
 * recorded; in both cases no change was sent to EKS.
 */
export async function mutate<Kind extends OperationKind>(
  deps: Dependencies,
  operation: Operation<Kind>,
  call: MutationCall<Kind>,
): Promise<MutationResult> {
  const admission = await admit(deps, operation, call, { isDryRun: false });
  if (admission.kind === 'refused') {
    return redactFor(deps, admission.authorization, await answerRefused(deps, admission));
  }
  // An approval step belongs here.
  const { mutation } = admission;
  return redactFor(deps, mutation.authorization, await execute(deps, operation, mutation));
}

/**
 * Decides whether a request may be executed: validates it, loads its target, asks policy, and checks its precondition.
 * Writes nothing. A dry run uses no token, so no record of an earlier request answers it. Throws as {@link mutate} does.
 */
export async function admit<Kind extends OperationKind>(
  deps: Dependencies,
  operation: Operation<Kind>,
  { identity, input, deadline }: MutationCall<Kind>,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<Admission<Kind>> {
  const startedAt = deps.clock();
  const validated = operation.validate(input, deps.home);
  const { reason, onBehalfOf } = validated;
  const clientRequestToken = isDryRun ? null : validated.clientRequestToken;
  const authorization = { identity, onBehalfOf, hasReason: reason !== null, now: startedAt };
  const audit: AuditContext = { ...auditContextOf(deps, operation.kind, identity), reason, onBehalfOf };
  const denial = deps.preauthorize(authorization, operation.action, resolveCluster(input, deps.home));
  if (validated.kind === 'invalid') {
    return {
      kind: 'refused',
      request: null,
      outcome: 'INVALID_INPUT',
      refusal: invalidRefusal(validated),
      associationArn: null,
      clientRequestToken,
      authorization,
      audit: { ...audit, ...validated.recorded },
      denial,
    };
  }
  const valid: ValidRequest<Kind> = {
    operation: operation.kind,
    request: validated.request,
    clientRequestToken,
    authorization,
    audit: { ...audit, ...requestedOperation(operation.kind, validated.request) },
    startedAt,
    deadline: Math.min(deadline, startedAt + deps.times.requestMs),
    denial,
  };
  return admitValid(deps, operation, valid);
}

/** {@link admit}, from loading the target on. */
async function admitValid<Kind extends OperationKind>(
  deps: Dependencies,
  operation: Operation<Kind>,
  valid: ValidRequest<Kind>,
): Promise<Admission<Kind>> {
  const loaded = await operation.loadTarget(deps, valid);
  if (loaded.kind === 'refused') return { ...valid, ...loaded.conclusion, kind: 'refused' };
  if (loaded.kind === 'denied') return denied(valid, loaded.decision, valid.audit);

  const decision = await authorizeWithRoles(deps, valid, operation.authorizationRequest(valid.request, loaded));
  const audit = { ...valid.audit, target: targetOf(loaded), before: loaded.before, decision };
  if (!decision.allowed) return denied(valid, decision, audit);

  const unmet = await operation.checkPrecondition(deps, valid, loaded);
  if (unmet) return { ...valid, ...unmet, audit, kind: 'refused' };
  const { target, before } = loaded;
  return { kind: 'admitted', mutation: { ...valid, target, before, audit } };
}

function denied<Kind extends OperationKind>(valid: ValidRequest<Kind>, decision: Decision, audit: AuditContext) {
  const refused = { ...valid, ...denialOf(decision), associationArn: null, kind: 'refused' } as const;
  return { ...refused, audit: { ...audit, decision } };
}

function targetOf({ target }: LoadedTarget): AuditContext['target'] {
  const { accountId, region, clusterName, namespace, serviceAccount } = target;
  return { accountId, region, clusterName, namespace, serviceAccount };
}

/** Executes an admitted mutation: claim, effect, record; or answers from what earlier requests with the token recorded. */
export async function execute<Kind extends OperationKind>(
  deps: Dependencies,
  { effect }: Pick<Operation<Kind>, 'effect'>,
  mutation: AdmittedMutation<Kind>,
): Promise<MutationResult> {
  const { audit, deadline } = mutation;
  const lock = await findLock(deps, mutation);
  const clientRequestToken = mutation.clientRequestToken ?? randomUUID();
  const answer = { audit, clientRequestToken };
  const request = claimRequestOf(mutation, clientRequestToken, lock);
  const perform = (lease: Lease) => effect.perform(deps, effectInput(deps, mutation, lease));
  const record = async (lease: Lease, conclusion: Conclusion) =>
    resultOf(deps, answer, await complete(deps, { audit, deadline }, lease, conclusion), conclusion);

  const claimed = await claim(deps, request);
  switch (claimed.kind) {
    case 'claimed':
      return record(claimed.lease, await perform(claimed.lease));
    case 'taken-over': {
      const { lease } = claimed;
      const conclusion = await effect.observe(deps, effectInput(deps, mutation, lease));
      if (conclusion) return record(lease, conclusion);
      if (lock) return record(lease, notDone);
      // The earlier effect certainly did not happen: only then is the change sent again, as a new operation.
      const closing = closingEntry(deps, audit, lease.record, notDone);
      const next = await reclaim(deps, request, lease.record, closing);
      return next ? record(next, await perform(next)) : inProgressResult(deps, answer, lease);
    }
    case 'locked':
      return answerRefused(deps, refusedByLock(mutation, clientRequestToken, claimed.lock));
    case 'finished':
      return answerReplay(deps, answer, claimed.record);
    case 'contended':
      return answerContended(deps, answer, claimed.record);
    case 'token-reused':
      return answerTokenReused(deps, answer, claimed.record);
  }
}

/** A locked request. Its token is not claimed: after the release of the lock, it can be used. */
function refusedByLock(mutation: AdmittedMutation, clientRequestToken: string, lock: Lock): RefusedAdmission {
  const refusal = lockedRefusal(lock);
  return { ...mutation, kind: 'refused', outcome: 'CHANGES_LOCKED', refusal, associationArn: null, clientRequestToken };
}

function claimRequestOf(mutation: AdmittedMutation, clientRequestToken: string, lock: Lock | null): ClaimRequest {
  const { operation, request, authorization, audit, before, startedAt } = mutation;
  const { identity, onBehalfOf } = authorization;
  return {
    idempotencyKey: idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken }),
    fingerprint: fingerprintOf(request),
    operation,
    startedAt,
    modifiedAtBefore: before?.modifiedAt ?? null,
    audit,
    lock,
    deadline: effectDeadline(mutation),
  };
}

function effectInput<Kind extends OperationKind>(
  deps: Dependencies,
  mutation: AdmittedMutation<Kind>,
  { record }: Lease,
): EffectInput<Kind> {
  const { request, target, before, authorization } = mutation;
  const principalId = authorization.identity.principal.id;
  return { eks: deps.eksFor(target), request, record, principalId, before, deadline: effectDeadline(mutation) };
}
