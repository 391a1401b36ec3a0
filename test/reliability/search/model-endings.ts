import type { StateChange } from '../../../src/ledger/association-state.ts';
import type { DeleteRequest } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Applied } from './eks-behaviour.ts';
import type { Model } from './model.ts';
import type { InProgressModel } from './model-in-progress.ts';
import type { Attempt } from './model-state.ts';
import type { World } from './observation-checks.ts';
import type { ScenarioClock } from './scenario-clock.ts';

/** The reference model of the endings of a scenario. */
export type EndingModel = ReturnType<typeof makeEndingModel>;

/** When an association ends, as the last success said that named it, and the operation of that. */
interface Ending {
  /** RFC 3339, UTC; null: it was cleared. */
  readonly expiresAt: string | null;
  readonly setBy: string;
  /** The principal of the request. */
  readonly setter: string | null;
}

/**
 * The reference model of endings: which ending each success set, as the scenario requested it, and what EKS shows. It checks every delete at an ending,
 * and at rest that endings were carried out. It uses the gateway's types but none of its code.
 */
export function makeEndingModel(
  clock: Pick<ScenarioClock, 'now' | 'gateway' | 'secondGateway' | 'eks'>,
  model: Pick<Model, 'operations' | 'written'>,
  world: Pick<World, 'versionOf' | 'isAdopted' | 'isRequested'>,
  { isUncovered }: Pick<InProgressModel, 'isUncovered'>,
  broken: (rule: string) => void,
) {
  /** The endings that operations name, by operation id; those that name none are absent. */
  const named = new Map<string, Omit<Ending, 'setBy'>>();
  /** By id of the association. */
  const endings = new Map<string, Ending>();
  const ended = new Set<string>();
  const warned = new Set<string>();
  const warnings: AuditEntry[] = [];

  /** A delete at an ending begins. */
  function begins(by: Attempt, { operationId, request }: AuditEntry): void {
    const { associationId, ending } = request as DeleteRequest;
    const what = `${by.name} began to end ${associationId} at ${ending?.expiresAt} of ${ending?.setBy}`;
    const set = endings.get(associationId);
    if (!ending || set?.expiresAt !== ending.expiresAt || set.setBy !== ending.setBy) {
      broken(`${what}, but the last success says ${set ? `${set.expiresAt} of ${set.setBy}` : 'nothing'}`);
      return;
    }
    const earliest = Math.min(clock.now(), clock.gateway(), clock.secondGateway(), clock.eks());
    if (earliest <= Date.parse(ending.expiresAt)) broken(`${what}, although a clock still shows an earlier time`);
    const open = model.operations().filter(({ id, closed }) => !closed && id !== operationId && !isUncovered(id));
    for (const { id } of open) broken(`${what}, while ${id} is in progress`);
  }

  /**
   * A request that sets an ending begins, or the create that adopts an association succeeds. An ending that is earlier than the last one, or the first, is
   * a delete, which its policies permit, or permit once it is approved.
   */
  function sets(by: Attempt, { operationId }: AuditEntry, associationId: string, isApproved: boolean): void {
    const before = endings.get(associationId)?.expiresAt ?? null;
    if (typeof by.ending !== 'string' || (before !== null && by.ending >= before)) return;
    const what = `${operationId} of ${by.name} ends ${associationId} at ${by.ending} (before: ${before})`;
    if (by.deletes === 'forbidden') broken(`${what}, although policy forbids deletes`);
    if (by.deletes === 'held' && !isApproved) broken(`${what} without the approval of a delete`);
  }

  return {
    /** A commit became durable, with what its request says of the ending; undefined: nothing. */
    committed(by: Attempt, added: readonly AuditEntry[]): void {
      for (const entry of added) {
        const { event, operationId, associationArn, fence } = entry;
        if (event === 'INTENT' && by.isExpireRun) begins(by, entry);
        const isAtOnce = event === 'SUCCEEDED' && !by.isExpireRun && by.identity !== null && !named.has(operationId);
        if ((event === 'INTENT' || isAtOnce) && by.ending !== undefined) {
          const isApproved = added.some((one) => one.event === 'APPROVAL_USED');
          if (entry.before) sets(by, entry, entry.before.associationId, isApproved);
          named.set(operationId, { expiresAt: by.ending, setter: by.identity?.split(' ')[0] ?? null });
        }
        if (event !== 'SUCCEEDED' || fence === null || associationArn === null) continue;
        const id = associationArn.slice(associationArn.lastIndexOf('/') + 1);
        const set = named.get(operationId);
        if (entry.operation === 'CREATE_POD_IDENTITY_ASSOCIATION' && entry.before) sets(by, entry, id, false);
        if (set) endings.set(id, { ...set, setBy: operationId });
        if (entry.actor === null || !(entry.request as DeleteRequest).ending) continue;
        if (ended.has(id)) broken(`${operationId} ended ${id} a second time`);
        ended.add(id);
      }
    },
    /** A delete at an ending was sent: the version that the last describe showed must be one that the gateway made or adopted. */
    sent(by: Attempt, associationId: string | null): void {
      if (!by.isExpireRun || associationId === null) return;
      const version = { associationId, modifiedAt: by.seen ?? '' };
      const change = world.versionOf(version);
      const isForeign = change?.operationId === null && !world.isAdopted(version) && !world.isRequested(change);
      if (!change || isForeign)
        broken(`${by.name} ends ${associationId}, although its describe showed a change of others`);
    },
    /** A run wrote the state of a service account. */
    wrote(by: Attempt, { ending, observed, confirmed }: StateChange, entry: AuditEntry | null): void {
      if (ending === undefined || observed || confirmed) broken(`${by.name} wrote more than the ending`);
      if (!entry) return;
      warnings.push(entry);
      const about = `${ending?.associationId} at ${ending?.expiresAt} of ${ending?.setBy}`;
      if (entry.event !== 'EXPIRY_WARNED' || warned.has(about)) broken(`${by.name} wrote ${entry.event} of ${about}`);
      warned.add(about);
    },
    /** Who set the ending of an association last, or without an id that of any; null if nobody did. */
    setterOf: (associationId: string | null): string | null =>
      (associationId === null ? [...endings.values()].at(-1) : endings.get(associationId))?.setter ?? null,
    /** All entries of warnings. */
    entries: (): readonly AuditEntry[] => warnings,
    /** Whether any success set an ending. */
    areUsed: () => endings.size > 0,
    /** Checks, after runs long after every ending, that what only the gateway changed is gone. */
    atRest(changes: readonly Applied[]): void {
      const last = changes.at(-1);
      if (!last || last.kind === 'delete' || changes.some(({ isTooLate }) => isTooLate)) return;
      const { associationId } = last.association;
      const ending = endings.get(associationId);
      // What EKS refused for certain waits for people.
      const isRefused = model
        .operations()
        .some(
          ({ closed }) => closed?.actor && closed.event === 'REFUSED' && closed.associationArn?.endsWith(associationId),
        );
      const isOwn = changes.every((one) => one.association.associationId !== associationId || one.operationId !== null);
      if (isOwn && !isRefused && ending && ending.expiresAt !== null)
        broken(`${associationId} is there, but ${ending.setBy} said that it ends at ${ending.expiresAt}`);
    },
  };
}
