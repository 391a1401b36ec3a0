import type { Eks } from '../eks/eks.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { Association, MutationRequest } from '../model/association.ts';
import { inProgress } from './result.ts';
import type { MutationResult } from './result.ts';
import { begin, beginAnew } from '../idempotency/claim.ts';
import type { Hold } from '../idempotency/claim.ts';
import { workDeadline } from './mutation.ts';
import type { Call } from './mutation.ts';
import { notDone } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import { closingEntry, finish } from '../idempotency/complete.ts';
import { requesterOf, auditContextOf } from '../audit/entry.ts';
import type { Dependencies } from './dependencies.ts';
import { contended, forCaller, replayed, tokenReused } from './refuse.ts';

/** What an operation has in hand at EKS. */
export interface Work<Request extends MutationRequest> {
  readonly eks: Eks;
  readonly request: Request;
  readonly record: IdempotencyRecord;
  /** The association as it was; null for a create. */
  readonly before: Association | null;
  /** When it must be over, milliseconds since the epoch. */
  readonly deadline: number;
}

/** What distinguishes the operations, once their intent is on record. */
export interface Effect<Request extends MutationRequest> {
  /** Asks EKS for the one effect, and tells what came of it. */
  readonly perform: (deps: Dependencies, work: Work<Request>) => Promise<Conclusion>;
  /** Looks what became of an earlier holder's effect; null: certainly nothing, and nothing can come any more. */
  readonly look: (deps: Dependencies, work: Work<Request>) => Promise<Conclusion | null>;
}

/** The road of a valid and allowed mutation: begin, the effect at EKS, finish; or where the token has led before. */
export async function carryOut<Request extends MutationRequest>(
  deps: Dependencies,
  call: Call<Request>,
  effect: Effect<Request>,
): Promise<MutationResult> {
  const begun = await begin(deps, call);
  switch (begun.kind) {
    case 'begun':
      return forCaller(deps, call, await perform(deps, call, effect, begun.hold));
    case 'taken-over':
      return forCaller(deps, call, await resume(deps, call, effect, begun.hold));
    case 'final':
      return forCaller(deps, call, await replayed(deps, call, begun.record));
    case 'contended':
      return contended(deps, call, begun.record);
    case 'token-reused':
      return tokenReused(deps, call, begun.record);
  }
}

/** The one effect. The intent is on record; what comes back is written by `finish`, which also knows who holds the record by then. */
async function perform<Request extends MutationRequest>(
  deps: Dependencies,
  call: Call<Request>,
  effect: Effect<Request>,
  hold: Hold,
): Promise<MutationResult> {
  return finish(deps, requesterOf(call), hold, await effect.perform(deps, workOf(deps, call, hold)));
}

/** Finds out what became of an earlier holder's effect, and only when that is certainly nothing, asks for it anew. */
async function resume<Request extends MutationRequest>(
  deps: Dependencies,
  call: Call<Request>,
  effect: Effect<Request>,
  hold: Hold,
): Promise<MutationResult> {
  const conclusion = await effect.look(deps, workOf(deps, call, hold));
  if (conclusion) return finish(deps, requesterOf(call), hold, conclusion);
  const closing = closingEntry(deps, auditContextOf(call), hold.record, notDone);
  const next = await beginAnew(deps, call, hold.record, closing);
  if (next) return perform(deps, call, effect, next);
  return inProgress(deps, requesterOf(call), hold.record, hold.entry);
}

function workOf<Request extends MutationRequest>(deps: Dependencies, call: Call<Request>, hold: Hold): Work<Request> {
  const { request, target, before } = call;
  return { eks: deps.eksFor(target), request, record: hold.record, before, deadline: workDeadline(call) };
}
