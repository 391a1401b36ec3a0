import type { Expectation, IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { ChangeKind } from '../facts.ts';
import { createEffects } from './effects.ts';
import type { Applied } from './eks.ts';
import { faultsOf, permits, told } from './writes.ts';

/**
 * The reference model: what may follow what, for each token, from the ledger's writes, from what EKS did and from the
 * answers. It takes shapes from the gateway and no code.
 */

/** Who asks, and for what. Two requests are the same when their texts `asksFor` are. */
export interface AuthorizationContext {
  readonly name: string;
  /** Principal, kind and token: a token belongs to its principal and to one kind of operation. Null for the reconciler. */
  readonly identity: string | null;
  readonly asksFor: string;
  /** Whether policy denied it, once it was asked. */
  isDenied: boolean;
  /** The token's life when it was asked, where that had its final answer already. */
  finalBefore: Life | null;
}

/** What the model takes of an answer. */
export interface Answered {
  readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';
  readonly association: Association | null;
  readonly refusal: { readonly code: string } | null;
  readonly auditEntry: AuditEntry;
}

/** A token from its first begin until it expires. */
interface Life {
  readonly identity: string;
  readonly asksFor: string;
  readonly begunAt: number;
  readonly operations: Operation[];
  record: IdempotencyRecord;
  /** Name of who wrote it. */
  holder: string;
  final: string | null;
}

interface Operation {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly life: Life;
  closed: AuditEntry | null;
  applied: Applied | null;
}

export type Model = ReturnType<typeof createModel>;

/** By how much reads may lag behind. */
const maxLagMs = 30_000;

const closing = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/** `broken` is told each rule that does not hold, in a sentence; `now` is the gateway's clock. */
export function createModel(now: () => number, broken: (rule: string) => void) {
  const lives = new Map<string, Life>();
  const keys = new Map<string, string>();
  const operations = new Map<string, Operation>();
  const entries: AuditEntry[] = [];
  const effects = createEffects();

  /** The ledger wrote. */
  function committed(
    by: AuthorizationContext,
    expected: Expectation,
    next: IdempotencyRecord,
    added: readonly AuditEntry[],
  ) {
    const { idempotencyKey } = next;
    let life = lives.get(idempotencyKey);
    const write = { expected, next, entries: added, before: life?.record, holder: life?.holder, now: now() };
    for (const fault of faultsOf({ ...write, by: by.name })) broken(fault);
    if (expected.kind === 'free' || !life) {
      const { asksFor } = by;
      const identity = by.identity ?? by.name;
      const owner = keys.get(idempotencyKey) ?? identity;
      if (owner !== identity) broken(`${identity} writes to the token of ${owner}`);
      keys.set(idempotencyKey, identity);
      life = { identity, asksFor, begunAt: next.startedAt, operations: [], record: next, holder: by.name, final: null };
      lives.set(idempotencyKey, life);
    }
    life.record = next;
    life.holder = by.name;
    for (const entry of added) wrote(life, entry);
    if (next.result) concluded(life, next.result);
  }

  /** The ledger refused to write, as what stands there was not as expected. */
  function conflicted(by: AuthorizationContext, expected: Expectation, idempotencyKey: string) {
    const record = lives.get(idempotencyKey)?.record;
    if (permits(expected, record))
      broken(`the ledger wrote nothing (${expected.kind}) for ${by.name}, though ${told(record)} allows it`);
  }

  /** An entry became durable; `life` is null for one that was added alone. */
  function wrote(life: Life | null, entry: AuditEntry) {
    entries.push(entry);
    const { event, operationId: id } = entry;
    const operation = operations.get(id);
    if (event === 'INTENT') {
      if (operation || !life) {
        broken(`a second INTENT of ${id}`);
        return;
      }
      const added = { id, kind: kindOf(entry), life, closed: null, applied: null };
      operations.set(id, added);
      life.operations.push(added);
      return;
    }
    if (!operation) return;
    const isClosing = closing.includes(event) && entry.fence !== null;
    if (operation.closed && (isClosing || event === 'UNKNOWN' || event === 'TAKEN_OVER'))
      broken(`${id} was ${operation.closed.event}, and then ${event}`);
    if (isClosing) {
      operation.closed = entry;
      closedTruly(operation, entry);
    }
  }

  /** An operation that is called not done did nothing, or what it did was undone by others before the gateway saw it. */
  function closedTruly({ id, kind, life, applied }: Operation, { event, refusalCode }: AuditEntry) {
    if (event === 'SUCCEEDED' || !applied || applied.isTooLate) return;
    const { associationId, tags } = applied.association;
    const byOthers =
      kind === 'create'
        ? effects.isGone(associationId)
        : kind === 'update' && event === 'REFUSED' && effects.isTouched(associationId);
    const noRoom = tags.length >= 50 && (refusalCode === 'OUTCOME_UNDETERMINED' || effects.isTouched(associationId));
    if (!byOthers && !noRoom)
      broken(`${id} of ${life.identity} was ${event} ${refusalCode ?? ''}, and EKS has done it`);
  }

  /** A token got its final answer. */
  function concluded(life: Life, { association, refusal }: NonNullable<IdempotencyRecord['result']>) {
    if (life.final !== null) broken(`${life.identity} had the answer ${life.final} before`);
    life.final = association ? `SUCCEEDED ${association.associationId}` : `REFUSED ${refusal?.code}`;
    const ids = life.operations.map(({ id }) => id);
    const kind = life.operations.at(-1)?.kind;
    if (association) {
      const { associationId: id, roleArn } = association;
      const isTrue = {
        create: ids.includes(effects.makerOf(id)),
        update: effects.wasGiven(id, roleArn, life.begunAt, life.record.inDoubtUntil - maxLagMs),
        delete: effects.isGone(id),
      };
      if (kind && !isTrue[kind]) broken(`${life.identity} is told that the ${kind} of ${id} is done, and it is not`);
    }
    const existing = refusal && 'existing' in refusal ? refusal.existing : null;
    const isOwn = existing !== null && ids.includes(effects.makerOf(existing.associationId));
    // With 50 tags, nothing tells whose it is once somebody changed it.
    if (refusal?.code === 'ASSOCIATION_ALREADY_EXISTS' && isOwn && existing.tags.length < 50)
      broken(`${life.identity} is told that ${existing.associationId} is another's, and made it itself`);
  }

  /** A request for a change is on its way to EKS. */
  function sent(by: AuthorizationContext, kind: ChangeKind, operationId: string) {
    const operation = operations.get(operationId);
    if (by.identity === null) broken(`the reconciler asked EKS for a ${kind}`);
    if (by.isDenied) broken(`${by.name} was denied, and asked EKS for a ${kind}`);
    if (!operation) broken(`${by.name} asked EKS for a ${kind}, and the INTENT of ${operationId} is not in the ledger`);
    else if (operation.life.identity !== by.identity)
      broken(`${by.name} asked EKS in the name of ${operation.life.identity}`);
  }

  /** EKS did something. */
  function applied(change: Applied) {
    const { kind, operationId, isTooLate } = change;
    effects.add(change, now());
    const operation = operationId === null ? undefined : operations.get(operationId);
    if (!operation) return;
    const { life, closed } = operation;
    // An update that was called done on sight may still come once more.
    const isRepeat = kind === 'update' && closed?.event === 'SUCCEEDED';
    if (closed && !isTooLate && !isRepeat)
      broken(`${operation.id} of ${life.identity} was ${closed.event}, and then EKS did it`);
    const others = life.operations.filter((other) => other !== operation && other.applied && !other.applied.isTooLate);
    // A create that others undid before the gateway saw it can't be told from none.
    const seen = others.filter(
      (other) => kind !== 'create' || !effects.isGone(other.applied?.association.associationId ?? ''),
    );
    if (seen.length > 0 && !isTooLate) broken(`${life.identity} had a second effect, by ${operation.id}`);
    operation.applied = change;
  }

  /** A caller got an answer. */
  function answered(by: AuthorizationContext, { status, association, refusal, auditEntry }: Answered) {
    const { event, operationId, entryId } = auditEntry;
    const life = operations.get(operationId)?.life;
    if (!entries.some((entry) => entry.entryId === entryId))
      broken(`${by.name} was answered by ${event} of ${operationId}, which is not in the trail`);
    if (life && life.identity !== by.identity) broken(`${by.identity} was given the answer of ${life.identity}`);
    if (by.isDenied !== (event === 'DENIED'))
      broken(`${by.name} was ${by.isDenied ? 'denied' : 'allowed'}, and answered ${event}`);
    if (by.isDenied) return;
    const said = status === 'SUCCEEDED' ? `SUCCEEDED ${association?.associationId}` : `${status} ${refusal?.code}`;
    const isFinal =
      status === 'SUCCEEDED' || (status === 'REFUSED' && life && event !== 'RELEASED' && event !== 'TOKEN_REUSED');
    if (event === 'TOKEN_REUSED' && life?.asksFor === by.asksFor)
      broken(`${by.name} repeats its request, and was answered ${event}`);
    if (isFinal && life?.final !== said)
      broken(`${by.name} was answered ${said}, and the token's answer is ${life?.final}`);
    const before = by.finalBefore;
    if (before && !isOver(before) && before.final !== said)
      broken(`${by.name} was answered ${said}, and the token's answer had been ${before.final}`);
  }

  /** A caller got an error, or the reconciler did: only those that the ports' contracts name, and then nothing is said of EKS. */
  function failed(by: AuthorizationContext, error: unknown) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    if (code !== 'LEDGER_UNAVAILABLE' && code !== 'EKS_READ_FAILED')
      broken(`${by.name} got the error ${String(error)}`);
  }

  /** The life of a token whose final answer somebody who asks now must get; null where there is none. */
  function finalFor(identity: string, asksFor: string): Life | null {
    const life = [...lives.values()].find((one) => one.identity === identity);
    return life?.final && life.asksFor === asksFor && !isOver(life) ? life : null;
  }

  const isOver = ({ record }: Life) => (record.expiresAt ?? Infinity) <= now();

  /** Once everything was settled. */
  function atRest(associations: readonly Association[]) {
    for (const { id, closed, life } of operations.values()) {
      if (!closed) broken(`${id} of ${life.identity} was never closed`);
    }
    for (const { associationId: id } of associations) {
      const maker = operations.get(effects.makerOf(id));
      if (!maker || maker.applied?.isTooLate) continue;
      const noRoom = maker.closed?.event === 'REFUSED' && (maker.applied?.association.tags.length ?? 0) >= 50;
      if (maker.closed?.event !== 'SUCCEEDED' && !noRoom)
        broken(`EKS has ${id}, and the trail calls ${maker.id}, which made it, ${maker.closed?.event}`);
      if (maker.closed?.event === 'SUCCEEDED' && !maker.closed.associationArn?.endsWith(id))
        broken(`the trail says that ${maker.id} made another association than ${id}`);
    }
  }

  return {
    committed,
    conflicted,
    appended: (entry: AuditEntry) => wrote(null, entry),
    sent,
    applied,
    answered,
    failed,
    finalFor,
    atRest,
    /** The last record of each token. */
    records: () => [...lives.values()].map(({ record }) => record),
    /** All entries, in the order in which they became durable. */
    written: () => entries,
  };
}

function kindOf({ operation }: AuditEntry): ChangeKind {
  return operation.startsWith('CREATE') ? 'create' : operation.startsWith('UPDATE') ? 'update' : 'delete';
}
