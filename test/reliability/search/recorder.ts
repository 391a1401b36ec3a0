import { isDeepStrictEqual } from 'node:util';
import { noFilters } from '../../../src/ledger/ledger.ts';
import type { Expectation, IdempotencyRecord, Ledger } from '../../../src/ledger/ledger.ts';
import { maxTags } from '../../../src/model/association.ts';
import type { Association } from '../../../src/model/association.ts';
import { isErased } from '../../../src/model/audit.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { CallerAnswer, ChangeKind, EksChange, Facts, LockedTime, OutsideChange } from '../facts.ts';
import { violations } from '../invariants.ts';
import type { Applied } from './eks-behaviour.ts';
import { associationFact, entryFact } from './facts-of.ts';
import type { Attempt } from './model-state.ts';
import { home } from './home.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import { makeTokenNames } from './tokens.ts';

/** The recorder of a scenario. */
export type Recorder = ReturnType<typeof makeRecorder>;

/** More audit entries than a scenario can have. */
const allEntries = 1_000;

/** Between two events of the same millisecond. */
const tickMs = 0.001;

/**
 * Records a scenario from outside, in the order in which things happen. At its end the ledger must hold exactly what it reported
 * as written, and the guarantees must hold, by the same checks as for a gateway that is observed over the network.
 */
