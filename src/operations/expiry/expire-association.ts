import { createHash } from 'node:crypto';
import { isDenial } from '../../eks/errors.ts';
import type { RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { Times } from '../../idempotency/times.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Association, ClusterRef } from '../../model/association.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
import { gone } from '../terms/conclusions.ts';
import { changedOutside } from '../terms/conflict-conclusions.ts';
import { deleteOperation } from '../kinds/delete.ts';
import { deleteRequestOf, hasDrift, replaceExpiry, suspend } from './due.ts';
import { expireService } from '../terms/expiry-principal.ts';
import type { DueExpiry, ExaminationPorts, KnownExpiry } from './due.ts';
import { answerOf, execute } from '../flow/execute.ts';
import type { ExecutionPorts } from '../flow/execute.ts';

/** What became of a due expiry. */
export type Expired =
  | 'deleted'
  | 'suspended'
  | 'dropped'
  | 'failed'
  /** The account denies the gateway its role, or what it may do with it: people must act first. */
  | 'denied'
  /** The outcome is not known yet, or the next run tries again. */
  | 'open'
  /** Another run did it. */
  | 'waiting';

/** What due expiries are carried out with. */
export interface DeletionPorts extends ExaminationPorts, ExecutionPorts {
  readonly ledger: Ledger;
}

/**
 * Deletes an association at its expiry, through the flow of every delete; its claim demands that
 * expiry and association are unchanged and that no operation is in progress. An association that
 * others changed is not deleted: an entry and the log tell that. One in a cluster that EKS does not
 * find waits until it is certain that the cluster is gone. Throws `LedgerUnavailable`.
 *
 * @param deadline when this must end, in milliseconds since the epoch
 */
export async function expireAssociation(ports: DeletionPorts, known: DueExpiry, deadline: number): Promise<Expired> {
  const { target, state, expiry, confirmed } = known;
  const startedAt = ports.clock();
  const described = await ports.eksFor(target).describe(expiry.associationId, { deadline });
  if (described.kind === 'failed') {
    const { exception } = described.error;
    ports.log('warn', 'The association of an ending could not be read.', { exception, ...target });
    return isDenial(exception) ? 'denied' : 'failed';
  }
  if (described.kind === 'absent' && (await mayComeBack(ports, target, described))) return 'open';
  const current = described.kind === 'found' ? described.association : null;
  // A read that lags behind a change through the gateway: a later one shows that.
  if (current && Date.parse(current.modifiedAt) < Date.parse(confirmed.association.modifiedAt)) return 'open';
  const unmet = obstacleIn(known, current);
  // It was reported when it was suspended.
  if (unmet && current && expiry.suspendedFor === 'CHANGED_OUTSIDE') {
    await suspend(ports, known, 'CHANGED_OUTSIDE');
    return 'suspended';
  }
  const before = current ?? confirmed.association;
  const mutation = mutationOf(ports.times, known, { before, unmet, startedAt, deadline });
  // Policy judged the expiry when it was set: the deletion needs no approval.
  const { status, refusal, replayed } = answerOf(await execute(ports, deleteOperation, mutation, null));
  if (status === 'SUCCEEDED') return replayed ? 'waiting' : 'deleted';
  if (refusal?.code === 'GATEWAY_ACCESS_DENIED') return 'denied';
  if (refusal === null || refusal.retryable) return 'open';
  if (refusal.code === 'ASSOCIATION_NOT_FOUND') {
    await replaceExpiry(ports.observations, state, null);
    return 'dropped';
  }
  await suspend(ports, known, refusal.code === 'ASSOCIATION_CHANGED' ? 'CHANGED_OUTSIDE' : 'REFUSED');
  return 'suspended';
}

/**
 * Whether EKS does not find the cluster either, and it is not certain that it is gone: it may be
 * looked for with a wrong role, and an association without its expiry would be found again.
 */
async function mayComeBack(
  { ledger }: Pick<DeletionPorts, 'ledger'>,
  cluster: ClusterRef,
  { isCluster = false }: { readonly isCluster?: boolean },
): Promise<boolean> {
  const scan = await ledger.getClusterScan(cluster);
  return scan?.gone === undefined && (isCluster || scan?.missing !== undefined);
}

/**
 * Why the association is not the one that ends: it is gone, or differs from what the gateway's
 * operations left.
 */
function obstacleIn({ state, confirmed }: KnownExpiry, current: Association | null): RefusedConclusion | null {
  if (current === null) return gone(confirmed.association);
  return hasDrift(state) || current.modifiedAt !== confirmed.association.modifiedAt ? changedOutside(current) : null;
}

interface Attempt extends Pick<AdmittedMutation, 'unmet' | 'startedAt' | 'deadline'> {
  readonly before: Association;
}

function mutationOf(
  times: Times,
  { context, ...known }: DueExpiry,
  { before, unmet, startedAt, deadline }: Attempt,
): AdmittedMutation<'DELETE_POD_IDENTITY_ASSOCIATION'> {
  const { principal, onBehalfOf, sourceAddress, userAgent, apiRequestId } = context;
  const identity: RequestIdentity = { principal, actor: expireService, sourceAddress, userAgent, apiRequestId };
  return {
    operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
    request: deleteRequestOf(known),
    clientRequestToken: tokenOf(known, unmet && before),
    authorization: { identity, onBehalfOf, hasReason: true, now: startedAt },
    audit: { ...context, before },
    startedAt,
    deadline: Math.min(deadline, startedAt + times.requestMs),
    denial: () => null,
    target: known.target,
    before,
    unmet,
  };
}

/**
 * One for each expiry of each version of the association: whichever run sends it, it has one
 * effect. What keeps it from being deleted is refused with a token of its own (`refusedFor`, what
 * was seen): the refusal is final, but a scan may have taken a change of the gateway for one of
 * others.
 */
function tokenOf({ expiry, confirmed }: KnownExpiry, refusedFor: Association | null): string {
  const { associationArn, modifiedAt } = confirmed.association;
  const seen = refusedFor ? ['refused', refusedFor.modifiedAt] : [];
  const parts = [associationArn, expiry.expiresAt, expiry.setBy, modifiedAt, ...seen];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
