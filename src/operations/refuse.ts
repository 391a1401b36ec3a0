import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { DeleteRequest, UpdateRequest } from '../model/association.ts';
import type { OperationKind } from '../model/audit.ts';
import type { Decision } from '../model/decision.ts';
import type { RequestIdentity } from '../model/principal.ts';
import { outcomes } from '../model/outcome.ts';
import type { Finding, Refusal } from '../model/refusal.ts';
import { resultBase, inProgress, recorded } from './result.ts';
import type { AuthorizationContext } from '../policy/policy.ts';
import type { MutationResult } from './result.ts';
import { authorizationContextOf } from './mutation.ts';
import type { Call } from './mutation.ts';
import { base } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import type { Asked } from './target.ts';
import { createEntry, requesterOf, auditContextOf, subjectOfCaller } from '../audit/entry.ts';
import type { AuditEventDetails, Requester, AuditContext } from '../audit/entry.ts';
import type { Dependencies } from './dependencies.ts';
import type { ValidatedAs } from '../validation/create.ts';

/** Answers that need no token record in hand: each writes its one audit entry, and touches nothing else. */

/** The input breaks rules. */
export async function invalid(
  deps: Dependencies,
  operation: OperationKind,
  identity: RequestIdentity,
  deadline: number,
  validated: Extract<ValidatedAs<unknown>, { kind: 'invalid' }>,
): Promise<MutationResult> {
  const { findings, recordedInput: invalidInput, reason, onBehalfOf, clientRequestToken } = validated;
  const refusal = invalidRefusal(findings);
  const subject: AuditContext = { ...subjectOfCaller(operation, identity), invalidInput, findings, reason, onBehalfOf };
  return refused(deps, { subject, clientRequestToken, deadline }, refusal, {
    operationId: deps.ulid(deps.clock()),
    event: outcomes.INVALID_INPUT.event,
  });
}

/** What a caller is told whose input breaks rules. */
export function invalidRefusal(findings: readonly Finding[]): Refusal {
  return { ...base('INVALID_INPUT', summaryOf(findings)), kind: 'InvalidInput', findings };
}

/** The findings in a sentence or a few, for those who read no more than the message. */
function summaryOf(findings: readonly Finding[]): string {
  const told = findings.slice(0, toldFindings).map(({ message }) => message);
  const more = findings.length - told.length;
  return [...told, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}

const toldFindings = 4;

/** Policy denies it, or could not be evaluated. */
export async function denied(deps: Dependencies, call: Call): Promise<MutationResult> {
  return refused(deps, requesterOf(call), denialOf(call.decision), {
    operationId: deps.ulid(deps.clock()),
    event: outcomes.POLICY_DENIED.event,
  });
}

/** What a caller is told whom policy denies. */
export function denialOf({ failed, violations }: Decision): Refusal {
  const outcome = failed ? 'POLICY_EVALUATION_FAILED' : 'POLICY_DENIED';
  const message = violations.map((violation) => violation.message).join(' ');
  const told = violations.flatMap(({ advice }) => advice ?? []).join(' ');
  const advice = failed || told === '' ? outcomes[outcome].advice : told;
  return { ...base(outcome, message), advice, kind: 'PolicyDenied', violations };
}

/** EKS or the caller's own words show that there is nothing to do; the token is not claimed for that. */
export async function refuseUnheld(
  deps: Dependencies,
  asked: Asked<UpdateRequest | DeleteRequest>,
  call: Call | null,
  { outcome, message, refusal, associationArn }: Conclusion,
): Promise<MutationResult> {
  const { clientRequestToken, deadline } = asked;
  const subject = call ? auditContextOf(call) : subjectOfUnread(asked);
  const { event, code: refusalCode } = outcomes[outcome];
  const details = { operationId: deps.ulid(deps.clock()), event, refusalCode, message, associationArn };
  const entry = await noted(deps, subject, details);
  const shown = shownTo(deps, authorizationContextOf(asked), refusal);
  return { ...resultBase({ subject, clientRequestToken, deadline }, 'REFUSED', entry), refusal: shown };
}

/** AuditContext of a valid request about an association that nobody could read. */
export function subjectOfUnread(asked: Asked<UpdateRequest | DeleteRequest>): AuditContext {
  const { operation, identity, request, reason, onBehalfOf } = asked;
  return { ...subjectOfCaller(operation, identity), request, reason, onBehalfOf };
}

/** The token belongs to an earlier request of this caller with other input. */
export async function tokenReused(deps: Dependencies, call: Call, record: IdempotencyRecord): Promise<MutationResult> {
  const outcome = 'TOKEN_REUSED_WITH_DIFFERENT_INPUT';
  const { operationId } = record;
  const message = 'This clientRequestToken belongs to an earlier request of yours that asked for something else.';
  const refusal: Refusal = { ...base(outcome, message), kind: 'TokenReused', originalOperationId: operationId };
  return refused(deps, requesterOf(call), refusal, { operationId, event: outcomes[outcome].event });
}

/** Another request holds the record. */
export async function contended(deps: Dependencies, call: Call, record: IdempotencyRecord): Promise<MutationResult> {
  const message = 'Another request with this clientRequestToken is at work.';
  const details = { operationId: record.operationId, event: outcomes.CONTENDED.event, message };
  return inProgress(deps, requesterOf(call), record, await noted(deps, auditContextOf(call), details));
}

/** The record's answer, given again: a receipt of what was answered then, whatever has happened at EKS since. */
export async function replayed(deps: Dependencies, call: Call, record: IdempotencyRecord): Promise<MutationResult> {
  const { operationId, result: answer } = record;
  const details: AuditEventDetails = {
    operationId,
    event: 'REPLAYED',
    message: `The answer of ${answer?.completedAt} was given again.`,
    refusalCode: answer?.refusal?.code ?? null,
    associationArn: answer?.association?.associationArn ?? null,
  };
  return recorded(requesterOf(call), record, await noted(deps, auditContextOf(call), details));
}

/** The answer as far as this caller may see it: an association in the way is shown to those who may view it. */
export function forCaller(deps: Dependencies, call: Call, answer: MutationResult): MutationResult {
  return { ...answer, refusal: shownTo(deps, authorizationContextOf(call), answer.refusal) };
}

/** A refusal as far as the asker may see it. */
export function shownTo(deps: Dependencies, context: AuthorizationContext, refusal: Refusal | null): Refusal | null {
  if (refusal?.kind !== 'AssociationAlreadyExists' && refusal?.kind !== 'AssociationChanged') return refusal;
  if (refusal.existing === null) return refusal;
  const request = { action: 'DescribePodIdentityAssociation', association: refusal.existing } as const;
  return deps.authorize(context, request).allowed ? refusal : { ...refusal, existing: null, differences: null };
}

async function refused(
  deps: Dependencies,
  who: Requester,
  refusal: Refusal,
  details: AuditEventDetails,
): Promise<MutationResult> {
  const { code: refusalCode, message } = refusal;
  const entry = await noted(deps, who.subject, { ...details, refusalCode, message });
  return { ...resultBase(who, 'REFUSED', entry), refusal };
}

async function noted(deps: Dependencies, subject: AuditContext, details: AuditEventDetails) {
  const entry = createEntry(deps, subject, details);
  await deps.ledger.appendEntry(entry);
  return entry;
}
