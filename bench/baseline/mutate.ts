import { randomUUID } from 'node:crypto';
import { resultBase } from '../../src/operations/result.ts';
import type { MutationResult } from '../../src/operations/result.ts';
import { createEntry, subjectOfCaller } from '../../src/ledger/audit-entry.ts';
import type { AuditEventDetails, AuditContext } from '../../src/ledger/audit-entry.ts';
import { denialOf, invalidRefusal } from '../../src/operations/refusals.ts';
import type { ValidatedAs } from '../../src/validation/create.ts';
import type { Association } from '../../src/model/association.ts';
import type { MutationRequest } from '../../src/model/operation.ts';
import type { OperationKind } from '../../src/model/operation.ts';
import { outcomes } from '../../src/model/outcome.ts';
import type { Refusal } from '../../src/model/refusal.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import type { Along, Changed } from './eks.ts';
import { once } from './once.ts';
import type { Claim } from './once.ts';
import type { BaselineParts, RequestContext } from './parts.ts';
import { carryOut, waitSeconds } from './carry-out.ts';
import { tokenReusedRefusal } from './refusals.ts';

/** What distinguishes one mutation from the others. */
export interface Mutation<Request extends MutationRequest> {
  readonly operation: OperationKind;
  readonly validated: ValidatedAs<Request>;
  /** The association that the request names; null for a create. */
  readonly read: ((request: Request, signal: AbortSignal) => Promise<Association | null>) | null;
  /** What policy is asked; null where there is nothing to authorize on, because the association is not there. */
  readonly questionOn: (request: Request, before: Association | null) => AuthorizationRequest | null;
  readonly change: (request: Request, along: Along) => Promise<Changed>;
}

/** Kept of the function's time for what follows EKS: the entry, Powertools' record, the answer. */
const closingMs = 3_000;

/**
 * The road of every mutation: validate, read what it is about, authorize, and then once for a token (Powertools): intent, EKS,
 * outcome. Throws `LedgerUnavailable` and `EksReadFailed`; nothing was asked of EKS then but to read.
 */
export async function mutate<Request extends MutationRequest>(
  parts: BaselineParts,
  { identity, lambda }: RequestContext,
  { operation, validated, read, questionOn, change }: Mutation<Request>,
): Promise<MutationResult> {
  const signal = AbortSignal.timeout(Math.max(0, lambda.getRemainingTimeInMillis() - closingMs));
  const { reason, onBehalfOf } = validated;
  const asking: AuditContext = { ...subjectOfCaller(operation, identity), reason, onBehalfOf };
  if (validated.kind === 'invalid') {
    const { findings, recordedInput: invalidInput, clientRequestToken } = validated;
    return refuse(parts, { ...asking, findings, invalidInput }, clientRequestToken, invalidRefusal(findings));
  }
  const { request } = validated;
  const clientRequestToken = validated.clientRequestToken ?? randomUUID();
  const before = read ? await read(request, signal) : null;
  const asked = questionOn(request, before);
  const context = { identity, onBehalfOf, hasReason: reason !== null, now: parts.clock() };
  const decision = asked && parts.authorize(context, asked);
  const subject: AuditContext = { ...asking, request, before, target: targetOf(request, before), decision };
  if (decision && !decision.allowed) return refuse(parts, subject, clientRequestToken, denialOf(decision));

  const [principalId, actorId] = [identity.principal.id, identity.actor?.id ?? null];
  const claim: Claim = { principalId, actorId, onBehalfOf, operation, clientRequestToken, request };
  const done = await once(parts, lambda, claim, () =>
    carryOut(parts, { subject, request, before, clientRequestToken, signal, change }),
  );
  switch (done.kind) {
    case 'answered':
      return done.answer.replayed ? again(parts, subject, done.answer) : done.answer;
    case 'other-input':
      return refuse(parts, subject, clientRequestToken, tokenReusedRefusal(done.originalOperationId));
    case 'in-progress':
      return contended(parts, subject, clientRequestToken);
  }
}

/** Another request has claimed the token, and has not come to an answer. */
async function contended(
  parts: BaselineParts,
  subject: AuditContext,
  clientRequestToken: string,
): Promise<MutationResult> {
  const message = 'Another request with this clientRequestToken is at work.';
  const entry = await noted(parts, subject, clientRequestToken, { event: 'CONTENDED', message });
  const answer = resultBase({ subject, clientRequestToken, deadline: 0 }, 'IN_PROGRESS', entry);
  return { ...answer, retryAfterSeconds: waitSeconds };
}

/** Refused before anything was claimed: one entry. */
async function refuse(
  parts: BaselineParts,
  subject: AuditContext,
  token: string | null,
  refusal: Refusal,
): Promise<MutationResult> {
  const { code: refusalCode, message } = refusal;
  const { event } = outcomes[refusalCode];
  const entry = await noted(parts, subject, token, { event, refusalCode, message });
  return { ...resultBase({ subject, clientRequestToken: token, deadline: 0 }, 'REFUSED', entry), refusal };
}

/** The recorded answer, with an entry that says that it was given again. */
async function again(parts: BaselineParts, subject: AuditContext, answer: MutationResult): Promise<MutationResult> {
  const { operationId, associationArn, refusalCode } = answer.auditEntry;
  const message = 'The recorded answer was given again.';
  const details = { operationId, event: 'REPLAYED', message, associationArn, refusalCode } as const;
  return { ...answer, auditEntry: await noted(parts, subject, answer.clientRequestToken, details) };
}

/** Adds an entry of an operation that is over, or of one that never began. */
async function noted(
  parts: BaselineParts,
  subject: AuditContext,
  token: string | null,
  details: Omit<AuditEventDetails, 'operationId'> & { readonly operationId?: string },
) {
  const operationId = details.operationId ?? parts.ulid(parts.clock());
  const entry = createEntry(parts, subject, { ...details, operationId });
  await parts.append(entry, token);
  return entry;
}

function targetOf(request: MutationRequest, before: Association | null): AuditContext['target'] {
  const target = 'namespace' in request ? request : before;
  if (!target) return null;
  const { accountId, region, clusterName, namespace, serviceAccount } = target;
  return { accountId, region, clusterName, namespace, serviceAccount };
}