export function makeRecorder(clock: Pick<ScenarioClock, 'now' | 'latest'>, lagMs: number) {
  const changes: Omit<EksChange, 'effect'>[] = [];
  /** By request id. */
  const applied = new Map<string, Pick<EksChange, 'effect' | 'associationId'>>();
  const outside: OutsideChange[] = [];
  const locks: LockedTime[] = [];
  const scanned: number[] = [];
  const writtenAt = new Map<string, number>();
  const erased = new Set<string>();
  const tokens = makeTokenNames();
  /** Fewer guarantees apply: an effect came later than every allowance, or it can't be attributed. */
  let isLimited = false;
  let last = 0;
  /** A time of its own for each event: true time, in milliseconds since the epoch. */
  const tick = () => (last = Math.max(clock.now(), last + tickMs));
  const lift = () => {
    const lock = locks.pop();
    if (lock) locks.push({ ...lock, until: Math.min(lock.until, tick()) });
  };

  return {
    tick,
    sent(kind: ChangeKind, operationId: string, associationId: string | null): void {
      const requestId = `request ${changes.length + 1}`;
      changes.push({ requestId, kind, time: tick(), serviceAccount: null, associationId, operationId });
    },
    applied({ kind, operationId, association, modifiedAt, isTooLate }: Applied): void {
      const { associationId, roleArn, tags } = association;
      const at = tick();
      const effect = { at, visibleAt: at + lagMs, modifiedAt };
      if (isTooLate || (kind === 'create' && operationId !== null && tags.length >= maxTags)) isLimited = true;
      const change = operationId === null ? null : appliedRequest(changes, operationId, new Set(applied.keys()));
      if (change !== null) applied.set(change.requestId, { effect, associationId });
      else outside.push({ ...effect, kind, associationId, roleArn: kind === 'delete' ? null : roleArn });
    },
    committed(by: Attempt, expected: Expectation, record: IdempotencyRecord, entries: readonly AuditEntry[]): void {
      // A withdrawal has no reason of its own.
      const token = entries[0]?.reason ?? by.identity?.split(' ')[2] ?? '';
      tokens.wrote(by.identity, token, expected, record);
      const at = tick();
      for (const { entryId } of entries) writtenAt.set(entryId, at);
    },
    /** A scan recorded a change that others made. */
    scanned(): void {
      scanned.push(tick());
    },
    appended({ entryId }: AuditEntry): void {
      writtenAt.set(entryId, tick());
    },
    /** The personal data of an entry were erased. */
    erased(entryId: string): void {
      erased.add(entryId);
    },
    locked(isSet: boolean): void {
      lift();
      if (isSet) locks.push({ from: tick(), until: Infinity });
    },
    /** The name of the token of an answer at this moment. */
    nameOf: (operationId: string | null, identity: string, token: string) =>
      tokens.nameOf(operationId, identity, token, clock.latest()),
    /** The violations, one sentence each. */
    async atRest(
      clusterName: string,
      ledger: Ledger,
      {
        entries: written,
        records,
      }: { readonly entries: readonly AuditEntry[]; readonly records: readonly IdempotencyRecord[] },
      associations: readonly Association[],
      answers: readonly CallerAnswer[],
    ): Promise<string[]> {
      const partition = { kind: 'cluster', ...home, clusterName } as const;
      const changesOf = await ledger.readTrail({ partition, ...noFilters, limit: allEntries, before: null });
      const operationIds = new Set(written.map(({ operationId }) => operationId));
      const byOperation = await Promise.all([...operationIds].map((id) => ledger.operationEntries(id)));
      const stored = byOperation.flat();
      // An erased entry lacks the reason, which names the token.
      const whole = new Map(written.map((entry) => [entry.entryId, entry]));
      const entries = stored.filter(isOfMutation).map((entry) => whole.get(entry.entryId) ?? entry);
      const storedRecords = await Promise.all(records.map(({ idempotencyKey }) => ledger.getRecord(idempotencyKey)));
      const ofLeaseHolders = written.filter(({ target, fence }) => target !== null && fence !== null);
      const isComplete =
        isDeepStrictEqual(idsOf(stored), idsOf(written)) &&
        isDeepStrictEqual(idsOf(changesOf.entries), idsOf(ofLeaseHolders));
      const ledgerViolations = [
        ...(isComplete ? [] : ['the audit trail differs from what was written']),
        ...(isDeepStrictEqual(idsOf(stored.filter(isErased)), [...erased].sort())
          ? []
          : ['other entries are erased than were']),
        ...(isDeepStrictEqual(storedRecords, records) ? [] : ['the records differ from what was written']),
      ];
      if (isLimited) return ledgerViolations;
      const facts: Facts = {
        changes: changes.map((change) => ({ ...change, effect: null, ...applied.get(change.requestId) })),
        associations: associations.map(associationFact),
        entries: entries.map((entry) => {
          const fact = entryFact(entry, writtenAt.get(entry.entryId) ?? 0);
          const { operationId, principal, kind, clientRequestToken: token } = fact;
          const name = tokens.nameOf(operationId, `${principal} ${kind} ${token}`, token ?? '', 0);
          return { ...fact, clientRequestToken: name };
        }),
        records,
        answers,
        ...{ outside, locks, scanned },
        reconciled: true,
      };
      return [...ledgerViolations, ...violations(facts).map(({ invariant, what }) => `${invariant}: ${what}`)];
    },
  };
}

/**
 * The request of an operation that EKS applied: the last one that it sent, as those before it were rejected for certain, e.g. for a
 * role that EKS did not know yet; one before it if that has an effect already. Null if the operation sent none.
 */
export function appliedRequest<Change extends { readonly requestId: string; readonly operationId: string | null }>(
  changes: readonly Change[],
  operationId: string,
  withEffect: ReadonlySet<string>,
): Change | null {
  const sent = changes.filter((change) => change.operationId === operationId);
  return sent.findLast(({ requestId }) => !withEffect.has(requestId)) ?? sent.at(-1) ?? null;
}

/** Whether an entry is of a mutation: not of a scan, of an approval, of a vote, of a withdrawal or a warning. */
function isOfMutation({ target, operation, event, approvalKey }: AuditEntry): boolean {
  const others: readonly string[] = ['OBSERVE_ASSOCIATION', 'APPROVE_REQUEST', 'WITHDRAW_APPROVAL'];
  const isOther = others.includes(operation) || approvalKey !== undefined;
  return target !== null && event !== 'EXPIRY_WARNED' && !isOther;
}

function idsOf(entries: readonly AuditEntry[]): string[] {
  return entries.map(({ entryId }) => entryId).sort();
}
