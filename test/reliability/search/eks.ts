import type { ChangeBounds, ChangeResult, Eks, EksError } from '../../../src/eks/eks.ts';
import { maxTags, operationTagKey } from '../../../src/model/association.ts';
import type {
  Association,
  AssociationTarget,
  CreateRequest,
  Tag,
  UpdateRequest,
} from '../../../src/model/association.ts';
import { namedTags } from '../../../src/model/operation.ts';
import { changedTags } from '../../../src/model/tags.ts';
import type { NamedTags } from '../../../src/model/tags.ts';
import type { ChangeKind } from '../facts.ts';
import type { Applied, EksBehaviour, Sender } from './eks-behaviour.ts';
import type { DueEffect, ScenarioClock } from './scenario-clock.ts';
import { makeStates } from './states.ts';

/** The simulated EKS of a scenario. */
export type MemoryEks = ReturnType<typeof makeEks>;

/** As in AWS Signature Version 4. */
const signatureWindowMs = 300_000;

/** Far later than any operation stays in doubt. */
const tooLateMs = 600_000;

/**
 * EKS in memory, as AWS documents it: one association per service account, ids that are never reused, rejected stale
 * signatures, reads that lag, and requests that take effect after their sender gave up. Whoever advances the clock runs the
 * entries of `due`.
 */
