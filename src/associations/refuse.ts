import type { TokenRecord } from '../ledger/ledger.ts';
import type { OperationKind } from '../model/audit.ts';
import type { Caller } from '../model/principal.ts';
import { outcomes } from '../model/outcome.ts';
import type { Finding, Refusal } from '../model/refusal.ts';
import { answerBase, inProgress, recorded } from './answer.ts';
import type { Answer } from './answer.ts';
import { askerOf } from './call.ts';
import type { Call } from './call.ts';
import { base } from './conclusion.ts';
import { newEntry, requesterOf, subjectOf, subjectOfCaller } from './journal.ts';
import type { Happening, Requester, Subject } from './journal.ts';
import type { Parts } from './parts.ts';
import type { Validated } from './validate.ts';

/** Answers that need no token record in hand: each writes its one audit entry, and touches nothing else. */

/** The input breaks rules. */
export async function invalid(
  parts: Parts,
  operation: OperationKind,
  caller: Caller,
  deadline: number,
  validated: Extract<Validated, { kind: 'invalid' }>,
): Promise<Answer> {
  const { findings, recordedInput: invalidInput, reason, onBehalfOf, clientRequestToken } = validated;
  const refusal: Refusal = { ...base('INVALID_INPUT', summaryOf(findings)), kind: 'InvalidInput', findings };
  const subject: Subject = { ...subjectOfCaller(operation, caller), invalidInput, findings, reason, onBehalfOf };
  return refused(parts, { subject, clientRequestToken, deadline }, refusal, {
    operationId: parts.ulid(parts.clock()),
    event: outcomes.INVALID_INPUT.event,
  });
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
  const { failed, violations } = call.decision;
  const outcome = failed ? 'POLICY_EVALUATION_FAILED' : 'POLICY_DENIED';
  const message = violations.map((violation) => violation.message).join(' ');
  const told = violations.flatMap(({ advice }) => advice ?? []).join(' ');
  const advice = failed || told === '' ? outcomes[outcome].remedy : told;
  const refusal: Refusal = { ...base(outcome, message), advice, kind: 'PolicyDenied', violations };
  return refused(parts, requesterOf(call), refusal, {
    operationId: parts.ulid(parts.clock()),
    event: outcomes[outcome].event,
  });
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
  const { refusal } = answer;
  if (refusal?.kind !== 'AssociationAlreadyExists' || refusal.existing === null) return answer;
  const question = { action: 'DescribePodIdentityAssociation', association: refusal.existing } as const;
  if (parts.decide(askerOf(call), question).allowed) return answer;
  return { ...answer, refusal: { ...refusal, existing: null, differences: null } };
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
