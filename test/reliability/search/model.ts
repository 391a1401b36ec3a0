import type { Expectation, IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { ChangeKind } from '../facts.ts';
import { makeEffects } from './effects.ts';
import type { Applied } from './eks-behaviour.ts';
import { kindOf } from './facts-of.ts';
import {
  adoptionViolations,
  answerViolations,
  closingViolations,
  finalAnswerOf,
  finalAnswerViolations,
  restViolations,
} from './model-checks.ts';
import type { Answered, Attempt, Operation, TokenLifetime } from './model-state.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import { describeRecord, isDeferral, permits, writeViolations } from './writes.ts';

/** The reference model of a scenario. */
export type Model = ReturnType<typeof makeModel>;

const mayHaveChanged = ({ event, fence, refusalCode }: AuditEntry) =>
  fence !== null && (event === 'SUCCEEDED' || (event === 'REFUSED' && refusalCode === 'OUTCOME_UNDETERMINED'));

const closing = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/**
 * The reference model: checks every ledger write, EKS effect and answer of a token against the events before it. It
 * uses the gateway's types but none of its code. `broken` receives each violated rule, one sentence each. `now` is the true time;
 * `latest`, the latest time of the gateway's clock: what has expired stays so when the clock is set back.
 */
export function makeModel(
  { now, latest, latestOfExpireRun }: Pick<ScenarioClock, 'now' | 'latest' | 'latestOfExpireRun'>,
  observedChanges: () => number,
  approvalEntries: () => readonly AuditEntry[],
  broken: (rule: string) => void,
) {
  const lifetimes = new Map<string, TokenLifetime>();
  const keys = new Map<string, string>();
  const operations = new Map<string, Operation>();
  const entries: AuditEntry[] = [];
  const effects = makeEffects();
  const report = (violations: readonly string[]) => {
    for (const violation of violations) broken(violation);
  };

  /** The ledger committed a write. Returns whether an operation begins by it, or succeeds at once. */
  function committed(
    by: Attempt,
    expected: Expectation,
    next: IdempotencyRecord,
    added: readonly AuditEntry[],
  ): boolean {
    const { idempotencyKey } = next;
    const known = new Set(operations.keys());
    let lifetime = lifetimes.get(idempotencyKey);
    const write = { expected, next, entries: added, before: lifetime?.record, holder: lifetime?.holder };
    report(writeViolations({ ...write, by: by.name, now: by.isExpireRun ? latestOfExpireRun() : latest() }));
    if (expected.kind === 'free' || !lifetime) {
      const { input } = by;
      const identity = by.identity ?? by.name;
      const owner = keys.get(idempotencyKey) ?? identity;
      if (owner !== identity) broken(`${identity} wrote to the token of ${owner}`);
      keys.set(idempotencyKey, identity);
      lifetime = {
        identity,
        input,
        begunAt: next.startedAt,
        operations: [],
        record: next,
        holder: by.name,
        final: null,
      };
      lifetimes.set(idempotencyKey, lifetime);
    }
    lifetime.record = next;
    if (!isDeferral({ expected, entries: added })) lifetime.holder = by.name;
    const beginsOne = ({ event, operationId }: AuditEntry) =>
      event === 'INTENT' || (event === 'SUCCEEDED' && !known.has(operationId));
    for (const entry of added) {
      const isAtOnce = entry.event === 'SUCCEEDED' && !known.has(entry.operationId);
      if (isAtOnce && ['adopt', 'update'].includes(kindOf(entry.operation))) adopted(by, lifetime, entry);
      else wrote(lifetime, entry);
      if (entry.event === 'SUCCEEDED' && kindOf(entry.operation) === 'create' && entry.before)
        report(adoptionViolations(by, operations.get(entry.operationId), entry, entry.before));
    }
    if (next.result) {
      report(finalAnswerViolations(effects, lifetime, next.result));
      lifetime.final = finalAnswerOf(next.result);
    }
    return added.some(beginsOne);
  }

  /** The ledger rejected a write because of the stored record. */
  function conflicted(by: Attempt, expected: Expectation, idempotencyKey: string) {
    const record = lifetimes.get(idempotencyKey)?.record;
    if (permits(expected, record))
      broken(
        `the ledger rejected a write (${expected.kind}) for ${by.name}, but the record allows it: ${describeRecord(record)}`,
      );
  }

  /** An adoption was recorded: its one entry begins and closes it. */
  function adopted(by: Attempt, lifetime: TokenLifetime, entry: AuditEntry) {
    const { operationId: id, before } = entry;
    entries.push(entry);
    if (operations.has(id)) broken(`second entry of the adoption ${id}`);
    if (by.isDenied) broken(`${by.name} was denied, but adopted`);
    if (by.lock !== 'none') broken(`${by.name} adopted, but its read of the locks is ${by.lock}`);
    if (before?.modifiedAt !== by.judged)
      broken(`${by.name} adopted another state of the association than policy judged`);
    const kind = kindOf(entry.operation);
    if (kind === 'update' && by.expiry === undefined) broken(`${by.name} succeeded without a change at EKS`);
    const operation: Operation = { id, kind, lifetime, closed: entry, applied: null, isInDoubt: false, isAtOnce: true };
    operations.set(id, operation);
    lifetime.operations.push(operation);
  }

  /** An audit entry became durable; `lifetime` is null for an entry that was appended alone. */
  function wrote(lifetime: TokenLifetime | null, entry: AuditEntry) {
    entries.push(entry);
    const { event, operationId: id } = entry;
    const operation = operations.get(id);
    if (event === 'INTENT') {
      if (operation || !lifetime) {
        broken(`second INTENT entry of ${id}`);
        return;
      }
      const added = {
        id,
        kind: kindOf(entry.operation),
        lifetime,
        closed: null,
        applied: null,
        isInDoubt: false,
        isAtOnce: false,
      };
      operations.set(id, added);
      lifetime.operations.push(added);
      return;
    }
    if (!operation) return;
    const isClosing = closing.includes(event) && entry.fence !== null;
    if (operation.closed && (isClosing || event === 'UNKNOWN' || event === 'TAKEN_OVER'))
      broken(`${id} was ${operation.closed.event}, and then ${event}`);
    if (isClosing) {
      operation.closed = entry;
      report(closingViolations(effects, operation, entry));
    }
  }

  /** A change request was sent to EKS. */
  function sent(by: Attempt, kind: ChangeKind, operationId: string) {
    const operation = operations.get(operationId);
    if (operation) operation.isInDoubt = true;
    if (by.identity?.includes(' adopt ')) broken(`${by.name} adopts, but sent a ${kind} to EKS`);
    if (by.identity === null) broken(`the reconciler sent a ${kind} to EKS`);
    if (by.isDenied) broken(`${by.name} was denied, but sent a ${kind} to EKS`);
    // A change of tags may be judged by a version that came since, or that a read does not show yet: the state has it.
    const isLater = (kind === 'tag' || kind === 'untag') && (by.judged ?? '') > (by.seen ?? '');
    if (kind !== 'create' && !by.isExpireRun && !isLater && by.judged !== by.seen)
      broken(`${by.name} sent a ${kind} to EKS for another state of the association than policy judged`);
    if (by.lock !== 'none') broken(`${by.name} sent a ${kind} to EKS, but its read of the locks is ${by.lock}`);
    if (!operation) broken(`${by.name} sent a ${kind} to EKS, but the ledger has no INTENT entry of ${operationId}`);
    else if (operation.lifetime.identity !== by.identity)
      broken(`${by.name} sent a request to EKS for ${operation.lifetime.identity}`);
  }

  /** EKS applied a change. */
  function applied(change: Applied) {
    const { kind, operationId, isTooLate } = change;
    effects.add(change, now());
    const operation = operationId === null ? undefined : operations.get(operationId);
    if (!operation) return;
    const { lifetime, closed } = operation;
    // An update that was observed as done may still be applied once more.
    const isRepeat = ['update', 'tag', 'untag'].includes(kind) && closed?.event === 'SUCCEEDED';
    if (closed && !isTooLate && !isRepeat)
      broken(`${operation.id} of ${lifetime.identity} was ${closed.event}, and EKS applied it afterwards`);
    const others = lifetime.operations.filter(
      (other) => other !== operation && other.applied && !other.applied.isTooLate,
    );
    // A create that was undone outside before the gateway observed it looks like one without an effect, and so does one
    // without the tag, whoever undid it.
    const isUnseen = ({ associationId, tags }: Association) =>
      effects.isDeletedOutside(associationId) || (tags.length >= 50 && effects.isDeleted(associationId));
    const seen = others.filter((other) => kind !== 'create' || !other.applied || !isUnseen(other.applied.association));
    if (seen.length > 0 && !isTooLate) broken(`${lifetime.identity} had a second effect, by ${operation.id}`);
    operation.applied = change;
  }

  /** A request was answered. */
  function answered(by: Attempt, answer: Answered) {
    const { event, operationId, entryId } = answer.auditEntry;
    if (![...entries, ...approvalEntries()].some((entry) => entry.entryId === entryId))
      broken(`${by.name} was answered with ${event} of ${operationId}, which is not in the audit trail`);
    report(answerViolations(by, answer, operations.get(operationId)?.lifetime, isOver));
  }

  /**
   * A request or the reconciler failed. Only errors of the ports' contracts are allowed; they say nothing about EKS.
   */
  function failed(by: Attempt, error: unknown) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    if (code !== 'LEDGER_UNAVAILABLE' && code !== 'EKS_READ_FAILED')
      broken(`${by.name} got the error ${String(error)}`);
  }

  /** The lifetime of a token whose final answer a new attempt must get; null if there is none. */
  function finalFor(identity: string, input: string): TokenLifetime | null {
    const lifetime = [...lifetimes.values()].find((one) => one.identity === identity);
    return lifetime?.final && lifetime.input === input && !isOver(lifetime) ? lifetime : null;
  }

  const isOver = ({ record }: TokenLifetime) => (record.retainUntil ?? Infinity) <= latest();

  return {
    committed,
    conflicted,
    appended: (entry: AuditEntry) => wrote(null, entry),
    /** The operation with this id. */
    operationOf: (id: string) => operations.get(id),
    operations: () => [...operations.values()],
    sent,
    /** The sender of an operation got a definite answer of EKS. */
    answeredByEks(operationId: string): void {
      const operation = operations.get(operationId);
      if (operation) operation.isInDoubt = false;
    },
    applied,
    answered,
    failed,
    finalFor,
    /** The token that an identity uses; null: none, or its record has expired. */
    tokenOf: (identity: string): TokenLifetime | null =>
      [...lifetimes.values()].find((one) => one.identity === identity && !isOver(one)) ?? null,
    /** Checks the state after reconciliation. */
    atRest: (associations: readonly Association[]) => report(restViolations(effects, operations, associations)),
    /** The last record of each token. */
    records: () => [...lifetimes.values()].map(({ record }) => record),
    /** How often the association changed or may have, by the outcomes in the trail and what scans found. */
    changes: () => entries.filter(mayHaveChanged).length + observedChanges(),
    /** All audit entries, in the order in which they became durable. */
    written: () => entries,
  };
}
