import { randomUUID } from 'node:crypto';
import { EksReadFailed } from '../eks/eks.ts';
import { settingsOf } from '../model/association.ts';
import type { Association, DeleteRequest, UpdateRequest } from '../model/association.ts';
import type { AuditEntry, OperationKind } from '../model/audit.ts';
import type { Decision } from '../model/decision.ts';
import type { Caller } from '../model/principal.ts';
import type { Difference, Refusal } from '../model/refusal.ts';
import type { Question } from '../policy/policy.ts';
import { askerOf, workDeadline } from './mutation.ts';
import { alreadyExists } from './conclusion.ts';
import { differencesBetween, settingDifferences } from './differences.ts';
import { prepare } from './target.ts';
import type { Asked } from './target.ts';
import { newEntry, subjectOf, subjectOfCaller } from '../audit/entry.ts';
import type { Subject } from '../audit/entry.ts';
import { see } from './observe.ts';
import type { Parts } from './dependencies.ts';
import { denialOf, invalidRefusal, shownTo, subjectOfUnread } from './refuse.ts';
import { validateDelete, validateUpdate } from '../validation/change.ts';
import type { DeleteInput, UpdateInput } from '../validation/change.ts';
import { validateCreate } from '../validation/create.ts';
import type { CreateInput, ValidatedAs } from '../validation/create.ts';

/** What a mutation would answer now, as far as that can be told without asking EKS for it. */
export interface Checked {
  /** Whether EKS would be asked. */
  readonly wouldBeAttempted: boolean;
  /** The refusal that it would meet. */
  readonly refusal: Refusal | null;
  readonly decision: Decision | null;
  /** The association in the way, or the one that it is about. */
  readonly existing: Association | null;
  readonly differences: readonly Difference[] | null;
  readonly auditEntry: AuditEntry;
}

/** What was found, before it is written down. */
type Finding = Omit<Checked, 'auditEntry' | 'wouldBeAttempted'> & { readonly subject: Subject };

/** What a create would meet: the rules of its input, policy, an association in the way. Throws as a create does. */
export async function checkCreate(
  parts: Parts,
  caller: Caller,
  input: CreateInput,
  deadline: number,
): Promise<Checked> {
  const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';
  const startedAt = parts.clock();
  const validated = validateCreate(input, parts.home);
  if (validated.kind === 'invalid') return noted(parts, ofInvalid(operation, caller, validated));

  const { request, reason, onBehalfOf } = validated;
  const asker = askerOf({ caller, reason, onBehalfOf, startedAt });
  const decision = parts.decide(asker, { action: 'CreatePodIdentityAssociation', request });
  const call = {
    ...validated,
    operation,
    caller,
    target: request,
    before: null,
    decision,
    startedAt,
    deadline,
  } as const;
  const subject = subjectOf({ ...call, clientRequestToken: '' });
  if (!decision.allowed) return noted(parts, { ...nothing, subject, decision, refusal: denialOf(decision) });

  const seen = await see(parts.eksFor(request), request, { deadline: workDeadline({ deadline }) });
  if (seen.kind === 'failed') throw new EksReadFailed(seen.error);
  if (seen.kind === 'nothing') return noted(parts, { ...nothing, subject, decision });
  const { association } = seen;
  const refusal = shownTo(parts, asker, alreadyExists(association, request, null).refusal);
  const existing = refusal?.kind === 'AssociationAlreadyExists' ? refusal.existing : null;
  const differences = existing && differencesBetween(request, existing);
  return noted(parts, { subject, decision, refusal, existing, differences });
}

/** What an update would meet. Throws as an update does. */
export async function checkUpdate(
  parts: Parts,
  caller: Caller,
  input: UpdateInput,
  deadline: number,
): Promise<Checked> {
  const operation = 'UPDATE_POD_IDENTITY_ASSOCIATION';
  const validated = validateUpdate(input, parts.home);
  if (validated.kind === 'invalid') return noted(parts, ofInvalid(operation, caller, validated));
  const { changes } = validated.request;
  const asked = askedOf(parts, operation, caller, validated, deadline);
  const found = await findingOf(parts, asked, (association) => ({
    action: 'UpdatePodIdentityAssociation',
    association,
    becomes: { ...settingsOf(association), ...changes },
  }));
  return noted(parts, { ...found, differences: found.existing && settingDifferences(changes, found.existing) });
}

/** What a delete would meet. Throws as a delete does. */
export async function checkDelete(
  parts: Parts,
  caller: Caller,
  input: DeleteInput,
  deadline: number,
): Promise<Checked> {
  const operation = 'DELETE_POD_IDENTITY_ASSOCIATION';
  const validated = validateDelete(input, parts.home);
  if (validated.kind === 'invalid') return noted(parts, ofInvalid(operation, caller, validated));
  const asked = askedOf(parts, operation, caller, validated, deadline);
  return noted(
    parts,
    await findingOf(parts, asked, (association) => ({ action: 'DeletePodIdentityAssociation', association })),
  );
}

function askedOf<Valid extends { readonly clientRequestToken: string | null }>(
  parts: Parts,
  operation: OperationKind,
  caller: Caller,
  validated: Valid,
  deadline: number,
) {
  // A token that nobody has used, so that no record of an earlier request answers for it.
  return { ...validated, operation, caller, clientRequestToken: randomUUID(), startedAt: parts.clock(), deadline };
}

async function findingOf<Request extends UpdateRequest | DeleteRequest>(
  parts: Parts,
  asked: Asked<Request>,
  questionOn: (association: Association) => Question,
): Promise<Finding> {
  const prepared = await prepare(parts, asked, questionOn);
  const { call } = prepared;
  const met = prepared.kind === 'refused' ? prepared.conclusion.refusal : null;
  if (!call?.before) return { ...nothing, subject: subjectOfUnread(asked), refusal: met };

  const { decision, before } = call;
  const refusal = prepared.kind === 'denied' ? denialOf(decision) : shownTo(parts, askerOf(call), met);
  const question = { action: 'DescribePodIdentityAssociation', association: before } as const;
  const existing = parts.decide(askerOf(call), question).allowed ? before : null;
  return { subject: subjectOf(call), decision, refusal, existing, differences: null };
}

const nothing = { refusal: null, decision: null, existing: null, differences: null } as const;

function ofInvalid(
  operation: OperationKind,
  caller: Caller,
  validated: Extract<ValidatedAs<unknown>, { kind: 'invalid' }>,
): Finding {
  const { findings, recordedInput: invalidInput, reason, onBehalfOf } = validated;
  const subject = { ...subjectOfCaller(operation, caller), invalidInput, findings, reason, onBehalfOf };
  return { ...nothing, subject, refusal: invalidRefusal(findings) };
}

/** Every question leaves its entry: who asked, and what the answer would have been. */
async function noted(parts: Parts, { subject, ...found }: Finding): Promise<Checked> {
  const { refusal, existing } = found;
  const auditEntry = newEntry(parts, subject, {
    operationId: parts.ulid(parts.clock()),
    event: 'CHECKED',
    refusalCode: refusal?.code ?? null,
    message: refusal?.message ?? 'It would be attempted.',
    associationArn: existing?.associationArn ?? null,
  });
  await parts.ledger.append(auditEntry);
  return { ...found, wouldBeAttempted: refusal === null, auditEntry };
}
