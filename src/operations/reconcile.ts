import type { TokenRecord } from '../ledger/ledger.ts';
import type { MutationRequest } from '../model/association.ts';
import { isClosing } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import { notDone } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import { createEffect } from './create.ts';
import { deleteEffect } from './delete.ts';
import { finish } from '../idempotency/complete.ts';
import { newEntry, subjectOfSettler } from '../audit/entry.ts';
import type { Parts } from './dependencies.ts';
import { takenOver } from '../idempotency/record.ts';
import { updateEffect } from './update.ts';

/** What a run of the settler came to, counted. */
export interface Settled {
  /** Operations that were closed. */
  closed: number;
  /** Operations of which nothing is certain yet. */
  open: number;
  /** Operations that a request took over first. */
  overtaken: number;
  /** Operations that could not be looked into; the log says why. */
  failed: number;
}

/** How many operations one run looks into at most; the next run goes on. */
const maxOperations = 100;

/** How many it looks into at a time, so that EKS does not throttle the requests of callers. */
const width = 4;

/**
 * Closes the operations whose holders did not: takes each over, looks at EKS, and writes what is certain. It never
 * asks EKS for a change: nobody waits for the answer any more, and no credentials are handed out late. `deadline` is when it must
 * stop, milliseconds since the epoch; `requestId` names this run in the trail.
 */
export async function settle(parts: Parts, requestId: string, deadline: number): Promise<Settled> {
  const settled: Settled = { closed: 0, open: 0, overtaken: 0, failed: 0 };
  const records = await parts.ledger.lapsed(parts.clock(), maxOperations);
  const queue = records.values();
  const worker = async () => {
    for (const record of queue) {
      if (parts.clock() > deadline - settleOneMs) return;
      settled[await settleSafely(parts, record, requestId)]++;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return settled;
}

/** How long one operation may take. */
const settleOneMs = 10_000;

async function settleSafely(parts: Parts, record: TokenRecord, requestId: string): Promise<keyof Settled> {
  try {
    return await settleOne(parts, record, requestId);
  } catch (error) {
    // One operation that can't be looked into must not keep the others open.
    const { operationId } = record;
    parts.log('error', 'An operation could not be settled.', { operationId, error: String(error) });
    return 'failed';
  }
}

async function settleOne(parts: Parts, record: TokenRecord, requestId: string): Promise<keyof Settled> {
  const entries = await parts.ledger.operationEntries(record.operationId);
  const intent = entries.find(({ event }) => event === 'INTENT');
  if (!intent?.request) throw new Error(`Operation ${record.operationId} has no INTENT with a request.`);
  // A cluster that is served no more throws here, before the operation is taken over in vain.
  parts.eksFor(intent.request);
  const subject = subjectOfSettler(intent, requestId);
  const requester = { subject, clientRequestToken: null, deadline: parts.clock() + settleOneMs };

  const { operationId, fence } = record;
  const now = parts.clock();
  const held = takenOver(record, now, parts.times);
  const message = 'The holder of this operation did not finish it; the settler took it over.';
  const entry = newEntry(parts, subject, { operationId, event: 'TAKEN_OVER', fence: held.fence, message });
  const claimed = await parts.ledger.commit({ kind: 'lapsed', operationId, fence, now }, held, [entry]);
  if (claimed.kind === 'conflict') return 'overtaken';

  const conclusion = (await lookAgain(parts, intent.request, intent, held, parts.clock() + settleOneMs / 2)) ?? notDone;
  const { auditEntry } = await finish(parts, requester, { record: held, entry }, conclusion);
  return isClosing(auditEntry.event) ? 'closed' : 'open';
}

/** What the operation's own look says, over what its intent recorded. */
function lookAgain(
  parts: Parts,
  request: MutationRequest,
  { before }: AuditEntry,
  record: TokenRecord,
  deadline: number,
): Promise<Conclusion | null> {
  const work = { eks: parts.eksFor(request), record, before, deadline };
  if ('changes' in request) return updateEffect.look(parts, { ...work, request });
  if ('associationId' in request) return deleteEffect.look(parts, { ...work, request });
  return createEffect.look(parts, { ...work, request });
}
