import type { StateChange } from '../../../src/ledger/state-store.ts';
import type { CreateRequest, DeleteRequest, UpdateRequest } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Applied } from './eks-behaviour.ts';
import type { Model } from './model.ts';
import type { InProgressModel } from './model-in-progress.ts';
import type { Attempt } from './model-state.ts';
import type { World } from './observation-checks.ts';
import type { ScenarioClock } from './scenario-clock.ts';

/** The reference model of the expiries of a scenario. */
export type ExpiryModel = ReturnType<typeof makeExpiryModel>;

/** When an association ends, as the last success said that named it, and the operation of that. */
interface Expiry {
  /** RFC 3339, UTC; null: it was cleared. */
  readonly expiresAt: string | null;
  readonly setBy: string;
  /** The principal of the request. */
  readonly setter: string | null;
}

/**
 * The reference model of expiries: which expiry each success set, as the scenario requested it, and what EKS shows. It checks every delete at an expiry,
 * and at rest that expiries were carried out. It uses the gateway's types but none of its code.
 */
export function makeExpiryModel(
  clock: Pick<ScenarioClock, 'now' | 'gateway' | 'secondGateway' | 'eks'>,
  model: Pick<Model, 'operations' | 'written'>,
  world: Pick<World, 'versionOf' | 'isAdopted' | 'isRequested'>,
  { isUncovered }: Pick<InProgressModel, 'isUncovered'>,
  broken: (rule: string) => void,
) {
  /** The expiries that operations name, by operation id; those that name none are absent. */
  const named = new Map<string, Omit<Expiry, 'setBy'>>();
  /** By id of the association. */
  const expiries = new Map<string, Expiry>();
  const ended = new Set<string>();
  const warned = new Set<string>();
  const warnings: AuditEntry[] = [];

  /** A delete at an expiry begins. */
  function begins(by: Attempt, { operationId, request }: AuditEntry): void {
    const { associationId, ending: expiry } = request as DeleteRequest;
    const what = `${by.name} began to end ${associationId} at ${expiry?.expiresAt} of ${expiry?.setBy}`;
    const set = expiries.get(associationId);
    if (!expiry || set?.expiresAt !== expiry.expiresAt || set.setBy !== expiry.setBy) {
      broken(`${what}, but the last success says ${set ? `${set.expiresAt} of ${set.setBy}` : 'nothing'}`);
      return;
    }
    const earliest = Math.min(clock.now(), clock.gateway(), clock.secondGateway(), clock.eks());
    if (earliest <= Date.parse(expiry.expiresAt)) broken(`${what}, although a clock still shows an earlier time`);
    const open = model.operations().filter(({ id, closed }) => !closed && id !== operationId && !isUncovered(id));
    for (const { id } of open) broken(`${what}, while ${id} is in progress`);
  }

  /**
   * A request that sets an expiry begins, or the create that adopts an association succeeds. An expiry that is earlier than the last one, or the first, is
   * a delete, which its policies permit, or permit once it is approved.
   */
  function sets(by: Attempt, entry: AuditEntry, associationId: string, isApproved: boolean): void {
    const { operationId } = entry;
    const before = expiries.get(associationId)?.expiresAt ?? null;
    const expiry = namedBy(by, entry);
    if (typeof expiry !== 'string' || (before !== null && expiry >= before)) return;
    const what = `${operationId} of ${by.name} ends ${associationId} at ${expiry} (before: ${before})`;
    if (by.deletes === 'forbidden') broken(`${what}, although policy forbids deletes`);
    if (by.deletes === 'held' && !isApproved) broken(`${what} without the approval of a delete`);
  }

  /** The expiry that a change names: that of its request, or of the desired state, but only of a change that it needs. */
  function namedBy(by: Attempt, { request, operationId }: AuditEntry): string | null | undefined {
    if (!by.identity?.includes(' ensure ')) return by.expiry;
    const { expiresAt } = request as Partial<CreateRequest & UpdateRequest>;
    if (expiresAt !== undefined && expiresAt !== by.expiry)
      broken(`${operationId} of ${by.name} names the expiry ${expiresAt}, but ${by.expiry} is desired`);
    return expiresAt;
  }

  return {
    /** A commit became durable, with what its request says of the expiry; undefined: nothing. */
    committed(by: Attempt, added: readonly AuditEntry[]): void {
      for (const entry of added) {
        const { event, operationId, associationArn, fence } = entry;
        if (event === 'INTENT' && by.isExpireRun) begins(by, entry);
        const isAtOnce = event === 'SUCCEEDED' && !by.isExpireRun && by.identity !== null && !named.has(operationId);
        const expiry = event === 'INTENT' || isAtOnce ? namedBy(by, entry) : undefined;
        if (expiry !== undefined) {
          const isApproved = added.some((one) => one.event === 'APPROVAL_USED');
          if (entry.before) sets(by, entry, entry.before.associationId, isApproved);
          named.set(operationId, { expiresAt: expiry, setter: by.identity?.split(' ')[0] ?? null });
        }
        if (event !== 'SUCCEEDED' || fence === null || associationArn === null) continue;
        const id = associationArn.slice(associationArn.lastIndexOf('/') + 1);
        const set = named.get(operationId);
        if (entry.operation === 'CREATE_POD_IDENTITY_ASSOCIATION' && entry.before) sets(by, entry, id, false);
        if (set) expiries.set(id, { ...set, setBy: operationId });
        if (entry.actor === null || !(entry.request as DeleteRequest).ending) continue;
        if (ended.has(id)) broken(`${operationId} ended ${id} a second time`);
        ended.add(id);
      }
    },
    /** A delete at an expiry was sent: the version that the last describe showed must be one that the gateway made or adopted. */
    sent(by: Attempt, associationId: string | null): void {
      if (!by.isExpireRun || associationId === null) return;
      const version = { associationId, modifiedAt: by.seen ?? '' };
      const change = world.versionOf(version);
      const isForeign = change?.operationId === null && !world.isAdopted(version) && !world.isRequested(change);
      if (!change || isForeign)
        broken(`${by.name} ends ${associationId}, although its describe showed a change of others`);
    },
    /** A run wrote the state of a service account. */
    wrote(by: Attempt, { expiry, observed, confirmed }: StateChange, entry: AuditEntry | null): void {
      if (expiry === undefined || observed || confirmed) broken(`${by.name} wrote more than the expiry`);
      if (!entry) return;
      warnings.push(entry);
      const about = `${expiry?.associationId} at ${expiry?.expiresAt} of ${expiry?.setBy}`;
      if (entry.event !== 'EXPIRY_WARNED' || warned.has(about)) broken(`${by.name} wrote ${entry.event} of ${about}`);
      warned.add(about);
    },
    /** Who set the expiry of an association last, or without an id that of any; null if nobody did. */
    setterOf: (associationId: string | null): string | null =>
      (associationId === null ? [...expiries.values()].at(-1) : expiries.get(associationId))?.setter ?? null,
    /** All entries of warnings. */
    entries: (): readonly AuditEntry[] => warnings,
    /** Whether any success set an expiry. */
    areUsed: () => expiries.size > 0,
    /** Checks, after runs long after every expiry, that what only the gateway changed is gone. */
    atRest(changes: readonly Applied[]): void {
      const last = changes.at(-1);
      if (!last || last.kind === 'delete' || changes.some(({ isTooLate }) => isTooLate)) return;
      const { associationId } = last.association;
      const expiry = expiries.get(associationId);
      // What EKS refused for certain waits for people.
      const isRefused = model
        .operations()
        .some(
          ({ closed }) => closed?.actor && closed.event === 'REFUSED' && closed.associationArn?.endsWith(associationId),
        );
      const isOwn = changes.every((one) => one.association.associationId !== associationId || one.operationId !== null);
      if (isOwn && !isRefused && expiry && expiry.expiresAt !== null)
        broken(`${associationId} is there, but ${expiry.setBy} said that it ends at ${expiry.expiresAt}`);
    },
  };
}
