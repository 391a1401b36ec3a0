import type { TokenRecord } from '../ledger/ledger.ts';
import type { DeleteRequest, UpdateRequest } from '../model/association.ts';
import type { OperationKind } from '../model/audit.ts';
import type { Decision } from '../model/decision.ts';
import type { Caller } from '../model/principal.ts';
import { outcomes } from '../model/outcome.ts';
import type { Finding, Refusal } from '../model/refusal.ts';
import { answerBase, inProgress, recorded } from './result.ts';
import type { Asker } from '../policy/policy.ts';
import type { Answer } from './result.ts';
import { askerOf } from './mutation.ts';
import type { Call } from './mutation.ts';
import { base } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import type { Asked } from './target.ts';
import { newEntry, requesterOf, subjectOf, subjectOfCaller } from '../audit/entry.ts';
import type { Happening, Requester, Subject } from '../audit/entry.ts';
import type { Parts } from './dependencies.ts';
import type { ValidatedAs } from '../validation/create.ts';

/** Answers that need no token record in hand: each writes its one audit entry, and touches nothing else. */

/** The input breaks rules. */
export async function invalid(
  parts: Parts,
  operation: OperationKind,
  caller: Caller,
  deadline: number,
  validated: Extract<ValidatedAs<unknown>, { kind: 'invalid' }>,
): Promise<Answer> {
  const { findings, recordedInput: invalidInput, reason, onBehalfOf, clientRequestToken } = validated;
  const refusal = invalidRefusal(findings);
  const subject: Subject = { ...subjectOfCaller(operation, caller), invalidInput, findings, reason, onBehalfOf };
  return refused(parts, { subject, clientRequestToken, deadline }, refusal, {
    operationId: parts.ulid(parts.clock()),
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
export async function denied(parts: Parts, call: Call): Promise<Answer> {
  return refused(parts, requesterOf(call), denialOf(call.decision), {
    operationId: parts.ulid(parts.clock()),
    event: outcomes.POLICY_DENIED.event,
  });
}

/** What a caller is told whom policy denies. */
export function denialOf({ failed, violations }: Decision): Refusal {
  const outcome = failed ? 'POLICY_EVALUATION_FAILED' : 'POLICY_DENIED';
  const message = violations.map((violation) => violation.message).join(' ');
  const told = violations.flatMap(({ advice }) => advice ?? []).join(' ');
  const advice = failed || told === '' ? outcomes[outcome].remedy : told;
  return { ...base(outcome, message), advice, kind: 'PolicyDenied', violations };
}

/** EKS or the caller's own words show that there is nothing to do; the token is not claimed for that. */
export async function refuseUnheld(
  parts: Parts,
  asked: Asked<UpdateRequest | DeleteRequest>,
  call: Call | null,
  { outcome, message, refusal, associationArn }: Conclusion,
): Promise<Answer> {
  const { clientRequestToken, deadline } = asked;
  const subject = call ? subjectOf(call) : subjectOfUnread(asked);
  const { event, code: refusalCode } = outcomes[outcome];
  const happening = { operationId: parts.ulid(parts.clock()), event, refusalCode, message, associationArn };
  const entry = await noted(parts, subject, happening);
  const shown = shownTo(parts, askerOf(asked), refusal);
  return { ...answerBase({ subject, clientRequestToken, deadline }, 'REFUSED', entry), refusal: shown };
}

/** Subject of a valid request about an association that nobody could read. */
export function subjectOfUnread(asked: Asked<UpdateRequest | DeleteRequest>): Subject {
  const { operation, caller, request, reason, onBehalfOf } = asked;
  return { ...subjectOfCaller(operation, caller), request, reason, onBehalfOf };
}

/** The token belongs to an earlier request of this caller with other input. */
export async function tokenReused(parts: Parts, call: Call, record: TokenRecord): Promise<Answer> {
  const outcome = 'TOKEN_REUSED_WITH_DIFFERENT_INPUT';
  const { operationId } = record;
  const message = 'This clientRequestToken belongs to an earlier request of yours that asked for something else.';
  const refusal: Refusal = { ...base(outcome, message), kind: 'TokenReused', originalOperationId: operationId };
  return refused(parts, requesterOf(call), refusal, { operationId, event: outcomes[outcome].event });
}

/** Another request holds the record. */
export async function contended(parts: Parts, call: Call, record: TokenRecord): Promise<Answer> {
  const message = 'Another request with this clientRequestToken is at work.';
  const happening = { operationId: record.operationId, event: outcomes.CONTENDED.event, message };
  return inProgress(parts, requesterOf(call), record, await noted(parts, subjectOf(call), happening));
}

/** The record's answer, given again: a receipt of what was answered then, whatever has happened at EKS since. */
export async function replayed(parts: Parts, call: Call, record: TokenRecord): Promise<Answer> {
  const { operationId, answer } = record;
  const happening: Happening = {
    operationId,
    event: 'REPLAYED',
    message: `The answer of ${answer?.answeredAt} was given again.`,
    refusalCode: answer?.refusal?.code ?? null,
    associationArn: answer?.association?.associationArn ?? null,
  };
  return recorded(requesterOf(call), record, await noted(parts, subjectOf(call), happening));
}

/** The answer as far as this caller may see it: an association in the way is shown to those who may view it. */
export function forCaller(parts: Parts, call: Call, answer: Answer): Answer {
  return { ...answer, refusal: shownTo(parts, askerOf(call), answer.refusal) };
}

/** A refusal as far as the asker may see it. */
export function shownTo(parts: Parts, asker: Asker, refusal: Refusal | null): Refusal | null {
  if (refusal?.kind !== 'AssociationAlreadyExists' && refusal?.kind !== 'AssociationChanged') return refusal;
  if (refusal.existing === null) return refusal;
  const question = { action: 'DescribePodIdentityAssociation', association: refusal.existing } as const;
  return parts.decide(asker, question).allowed ? refusal : { ...refusal, existing: null, differences: null };
}

async function refused(parts: Parts, who: Requester, refusal: Refusal, happening: Happening): Promise<Answer> {
  const { code: refusalCode, message } = refusal;
  const entry = await noted(parts, who.subject, { ...happening, refusalCode, message });
  return { ...answerBase(who, 'REFUSED', entry), refusal };
}

async function noted(parts: Parts, subject: Subject, happening: Happening) {
  const entry = newEntry(parts, subject, happening);
  await parts.ledger.append(entry);
  return entry;
}
