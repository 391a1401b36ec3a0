import type { ChangeBounds, ChangeResult, Eks, EksError, RejectedOutcome } from '../../../src/eks/eks.ts';
import { maxTags, operationTagKey } from '../../../src/model/association.ts';
import type { Association, AssociationTarget, CreateRequest, UpdateRequest } from '../../../src/model/association.ts';
import type { ChangeKind } from '../facts.ts';
import { createStates } from './states.ts';

/** What goes wrong with one request for a change. */
export type ChangeFault =
  /** EKS does it, and the answer is lost. */
  | { readonly kind: 'lost' }
  /** The caller gets no answer; the request reaches EKS `onWayMs` later, and is done `takesMs` after that. */
  | { readonly kind: 'later'; readonly onWayMs: number; readonly takesMs: number }
  /** As `later`, but EKS does it past every allowance: what is promised of that is less. */
  | { readonly kind: 'too-late' }
  /** It never reaches EKS, and the caller can't know. */
  | { readonly kind: 'cut' }
  /** A server error, and nothing is done. */
  | { readonly kind: 'server-error' }
  /** The change certainly has no effect. */
  | { readonly kind: 'rejected'; readonly outcome: RejectedOutcome };

/** A change that EKS made. */
export interface Applied {
  readonly kind: ChangeKind;
  /** Null where an outsider did it. */
  readonly operationId: string | null;
  /** As it is now; after a delete, as it was. */
  readonly association: Association;
  readonly isTooLate: boolean;
}

/** How this EKS behaves all through a story. */
export interface EksHabits {
  /** How far its clock is ahead of the gateway's. */
  readonly skewMs: number;
  /** How long reads show what was before a change. */
  readonly lagMs: number;
}

/** Who sends a request: which fault its next change meets, and whether its reads fail. */
export interface Sender {
  readonly takeFault: () => ChangeFault | null;
  readonly cannotRead: () => boolean;
  /** Told of each change that is sent, before anything comes of it. */
  readonly onSent: (kind: ChangeKind, operationId: string, associationId: string | null) => void;
}

export type MemoryEks = ReturnType<typeof createEks>;

/** By AWS Signature Version 4. */
const signatureWindowMs = 300_000;

/** Far past the time from which nothing is to be expected any more. */
const tooLateMs = 600_000;

/**
 * EKS in memory, as strict and as loose as AWS describes it: one association for a service account, ids that are not used
 * again, stale signatures refused, reads that lag, requests that take effect after their sender gave up. `clock` is the
 * gateway's, in milliseconds since the epoch; who moves it runs what is `due`.
 */
export function createEks(clock: () => number, habits: EksHabits, onApplied: (applied: Applied) => void) {
  const due: { readonly at: number; readonly run: () => void }[] = [];
  let count = 0;
  let lastStamp = 0;
  const now = () => clock() + habits.skewMs;
  const { held, put, shown } = createStates(now, habits.lagMs);
  /** No two changes have the same time. */
  const stamp = () => new Date((lastStamp = Math.max(now(), lastStamp + 1))).toISOString();
  const later = (ms: number, run: () => void) => {
    due.push({ at: clock() + ms, run });
    due.sort((one, other) => one.at - other.at);
  };
  const of =
    ({ namespace, serviceAccount }: AssociationTarget) =>
    (one: Association) =>
      one.namespace === namespace && one.serviceAccount === serviceAccount;
  const holderOf = (target: AssociationTarget) => [...held.values()].find(of(target));

  function create(request: CreateRequest, operationId: string | null, isTooLate = false): ChangeResult {
    const holder = holderOf(request);
    if (holder) return { kind: 'in-use', associationId: holder.associationId, error: error('ResourceInUse') };
    const associationId = `a-${String(++count).padStart(17, '0')}`;
    const { accountId, region, clusterName } = request;
    const own =
      operationId === null || request.tags.length >= maxTags ? [] : [{ key: operationTagKey, value: operationId }];
    const at = stamp();
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
    return done({ kind: 'create', operationId, association, isTooLate });
  }

  function update(
    id: string,
    changes: UpdateRequest['changes'],
    operationId: string | null,
    isTooLate = false,
  ): ChangeResult {
    const there = held.get(id);
    if (!there) return { kind: 'not-found', error: error('NotFound') };
    const association = { ...there, ...changes, modifiedAt: stamp() };
    put(id, association);
    return done({ kind: 'update', operationId, association, isTooLate });
  }

  function remove(id: string, operationId: string | null, isTooLate = false): ChangeResult {
    const there = held.get(id);
    if (!there) return { kind: 'not-found', error: error('NotFound') };
    put(id, null);
    return done({ kind: 'delete', operationId, association: there, isTooLate });
  }

  function done(applied: Applied): ChangeResult {
    onApplied(applied);
    return { kind: 'done', association: applied.association, requestId: null };
  }

  function change(
    sender: Sender,
    kind: ChangeKind,
    associationId: string | null,
    bounds: ChangeBounds,
    apply: (isTooLate?: boolean) => ChangeResult,
  ) {
    sender.onSent(kind, bounds.operationId, associationId);
    const isStale = () => Math.abs(now() - bounds.signingDate) > signatureWindowMs;
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

  /** EKS, as one sender reaches it. */
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
    describe: async (associationId) => {
      if (sender.cannotRead()) return { kind: 'failed', error: error('InternalServerError') };
      const association = shown().get(associationId);
      return association ? { kind: 'found', association } : { kind: 'absent' };
    },
    list: async (target) => {
      if (sender.cannotRead()) return { kind: 'failed', error: error('InternalServerError') };
      const those = [...shown().values()].filter(of(target));
      return { kind: 'listed', associationIds: those.map(({ associationId }) => associationId) };
    },
    page: () => Promise.reject(new Error('No operation that changes anything asks for pages.')),
  });

  return {
    eksFor,
    /** What somebody does directly at EKS. */
    outsider: {
      create: (request: CreateRequest) => create(request, null),
      update: (id: string, roleArn: string) => update(id, { roleArn }, null),
      remove: (id: string) => remove(id, null),
    },
    associations: (): readonly Association[] => [...held.values()],
    due,
  };
}

function error(exception: string): EksError {
  return { exception, message: `${exception}, by the story.`, requestId: null };
}

const staleSignature: ChangeResult = {
  kind: 'rejected',
  outcome: 'GATEWAY_ACCESS_DENIED',
  error: error('InvalidSignatureException'),
};
const noAnswer: ChangeResult = { kind: 'unknown', error: error('TimeoutError') };