export function makeEks(
  clock: Pick<ScenarioClock, 'now' | 'eks'>,
  { lagMs, lagging }: Pick<EksBehaviour, 'lagMs' | 'lagging'>,
  onApplied: (applied: Applied) => void,
) {
  const due: DueEffect[] = [];
  let count = 0;
  let lastStamp = 0;
  let reads = 0;
  let requests = 0;
  const { current, put, shownAfter } = makeStates(clock.now);
  const shown = () => shownAfter(lagging[reads++ % lagging.length] ? lagMs : 0);
  /** No two changes have the same timestamp, and a later change has a later one. */
  const stamp = () => (lastStamp = Math.max(clock.eks(), lastStamp + 1));
  const later = (ms: number, run: () => void) => {
    due.push({ at: clock.now() + ms, run });
    due.sort((one, other) => one.at - other.at);
  };
  const of =
    ({ namespace, serviceAccount }: AssociationTarget) =>
    (one: Association) =>
      one.namespace === namespace && one.serviceAccount === serviceAccount;
  const holderOf = (target: AssociationTarget) => [...current.values()].find(of(target));

  function create(request: CreateRequest, operationId: string | null, isTooLate = false): ChangeResult {
    const holder = holderOf(request);
    if (holder) return { kind: 'in-use', associationId: holder.associationId, error: error('ResourceInUse') };
    const associationId = `a-${String(++count).padStart(17, '0')}`;
    const { accountId, region, clusterName } = request;
    const own =
      operationId === null || request.tags.length >= maxTags ? [] : [{ key: operationTagKey, value: operationId }];
    const modifiedAt = stamp();
    const at = new Date(modifiedAt).toISOString();
    const association: Association = {
      ...request,
      associationId,
      associationArn: `arn:aws:eks:${region}:${accountId}:podidentityassociation/${clusterName}/${associationId}`,
      tags: [...request.tags, ...own],
      createdAt: at,
      modifiedAt: at,
      ownerArn: null,
      externalId: null,
    };
    put(associationId, association);
    return done({ kind: 'create', operationId, association, modifiedAt, isTooLate });
  }

  function update(
    id: string,
    changes: UpdateRequest['changes'],
    operationId: string | null,
    isTooLate = false,
  ): ChangeResult {
    const there = current.get(id);
    if (!there) return { kind: 'not-found', error: error('NotFound') };
    const modifiedAt = stamp();
    const association = { ...there, ...changes, modifiedAt: new Date(modifiedAt).toISOString() };
    put(id, association);
    return done({ kind: 'update', operationId, association, modifiedAt, isTooLate });
  }

  function changeTags(
    kind: 'tag' | 'untag',
    id: string,
    named: NamedTags,
    operationId: string | null,
    isTooLate = false,
  ): ChangeResult {
    const there = current.get(id);
    if (!there) return { kind: 'not-found', error: error('NotFound') };
    // EKS does not move modifiedAt.
    const association = { ...there, tags: changedTags(there.tags, named) };
    put(id, association);
    return done({ kind, operationId, association, modifiedAt: Date.parse(there.modifiedAt), isTooLate });
  }

  function remove(id: string, operationId: string | null, isTooLate = false): ChangeResult {
    const there = current.get(id);
    if (!there) return { kind: 'not-found', error: error('NotFound') };
    put(id, null);
    return done({ kind: 'delete', operationId, association: there, modifiedAt: stamp(), isTooLate });
  }

  function done(applied: Applied): ChangeResult {
    onApplied(applied);
    return { kind: 'done', association: applied.association, requestId: `request-${(requests += 1)}` };
  }

  function change(
    sender: Sender,
    kind: ChangeKind,
    associationId: string | null,
    bounds: ChangeBounds,
    apply: (isTooLate?: boolean) => ChangeResult,
  ): ChangeResult {
    if (sender.isRoleMissing())
      return { kind: 'rejected', outcome: 'CREDENTIALS_DENIED', error: error('AccessDenied') };
    sender.onSent(kind, bounds.operationId, associationId);
    const isStale = () => Math.abs(clock.eks() - bounds.signingDate) > signatureWindowMs;
    const fault = sender.takeFault();
    switch (fault?.kind) {
      case undefined:
        return isStale() ? staleSignature : apply();
      case 'lost':
        if (!isStale()) apply();
        return noAnswer;
      case 'later':
        later(fault.onWayMs, () => {
          if (!isStale()) later(fault.takesMs, apply);
        });
        return noAnswer;
      case 'too-late':
        if (!isStale()) later(tooLateMs, () => apply(true));
        return noAnswer;
      case 'cut':
      case 'server-error':
        return noAnswer;
      case 'rejected':
        return { ...fault, error: error(fault.outcome) };
    }
  }

  /** The EKS port of one sender. */
  const eksFor = (sender: Sender): Eks => ({
    create: async (call) =>
      change(sender, 'create', null, call, (late) => create(call.request, call.operationId, late)),
    update: async ({ request, ...bounds }) =>
      change(sender, 'update', request.associationId, bounds, (late) =>
        update(request.associationId, request.changes, bounds.operationId, late),
      ),
    delete: async ({ request, ...bounds }) =>
      change(sender, 'delete', request.associationId, bounds, (late) =>
        remove(request.associationId, bounds.operationId, late),
      ),
    tag: async ({ request, before: _, ...bounds }) =>
      change(sender, 'tag', request.associationId, bounds, (late) =>
        changeTags(
          'tag',
          request.associationId,
          namedTags.TAG_POD_IDENTITY_ASSOCIATION(request),
          bounds.operationId,
          late,
        ),
      ),
    untag: async ({ request, before: _, ...bounds }) =>
      change(sender, 'untag', request.associationId, bounds, (late) =>
        changeTags(
          'untag',
          request.associationId,
          namedTags.UNTAG_POD_IDENTITY_ASSOCIATION(request),
          bounds.operationId,
          late,
        ),
      ),
    describe: async (associationId) => {
      const failed = unreadable(sender);
      if (failed) return failed;
      const association = shown().get(associationId);
      return association ? { kind: 'found', association } : { kind: 'absent' };
    },
    list: async (target) => {
      const failed = unreadable(sender);
      if (failed) return failed;
      const matching = [...shown().values()].filter(of(target));
      return { kind: 'listed', associationIds: matching.map(({ associationId }) => associationId) };
    },
    page: async () => unreadable(sender) ?? { kind: 'page', summaries: [...shown().values()], nextToken: null },
    describeCluster: async () => unreadable(sender) ?? { kind: 'found', status: 'ACTIVE', hasAutoMode: true },
    callerAccount: async () => unreadable(sender) ?? { kind: 'found', accountId: '111122223333' },
    describeAddon: async () => unreadable(sender) ?? { kind: 'absent' },
    readRole: async () =>
      unreadable(sender) ?? { kind: 'found', trustPolicy: null, tags: [], permissionsBoundary: null },
  });

  return {
    eksFor,
    /** Changes outside the gateway. */
    outsider: {
      create: (request: CreateRequest) => create(request, null),
      update: (id: string, roleArn: string) => update(id, { roleArn }, null),
      remove: (id: string) => remove(id, null),
      tag: (id: string, { key, value }: Tag) => changeTags('tag', id, [{ key, requested: value }], null),
      untag: (id: string, key: string) => changeTags('untag', id, [{ key, requested: null }], null),
    },
    associations: (): readonly Association[] => [...current.values()],
    due,
  };
}

function unreadable(sender: Sender): { readonly kind: 'failed'; readonly error: EksError } | null {
  if (sender.isRoleMissing()) return { kind: 'failed', error: error('AccessDenied') };
  return sender.cannotRead() ? { kind: 'failed', error: error('InternalServerError') } : null;
}

function error(exception: string): EksError {
  return { exception, message: `${exception}, injected by the scenario.`, requestId: null };
}

const staleSignature: ChangeResult = {
  kind: 'rejected',
  outcome: 'GATEWAY_ACCESS_DENIED',
  error: error('InvalidSignatureException'),
};
const noAnswer: ChangeResult = { kind: 'unknown', error: error('TimeoutError') };
