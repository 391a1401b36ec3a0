import { isDeepStrictEqual } from 'node:util';
import { noFilters } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { maxTags, operationIdOf } from '../../../src/model/association.ts';
import type { Association, AssociationTarget } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { CallerAnswer, ChangeKind, EksChange, Facts, TrailEntry } from '../facts.ts';
import { violations } from '../invariants.ts';
import type { Applied } from './eks-behaviour.ts';
import type { Model } from './model.ts';
import { home } from './home.ts';

/** The recorder of a scenario. */
export type Recorder = ReturnType<typeof createRecorder>;

/** More audit entries than a scenario can have. */
const allEntries = 1_000;

/**
 * Records a scenario from outside. At its end the ledger must hold exactly what it reported as written, and the
 * guarantees must hold, by the same checks as for a gateway that is observed over the network.
 */
export function createRecorder(clock: () => number) {
  const changes: EksChange[] = [];
  const applied = new Map<string, Applied>();
  /**
   * Fewer guarantees apply: an effect was undone outside the gateway, came later than every allowance, or can't be
   * attributed.
   */
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
    /** An expired token may have another effect. */
    expired(): void {
      isLimited = true;
    },
    /** The violations, one sentence each. */
    async atRest(
      clusterName: string,
      ledger: Ledger,
      model: Model,
      associations: readonly Association[],
      answers: readonly CallerAnswer[],
    ): Promise<string[]> {
      const partition = { kind: 'cluster', ...home, clusterName } as const;
      const changesOf = await ledger.readTrail({ partition, ...noFilters, limit: allEntries, before: null });
      const operationIds = new Set(model.written().map(({ operationId }) => operationId));
      const byOperation = await Promise.all([...operationIds].map((id) => ledger.operationEntries(id)));
      const stored = byOperation.flat();
      const entries = stored.filter(({ target }) => target !== null);
      const records = await Promise.all(model.records().map(({ idempotencyKey }) => ledger.getRecord(idempotencyKey)));
      const written = model.written();
      const ofLeaseHolders = written.filter(({ target, fence }) => target !== null && fence !== null);
      const isComplete =
        isDeepStrictEqual(idsOf(stored), idsOf(written)) &&
        isDeepStrictEqual(idsOf(changesOf.entries), idsOf(ofLeaseHolders));
      const ledgerViolations = [
        ...(isComplete ? [] : ['the audit trail differs from what was written']),
        ...(isDeepStrictEqual(records, model.records()) ? [] : ['the records differ from what was written']),
      ];
      if (isLimited) return ledgerViolations;
      // A refusal before the token is claimed is not final: the same request may succeed later.
      const isClaimed = ({ operationId }: CallerAnswer) =>
        entries.some((entry) => entry.operationId === operationId && entry.event === 'INTENT');
      const facts: Facts = {
        changes: changes.map((change) => ({ ...change, applied: applied.has(change.operationId ?? '') })),
        associations: associations.map((one) => ({
          ...one,
          serviceAccount: named(one),
          operationId: operationIdOf(one),
        })),
        entries: entries.map(entryFact),
        records: model.records(),
        answers: answers.filter((answer) => answer.event !== 'REFUSED' || isClaimed(answer)),
        changedOutside: [],
        reconciled: true,
      };
      return [...ledgerViolations, ...violations(facts).map(({ invariant, what }) => `${invariant}: ${what}`)];
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
  const settings = request && 'changes' in request ? request.changes : request;
  return {
    ...entry,
    time: Date.parse(time),
    kind: operation.startsWith('CREATE') ? 'create' : operation.startsWith('UPDATE') ? 'update' : 'delete',
    principal: principal.id,
    clientRequestToken: reason,
    serviceAccount: target && named(target),
    roleArn: settings && 'roleArn' in settings ? (settings.roleArn ?? null) : null,
  };
}
