import { EksReadFailed } from '../../eks/eks.ts';
import type { ChangeResult } from '../../eks/eks.ts';
import { notDone } from '../../idempotency/conclusion.ts';
import type { Conclusion } from '../../idempotency/conclusion.ts';
import { UnsupportedFormat } from '../../ledger/format.ts';
import { LedgerUnavailable } from '../../ledger/ledger.ts';
import { validateCreate } from '../../validation/create.ts';
import { effectDeadline } from '../terms/admission.ts';
import { asksToAdopt, adoptOrRefuse } from './adopt-existing.ts';
import { concludedByEks, done, found, rejected } from '../terms/conclusions.ts';
import { notVisible } from '../terms/conflict-conclusions.ts';
import { adoptedState, createDifferences } from '../terms/differences.ts';
import { findCreated } from '../terms/find-created.ts';
import { concludedAs, concludedFrom, interpret, observe, ownershipOf } from './observe.ts';
import { warningsAfterCreate } from '../terms/advice.ts';
import type { AdoptionPorts, ChangePorts, ChangingOperation, EffectInput, PerformInput } from '../terms/operation.ts';

type Kind = 'CREATE_POD_IDENTITY_ASSOCIATION';

/**
 * `createPodIdentityAssociation`. The association's ownership tag proves later which operation
 * created it.
 */
export const createOperation: ChangingOperation<Kind> = {
  kind: 'CREATE_POD_IDENTITY_ASSOCIATION',
  field: 'createPodIdentityAssociation',
  action: 'CreatePodIdentityAssociation',
  activity: 'Create',
  validate: validateCreate,
  loadTarget: (_, { request }) => Promise.resolve({ kind: 'loaded', target: request, before: null, isCurrent: true }),
  authorizationRequest: (request) => ({ action: 'CreatePodIdentityAssociation', association: request }),
  checkPrecondition: () => null,
  foresee: async (ports, mutation) => {
    const { request } = mutation;
    const observation = await observe(ports.eksFor(request), request, { deadline: effectDeadline(mutation) });
    switch (observation.kind) {
      case 'failed':
        throw new EksReadFailed(observation.error);
      case 'cluster-not-found':
        return rejected('CLUSTER_NOT_FOUND', observation.error);
      case 'nothing':
        return null;
      case 'association':
        return adoptOrRefuse(ports, mutation, observation.association, null);
    }
  },
  effect: {
    kind: 'change',
    perform: async (ports, input) => {
      const result = await createWithRoleRetry(ports, input);
      if (result.kind === 'done') return done(result, 'EKS created the association.');
      if (result.kind === 'in-use') return handleConflict(ports, input, result);
      if (result.kind === 'not-found') return rejected('CLUSTER_NOT_FOUND', result.error);
      return concludedByEks(result);
    },
    observe: async ({ ledger, clock, times }, { eks, request, record, deadline }) => {
      const observedAt = clock();
      const observation = await observe(eks, request, { deadline });
      const seen = interpret(observation, record, request, observedAt, times.clockErrorMs);
      if (seen.kind === 'own' || seen.kind === 'inconclusive') return concludedAs(concludedFrom(seen, request));
      // Its own association may have been there, and have been replaced or deleted through the
      // gateway since.
      const created = await findCreated(ledger, record, request);
      if (created) return concludedAs(found(created, createdEarlier));
      if (seen.kind === 'absent') return { kind: 'not-done', association: null };
      // The next request with the token decides whether it may be adopted: the reconciler has no
      // authority for that.
      const isForNextRequest = seen.kind === 'foreign' && asksToAdopt(request, seen.association);
      return isForNextRequest
        ? { kind: 'not-done', association: seen.association }
        : concludedAs(concludedFrom(seen, request));
    },
  },
  differences: createDifferences,
  expectedState: (request, adopted) => (adopted ? adoptedState(adopted) : { settings: request, tags: request.tags }),
  needsAgent: true,
  warningsAfter: warningsAfterCreate,
  summarize: (request) => ({
    associationId: null,
    settings: request,
    tags: request.tags,
    changes: [],
    expiresAt: request.expiresAt ?? null,
    ifExists: request.ifExists ?? null,
    expectedRevision: request.expectedRevision ?? null,
    expectedModifiedAt: null,
  }),
};

const createdEarlier = 'This request created the association; another operation has changed or deleted it since.';

/** First pause before a create is sent again; each further one is twice as long. Milliseconds. */
const firstWaitMs = 500;

/**
 * Sends the create. Retries only while EKS answers, for certain, that it does not know the role,
 * since a new role takes seconds to propagate. Each attempt is signed with the date on which the
 * operation began.
 */
async function createWithRoleRetry(
  { clock, sleep, times }: ChangePorts,
  { eks, request, record, principalId, deadline }: EffectInput<Kind>,
): Promise<ChangeResult> {
  const { operationId, startedAt: signingDate } = record;
  const lastRetryAt = Math.min(clock() + times.roleRetryMs, deadline);
  for (let waitMs = firstWaitMs; ; waitMs *= 2) {
    const result = await eks.create({ request, operationId, principalId, signingDate, deadline });
    const isRoleUnknown = result.kind === 'rejected' && result.outcome === 'ROLE_NOT_FOUND';
    if (!isRoleUnknown || clock() + waitMs > lastRetryAt) return result;
    await sleep(waitMs);
  }
}

/**
 * EKS answered 409: this operation created nothing, but the existing association can be an earlier
 * one's of the same token.
 */
async function handleConflict(
  ports: AdoptionPorts,
  { eks, request, record, deadline, valid }: PerformInput<Kind>,
  { associationId, error }: Extract<ChangeResult, { kind: 'in-use' }>,
): Promise<Conclusion> {
  const observation = await observe(eks, request, { deadline }, associationId);
  if (observation.kind !== 'association') return notVisible(error);
  const mayBeOwn = record.inDoubtOperationIds.length > 0;
  const ownership = ownershipOf(observation.association, record, request, mayBeOwn);
  if (ownership.kind !== 'foreign') return concludedFrom(ownership, request, error.requestId);
  try {
    return await adoptOrRefuse(ports, valid, ownership.association, error.requestId);
  } catch (failure) {
    // Nothing was created. Whether it may be adopted, the next request with the token finds out.
    if (failure instanceof LedgerUnavailable || failure instanceof UnsupportedFormat) return notDone;
    throw failure;
  }
}
