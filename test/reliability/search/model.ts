import type { Expectation, TokenRecord } from '../../../src/ledger/ledger.ts';
import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { ChangeKind } from '../facts.ts';
import type { Applied } from './eks.ts';

/**
 * The reference model: what may follow what, for each token, from the ledger's writes, from what EKS did and from the
 * answers. It takes shapes from the gateway and no code.
 */

/** Who asks, and for what. Two requests are the same when their texts `asksFor` are. */
export interface Asker {
  readonly name: string;
  /** Principal, kind and token: a token belongs to its principal and to one kind of operation. Null for the settler. */
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
  readonly operations: Operation[];
  record: TokenRecord;
  holder: Asker;
  final: string | null;
}

interface Operation {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly life: Life;
  readonly begunAt: number;
  closed: AuditEntry | null;
  applied: Applied | null;
}

export type Model = ReturnType<typeof createModel>;

const closing = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/** `broken` is told each rule that does not hold, in a sentence; `now` is the gateway's clock. */
export function createModel(now: () => number, broken: (rule: string) => void) {
  const lives = new Map<string, Life>();
  const keys = new Map<string, string>();
  const operations = new Map<string, Operation>();
  const makers = new Map<string, string | null>();
  /** Every state that an association has had, and when. */
  const states: { readonly association: Association; readonly at: number }[] = [];
  const entries: AuditEntry[] = [];
  const gone = new Set<string>();
  const touched = new Set<string>();

  /** Whether the ledger should write, by what it has written before. */
  function permits(expected: Expectation, record: TokenRecord | undefined): boolean {
    if (expected.kind === 'free') return !record || (record.expiresAt !== null && record.expiresAt <= expected.now);
    const { operationId, fence } = expected;
    if (record?.operationId !== operationId || record.fence !== fence) return false;
    if (expected.kind === 'released') return record.state === 'RELEASED';
    if (record.state !== 'IN_PROGRESS') return false;
    return expected.kind !== 'lapsed' || record.leaseUntil <= expected.now;
  }

  /** The ledger wrote. */
  function committed(by: Asker, expected: Expectation, next: TokenRecord, added: readonly AuditEntry[]) {
    const { tokenKey } = next;
    let life = lives.get(tokenKey);
    const what = `${expected.kind} ${next.operationId} fence ${next.fence}`;
    if (!permits(expected, life?.record))
      broken(`the ledger wrote (${what}) for ${by.name} over ${toldRecord(life?.record)}`);
    if (expected.kind === 'held' && life?.holder !== by)
      broken(`${by.name} wrote (${what}) for ${life?.holder.name}, who holds the token`);
    if (expected.kind === 'lapsed' && life && life.record.leaseUntil > now())
      broken(`${by.name} took over (${what}) before the lease was over`);
    const begins = added.some(({ event }) => event === 'INTENT');
    const isNewHolder = expected.kind !== 'held' || begins;
    const fence = expected.kind === 'free' ? 1 : (life?.record.fence ?? 0) + (isNewHolder ? 1 : 0);
    if (next.fence !== fence) broken(`${by.name} wrote fence ${next.fence}, and ${fence} was its turn`);
    if (expected.kind === 'free' || !life) {
      if (by.identity === null) throw new Error('The settler began an operation.');
      if ((keys.get(tokenKey) ?? by.identity) !== by.identity)
        broken(`${by.identity} reads the token of ${keys.get(tokenKey)}`);
      keys.set(tokenKey, by.identity);
      const { identity, asksFor } = by;
      life = { identity, asksFor, operations: [], record: next, holder: by, final: null };
      lives.set(tokenKey, life);
    }
    const before = life.record;
    life.record = next;
    life.holder = by;
    for (const entry of added) wrote(life, entry);
    if (before !== next && before.state !== 'IN_PROGRESS' && before.state !== 'RELEASED')
      broken(`a final record was written over (${what})`);
    if (next.answer) concluded(life, next.answer);
  }

  /** The ledger refused to write, as what stands there was not as expected. */
  function conflicted(by: Asker, expected: Expectation, tokenKey: string) {
    const record = lives.get(tokenKey)?.record;
    if (permits(expected, record))
      broken(`the ledger wrote nothing (${expected.kind}) for ${by.name}, though ${toldRecord(record)} allows it`);
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
      const added = { id, kind: kindOf(entry), life, begunAt: now(), closed: null, applied: null };
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
        ? gone.has(associationId)
        : kind === 'update' && event === 'REFUSED' && touched.has(associationId);
    const noRoom = tags.length >= 50 && (refusalCode === 'OUTCOME_UNDETERMINED' || touched.has(associationId));
    if (!byOthers && !noRoom)
      broken(`${id} of ${life.identity} was ${event} ${refusalCode ?? ''}, and EKS has done it`);
  }

  /** A token got its final answer. */
  function concluded(life: Life, { association, refusal }: NonNullable<TokenRecord['answer']>) {
    if (life.final !== null) broken(`${life.identity} had the answer ${life.final} before`);
    life.final = association ? `SUCCEEDED ${association.associationId}` : `REFUSED ${refusal?.code}`;
    const ids = life.operations.map(({ id }) => id);
    const kind = life.operations.at(-1)?.kind;
    if (association) {
      const { associationId: id, roleArn } = association;
      const isTrue = {
        create: ids.includes(makers.get(id) ?? ''),
        update: states.some((state) => state.association.associationId === id && state.association.roleArn === roleArn),
        delete: gone.has(id),
      };
      if (kind && !isTrue[kind]) broken(`${life.identity} is told that the ${kind} of ${id} is done, and it is not`);
    }
    const existing = refusal && 'existing' in refusal ? refusal.existing : null;
    const isOwn = existing !== null && ids.includes(makers.get(existing.associationId) ?? '');
    // With 50 tags, nothing tells whose it is once somebody changed it.
    if (refusal?.code === 'ASSOCIATION_ALREADY_EXISTS' && isOwn && existing.tags.length < 50)
      broken(`${life.identity} is told that ${existing.associationId} is another's, and made it itself`);
  }

  /** A request for a change is on its way to EKS. */
  function sent(by: Asker, kind: ChangeKind, operationId: string) {
    const operation = operations.get(operationId);
    if (by.identity === null) broken(`the settler asked EKS for a ${kind}`);
    if (by.isDenied) broken(`${by.name} was denied, and asked EKS for a ${kind}`);
    if (!operation) broken(`${by.name} asked EKS for a ${kind}, and the INTENT of ${operationId} is not in the ledger`);
    else if (operation.life.identity !== by.identity)
      broken(`${by.name} asked EKS in the name of ${operation.life.identity}`);
  }

  /** EKS did something. */
  function applied(change: Applied) {
    const { kind, operationId, association, isTooLate } = change;
    const id = association.associationId;
    states.push({ association, at: now() });
    if (kind === 'create') makers.set(id, operationId);
    if (kind === 'delete') gone.add(id);
    if (kind === 'update' || kind === 'delete') touched.add(id);
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
      (other) => kind !== 'create' || !gone.has(other.applied?.association.associationId ?? ''),
    );
    if (seen.length > 0 && !isTooLate) broken(`${life.identity} had a second effect, by ${operation.id}`);
    operation.applied = change;
  }

  /** A caller got an answer. */
  function answered(by: Asker, { status, association, refusal, auditEntry }: Answered) {
    const { event, operationId } = auditEntry;
    const life = operations.get(operationId)?.life;
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

  /** A caller got an error, or the settler did: only those that the ports' contracts name, and then nothing is said of EKS. */
  function failed(by: Asker, error: unknown) {
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
      const maker = operations.get(makers.get(id) ?? '');
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

function toldRecord(record: TokenRecord | undefined): string {
  return record ? `${record.state} ${record.operationId} fence ${record.fence}` : 'nothing';
}
