import { isDeepStrictEqual } from 'node:util';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { maxTags, operationIdOf } from '../../../src/model/association.ts';
import type { Association, AssociationTarget } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { CallerAnswer, ChangeKind, EksChange, Facts, TrailEntry } from '../facts.ts';
import { violations } from '../invariants.ts';
import type { Applied } from './eks.ts';
import type { Model } from './model.ts';
import { home } from './world.ts';

export type Witness = ReturnType<typeof createWitness>;

/** More entries than a story can have. */
const allEntries = 1_000;

/**
 * Watches a story from outside. At its end, the ledger must hold just what it said that it wrote, and the promises must
 * hold of what was seen, by the same check as of a gateway that is seen over the network.
 */
export function createWitness(clock: () => number) {
  const changes: EksChange[] = [];
  const applied = new Map<string, Applied>();
  /** Something happened of which less is promised: an effect was undone by somebody else, came past all allowances, or can't be told from another's. */
  let isLimited = false;

  return {
    sent(kind: ChangeKind, operationId: string, associationId: string | null): void {
      const requestId = `request ${changes.length + 1}`;
      changes.push({
        requestId,
        kind,
        time: clock(),
        serviceAccount: null,
        associationId,
        operationId,
        applied: false,
      });
    },
    applied(change: Applied): void {
      const { kind, operationId, association, isTooLate } = change;
      const updates = [...applied.values()].filter((other) => other.kind === 'update').length;
      const isUndone = kind === 'delete' || (kind === 'update' && (updates > 0 || operationId === null));
      const hasNoTag = kind === 'create' && association.tags.length >= maxTags && operationId !== null;
      if (isUndone || isTooLate || hasNoTag) isLimited = true;
      if (operationId !== null) applied.set(operationId, change);
    },
    /** After a token has expired, it may have another effect. */
    expired(): void {
      isLimited = true;
    },
    /** What does not hold, a sentence each. */
    async atRest(
      clusterName: string,
      ledger: Ledger,
      model: Model,
      associations: readonly Association[],
      answers: readonly CallerAnswer[],
    ): Promise<string[]> {
      const section = { kind: 'cluster', ...home, clusterName } as const;
      const query = { partition: section, since: null, until: null, events: null, operations: null, before: null };
      const { entries } = await ledger.readTrail({ ...query, limit: allEntries });
      const records = await Promise.all(model.records().map(({ idempotencyKey }) => ledger.getRecord(idempotencyKey)));
      const written = model.written().filter(({ target }) => target !== null);
      const lost = [
        ...(isDeepStrictEqual(idsOf(entries), idsOf(written))
          ? []
          : ['the trail holds other entries than were written']),
        ...(isDeepStrictEqual(records, model.records()) ? [] : ['the ledger holds other records than were written']),
      ];
      if (isLimited) return lost;
      // What is refused before the token is claimed binds nobody: the same request may find what it is about later.
      const isHeld = ({ operationId }: CallerAnswer) =>
        entries.some((entry) => entry.operationId === operationId && entry.event === 'INTENT');
      const facts: Facts = {
        changes: changes.map((change) => ({ ...change, applied: applied.has(change.operationId ?? '') })),
        associations: associations.map((one) => ({
          ...one,
          serviceAccount: named(one),
          operationId: operationIdOf(one),
        })),
        entries: entries.map(entryFact),
        tokens: model.records(),
        answers: answers.filter((answer) => answer.event !== 'REFUSED' || isHeld(answer)),
        touchedByOthers: [],
        settled: true,
      };
      return [...lost, ...violations(facts).map(({ invariant, what }) => `${invariant}: ${what}`)];
    },
  };
}

function idsOf(entries: readonly AuditEntry[]): string[] {
  return entries.map(({ entryId }) => entryId).sort();
}

function named({ clusterName, namespace, serviceAccount }: AssociationTarget): string {
  return `${clusterName}/${namespace}/${serviceAccount}`;
}

function entryFact(entry: AuditEntry): TrailEntry {
  const { operation, principal, reason, target, request, time } = entry;
  const asked = request && 'changes' in request ? request.changes : request;
  return {
    ...entry,
    time: Date.parse(time),
    kind: operation.startsWith('CREATE') ? 'create' : operation.startsWith('UPDATE') ? 'update' : 'delete',
    principal: principal.id,
    clientRequestToken: reason,
    serviceAccount: target && named(target),
    roleArn: asked && 'roleArn' in asked ? (asked.roleArn ?? null) : null,
  };
}
