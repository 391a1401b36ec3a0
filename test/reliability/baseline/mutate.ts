import { randomUUID } from 'node:crypto';
import { resultBase } from '../../../src/operations/terms/result.ts';
import type { MutationResult } from '../../../src/operations/terms/result.ts';
import { auditContextOf, makeEntry } from '../../../src/ledger/audit-entry.ts';
import type { AuditEventDetails } from '../../../src/ledger/audit-entry.ts';
import type { AuditContext } from '../../../src/model/audit.ts';
import { denialOf, invalidRefusal } from '../../../src/operations/terms/refusals.ts';
import type { ValidatedAs } from '../../../src/validation/validated.ts';
import type { Association } from '../../../src/model/association.ts';
import { requestedOperation } from '../../../src/model/operation.ts';
import type { MutationRequest, OperationKind, RequestOf } from '../../../src/model/operation.ts';
import { outcomes } from '../../../src/model/outcome.ts';
import type { Refusal } from '../../../src/model/refusal.ts';
import type { AuthorizationRequest } from '../../../src/policy/policy.ts';
import type { ChangeOptions, EksChangeResult } from './eks.ts';
import { runIdempotently } from './idempotent.ts';
import type { Claim } from './idempotent.ts';
import type { BaselineDependencies, RequestContext } from './dependencies.ts';
import { execute, waitSeconds } from './execute.ts';
import { tokenReusedRefusal } from './refusals.ts';

/** What differs between the mutations. */
export interface Mutation<Kind extends OperationKind> {
  readonly operation: Kind;
  readonly validated: ValidatedAs<RequestOf[Kind]>;
  /** Reads the association named in the request; null for a create. */
  readonly read: ((request: RequestOf[Kind], signal: AbortSignal) => Promise<Association | null>) | null;
  /**
   * The authorization request; null if the association does not exist, because there is nothing to
   * authorize.
   */
  readonly authorizationRequestFor: (
    request: RequestOf[Kind],
    before: Association | null,
  ) => AuthorizationRequest | null;
  readonly change: (request: RequestOf[Kind], options: ChangeOptions) => Promise<EksChangeResult>;
}

/** Time reserved for the steps after EKS: audit entry, record and answer. Milliseconds. */
const closingMs = 3_000;

/**
 * The request flow of every mutation: validate, read, authorize, and then once per token
 * (Powertools): intent, EKS, outcome. Throws `LedgerUnavailable` and `EksReadFailed`; no change was
 * sent to EKS then.
 */
export async function mutate<Kind extends OperationKind>(
  deps: BaselineDependencies,
  { identity, lambda }: RequestContext,
  { operation, validated, read, authorizationRequestFor, change }: Mutation<Kind>,
): Promise<MutationResult> {
  const signal = AbortSignal.timeout(Math.max(0, lambda.getRemainingTimeInMillis() - closingMs));
  const { reason, onBehalfOf } = validated;
  const base: AuditContext = { ...auditContextOf(deps, operation, identity), reason, onBehalfOf };
  if (validated.kind === 'invalid') {
    const { recorded, clientRequestToken } = validated;
    return refuse(deps, { ...base, ...recorded }, clientRequestToken, invalidRefusal(validated));
  }
  const { request } = validated;
  const clientRequestToken = validated.clientRequestToken ?? randomUUID();
  const before = read ? await read(request, signal) : null;
  const authorizationRequest = authorizationRequestFor(request, before);
  const context = { identity, onBehalfOf, hasReason: reason !== null, now: deps.clock() };
  const decision = authorizationRequest && deps.authorize(context, authorizationRequest);
  const audit: AuditContext = {
    ...base,
    ...requestedOperation(operation, request),
    before,
    target: targetOf(request, before),
    decision,
  };
  if (decision && !decision.allowed) return refuse(deps, audit, clientRequestToken, denialOf(decision).refusal);

  const [principalId, actorId] = [identity.principal.id, identity.actor?.id ?? null];
  const claim: Claim = { principalId, actorId, onBehalfOf, operation, clientRequestToken, request };
  const done = await runIdempotently(deps, lambda, claim, () =>
    execute(deps, { audit, request, before, clientRequestToken, signal, change }),
  );
  switch (done.kind) {
    case 'answered':
      return done.answer.replayed ? replay(deps, audit, done.answer) : done.answer;
    case 'other-input':
      return refuse(deps, audit, clientRequestToken, tokenReusedRefusal(done.originalOperationId));
    case 'in-progress':
      return contended(deps, audit, clientRequestToken);
  }
}

/** Answers while another request with the token is running. */
async function contended(
  deps: BaselineDependencies,
  audit: AuditContext,
  clientRequestToken: string,
): Promise<MutationResult> {
  const message = 'Another request with this clientRequestToken is running.';
  const entry = await recordEntry(deps, audit, clientRequestToken, { event: 'CONTENDED', message });
  const answer = resultBase({ clientRequestToken }, 'IN_PROGRESS', entry);
  return { ...answer, retryAfterSeconds: waitSeconds };
}

/** Refuses a request before its token is claimed, with one audit entry. */
async function refuse(
  deps: BaselineDependencies,
  audit: AuditContext,
  token: string | null,
  refusal: Refusal,
): Promise<MutationResult> {
  const { code: refusalCode, message } = refusal;
  const { event } = outcomes[refusalCode];
  const entry = await recordEntry(deps, audit, token, { event, refusalCode, message });
  return { ...resultBase({ clientRequestToken: token }, 'REFUSED', entry), refusal };
}

/** Returns the stored answer and records the replay. */
async function replay(
  deps: BaselineDependencies,
  audit: AuditContext,
  answer: MutationResult,
): Promise<MutationResult> {
  const { operationId, associationArn, refusalCode } = answer.auditEntry;
  const message = 'The stored answer was replayed.';
  const details = { operationId, event: 'REPLAYED', message, associationArn, refusalCode } as const;
  return { ...answer, auditEntry: await recordEntry(deps, audit, answer.clientRequestToken, details) };
}

/** Appends an entry of a completed operation, or of one that never started. */
async function recordEntry(
  deps: BaselineDependencies,
  audit: AuditContext,
  token: string | null,
  details: Omit<AuditEventDetails, 'operationId'> & { readonly operationId?: string },
) {
  const operationId = details.operationId ?? deps.ulid(deps.clock());
  const entry = makeEntry(deps, audit, { ...details, operationId });
  await deps.append(entry, token);
  return entry;
}

function targetOf(request: MutationRequest, before: Association | null): AuditContext['target'] {
  const target = 'namespace' in request ? request : before;
  if (!target) return null;
  const { accountId, region, clusterName, namespace, serviceAccount } = target;
  return { accountId, region, clusterName, namespace, serviceAccount };
}
