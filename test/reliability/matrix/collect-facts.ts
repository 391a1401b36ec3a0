import { associationFact, changeOf } from '../eks-facts.ts';
import type { Facts, VoteAnswer } from '../facts.ts';
import type { Backend } from './backend.ts';
import type { Case } from './case.ts';
import type { DoneByOthers } from './others.ts';
import { approverId } from './request.ts';

/** What the case itself has seen. */
interface Seen extends Pick<Facts, 'answers' | 'reconciled' | 'isRepeated'> {
  readonly votes: readonly VoteAnswer[];
  /** How far the clock was ahead by which an audit entry was made, in milliseconds. */
  readonly aheadOf: (entryId: string) => number;
  /** The personal data of entries before erasures, by id of the entry: their reasons name the tokens. */
  readonly personal: ReadonlyMap<string, string>;
  /** When the last run of expiries began, if it met no fault; else null. */
  readonly endedAt: number | null;
}

/** Collects the facts of a finished case from the tables and from EKS. */
export async function collectFacts(
  backend: Backend,
  { implementation, flow }: Pick<Case, 'implementation' | 'flow'>,
  { outside, locks, voterLocks, created }: DoneByOthers,
  { votes, personal, endedAt, aheadOf, ...seen }: Seen,
): Promise<Facts> {
  const [audit, idempotency] = [await backend.items('audit'), await backend.items('idempotency')];
  const entries = implementation
    .entries(audit.map((item) => ({ personal: personal.get(String(item.entryId)), ...item })))
    .map((entry) => ({ ...entry, time: entry.time - aheadOf(entry.entryId) }));
  const records = implementation.records(idempotency);
  const isDrift = flow.others?.through === 'eks';
  const observed = flow.by === 'scanner' ? implementation.observed?.(audit, idempotency) : undefined;
  const approvals = flow.held ? implementation.approvals?.(audit, idempotency) : undefined;
  const erasures = personal.size > 0 ? implementation.erasures?.(audit) : undefined;
  const { control } = backend.simulator;
  const associations = control.associations().map(associationFact);
  const ids = new Map([...created, ...associations.map((one) => [one.operationId, one.associationId] as const)]);
  const changes = control
    .requests()
    .flatMap((request) => {
      const change = changeOf(request);
      if (!change) return [];
      return { ...change, operationId: implementation.operationOf(change, request.clientRequestToken, entries) };
    })
    .map((change) => ({ ...change, associationId: change.associationId ?? ids.get(change.operationId) ?? null }));
  const takenOverAt = entries.filter(({ event }) => event === 'TAKEN_OVER').map(({ time }) => time);
  // An entry was made before a lock that was set when it was to be written.
  const lockedTimes = locks.map((lock) => ({ ...lock, from: Math.min(lock.from, ...takenOverAt) }));
  const lockedVoters = voterLocks.map((at) => ({ principal: approverId, at }));
  return {
    ...{ ...seen, changes, associations, entries, records, outside, locks: lockedTimes },
    ...(observed ? { observed: { isDrift, isLeft: flow.isLeftInProgress ?? false, ...observed } } : {}),
    ...(approvals ? { approvals: { ...approvals, votes, lockedVoters } } : {}),
    ...(erasures ? { erasures } : {}),
    ...(endedAt === null ? {} : { endedAt }),
  };
}
