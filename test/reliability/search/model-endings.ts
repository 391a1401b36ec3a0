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
}

/**
 * The reference model of endings: which ending each success set, as the scenario requested it, and what EKS shows. It checks every delete at an ending,
 * and at rest that endings were carried out. It uses the gateway's types but none of its code.
 */
export function makeEndingModel(
  clock: Pick<ScenarioClock, 'now' | 'gateway' | 'eks'>,
  model: Pick<Model, 'operations' | 'written'>,
  world: Pick<World, 'versionOf' | 'isAdopted' | 'isRequested'>,
  { isUncovered }: Pick<InProgressModel, 'isUncovered'>,
  broken: (rule: string) => void,
) {
  /** The endings that operations name, by operation id; those that name none are absent. */
  const named = new Map<string, string | null>();
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
    const earliest = Math.min(clock.now(), clock.gateway(), clock.eks());
    if (earliest <= Date.parse(ending.expiresAt)) broken(`${what}, although a clock still shows an earlier time`);
    const open = model.operations().filter(({ id, closed }) => !closed && id !== operationId && !isUncovered(id));
    for (const { id } of open) broken(`${what}, while ${id} is in progress`);
  }

  return {
    /** A commit became durable, with what its request says of the ending; undefined: nothing. */
    committed(by: Attempt, added: readonly AuditEntry[]): void {
      for (const entry of added) {
        const { event, operationId, associationArn, fence } = entry;
        if (event === 'INTENT' && by.isExpireRun) begins(by, entry);
        const isAtOnce = event === 'SUCCEEDED' && !by.isExpireRun && by.identity !== null && !named.has(operationId);
        if ((event === 'INTENT' || isAtOnce) && by.ending !== undefined) named.set(operationId, by.ending);
        if (event !== 'SUCCEEDED' || fence === null || associationArn === null) continue;
        const id = associationArn.slice(associationArn.lastIndexOf('/') + 1);
        const expiresAt = named.get(operationId);
        if (expiresAt !== undefined) endings.set(id, { expiresAt, setBy: operationId });
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
