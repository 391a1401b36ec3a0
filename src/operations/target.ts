import type { Association, DeleteRequest, UpdateRequest } from '../model/association.ts';
import type { OperationKind } from '../model/audit.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { AuthorizationRequest } from '../policy/policy.ts';
import { EksReadFailed } from '../eks/eks.ts';
import { authorizationContextOf, workDeadline } from './mutation.ts';
import type { Call } from './mutation.ts';
import { changed, notFound } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import { settingDifferences } from './differences.ts';
import type { Dependencies } from './dependencies.ts';
import { fingerprintOf, idempotencyKeyOf } from '../idempotency/record.ts';

/** A valid request about an association that exists, before anything is known of that. */
export interface Asked<Request extends UpdateRequest | DeleteRequest> {
  readonly operation: OperationKind;
  readonly identity: RequestIdentity;
  readonly request: Request;
  readonly clientRequestToken: string;
  readonly reason: string | null;
  readonly onBehalfOf: string | null;
  readonly startedAt: number;
  readonly deadline: number;
}

/** What a request about an association that exists comes to before its token is claimed. */
export type Prepared<Request extends UpdateRequest | DeleteRequest> =
  | { readonly kind: 'ready' | 'denied'; readonly call: Call<Request> }
  /** `call` is there where the association was found and policy allows it. */
  | { readonly kind: 'refused'; readonly call: Call<Request> | null; readonly conclusion: Conclusion };

/**
 * Reads what a request is about, asks policy, and compares what was expected. An association that is gone is the one that
 * the token's record knows of, if there is one: a delete that is asked for again finds its answer there. Throws
 * `EksReadFailed` where EKS gives no answer.
 */
export async function prepare<Request extends UpdateRequest | DeleteRequest>(
  deps: Dependencies,
  asked: Asked<Request>,
  questionOn: (association: Association) => AuthorizationRequest,
): Promise<Prepared<Request>> {
  const { request, startedAt } = asked;
  const deadline = Math.min(asked.deadline, startedAt + deps.times.requestMs);
  if (!deps.serves(request)) return { kind: 'refused', call: null, conclusion: notFound(request, null) };
  const described = await deps
    .eksFor(request)
    .describe(request.associationId, { deadline: workDeadline({ deadline }) });
  if (described.kind === 'failed') throw new EksReadFailed(described.error);

  const isThere = described.kind === 'found';
  const before = isThere ? described.association : await findTargetInRecord(deps, asked);
  if (!before) return { kind: 'refused', call: null, conclusion: notFound(request, null) };

  const decision = deps.authorize(authorizationContextOf(asked), questionOn(before));
  const call: Call<Request> = { ...asked, deadline, target: before, before, decision };
  if (!decision.allowed) return { kind: 'denied', call };
  const conclusion = isThere ? await checkPrecondition(deps, asked, before) : null;
  return conclusion ? { kind: 'refused', call, conclusion } : { kind: 'ready', call };
}

/** The association as it was when the token's operation began; null when the token knows of none. */
async function findTargetInRecord<Request extends UpdateRequest | DeleteRequest>(
  deps: Dependencies,
  asked: Asked<Request>,
) {
  const record = await deps.ledger.getRecord(idempotencyKeyOf(asked));
  if (record?.fingerprint !== fingerprintOf(asked.request)) return null;
  const entries = await deps.ledger.operationEntries(record.operationId);
  return entries.find(({ event }) => event === 'INTENT')?.before ?? null;
}

/** Refuses a change of what has changed since it was read; but not a request that has begun already, perhaps done it. */
async function checkPrecondition<Request extends UpdateRequest | DeleteRequest>(
  deps: Dependencies,
  asked: Asked<Request>,
  before: Association,
): Promise<Conclusion | null> {
  const { expectedModifiedAt } = asked.request;
  if (expectedModifiedAt === null || Date.parse(expectedModifiedAt) === Date.parse(before.modifiedAt)) return null;
  const record = await deps.ledger.getRecord(idempotencyKeyOf(asked));
  if (record?.fingerprint === fingerprintOf(asked.request)) return null;
  const changes = 'changes' in asked.request ? settingDifferences(asked.request.changes, before) : null;
  return changed(before, changes, expectedModifiedAt);
}
