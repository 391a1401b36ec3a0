import { randomUUID } from 'node:crypto';
import { EksReadFailed } from '../eks/eks.ts';
import { settingsOf } from '../model/association.ts';
import type { Association, DeleteRequest, UpdateRequest } from '../model/association.ts';
import type { AuditEntry, OperationKind } from '../model/audit.ts';
import type { Decision } from '../model/decision.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Difference, Refusal } from '../model/refusal.ts';
import type { AuthorizationRequest } from '../policy/policy.ts';
import { authorizationContextOf, workDeadline } from './mutation.ts';
import { alreadyExists } from './conclusion.ts';
import { differencesBetween, settingDifferences } from './differences.ts';
import { prepare } from './target.ts';
import type { Asked } from './target.ts';
import { createEntry, auditContextOf, subjectOfCaller } from '../audit/entry.ts';
import type { AuditContext } from '../audit/entry.ts';
import { see } from './observe.ts';
import type { Dependencies } from './dependencies.ts';
import { denialOf, invalidRefusal, shownTo, subjectOfUnread } from './refuse.ts';
import { validateDelete, validateUpdate } from '../validation/change.ts';
import type { DeleteInput, UpdateInput } from '../validation/change.ts';
import { validateCreate } from '../validation/create.ts';
import type { CreateInput, ValidatedAs } from '../validation/create.ts';

/** What a mutation would answer now, as far as that can be told without asking EKS for it. */
export interface DryRunResult {
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
type Finding = Omit<DryRunResult, 'auditEntry' | 'wouldBeAttempted'> & { readonly subject: AuditContext };

/** What a create would meet: the rules of its input, policy, an association in the way. Throws as a create does. */
export async function dryRunCreate(
  deps: Dependencies,
  identity: RequestIdentity,
  input: CreateInput,
  deadline: number,
): Promise<DryRunResult> {
  const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';
  const startedAt = deps.clock();
  const validated = validateCreate(input, deps.home);
  if (validated.kind === 'invalid') return noted(deps, ofInvalid(operation, identity, validated));

  const { request, reason, onBehalfOf } = validated;
  const context = authorizationContextOf({ identity, reason, onBehalfOf, startedAt });
  const decision = deps.authorize(context, { action: 'CreatePodIdentityAssociation', association: request });
  const call = {
    ...validated,
    operation,
    identity,
    target: request,
    before: null,
    decision,
    startedAt,
    deadline,
  } as const;
  const subject = auditContextOf({ ...call, clientRequestToken: '' });
  if (!decision.allowed) return noted(deps, { ...nothing, subject, decision, refusal: denialOf(decision) });

  const seen = await see(deps.eksFor(request), request, { deadline: workDeadline({ deadline }) });
  if (seen.kind === 'failed') throw new EksReadFailed(seen.error);
  if (seen.kind === 'nothing') return noted(deps, { ...nothing, subject, decision });
  const { association } = seen;
  const refusal = shownTo(deps, context, alreadyExists(association, request, null).refusal);
  const existing = refusal?.kind === 'AssociationAlreadyExists' ? refusal.existing : null;
  const differences = existing && differencesBetween(request, existing);
  return noted(deps, { subject, decision, refusal, existing, differences });
}

/** What an update would meet. Throws as an update does. */
export async function dryRunUpdate(
  deps: Dependencies,
  identity: RequestIdentity,
  input: UpdateInput,
  deadline: number,
): Promise<DryRunResult> {
  const operation = 'UPDATE_POD_IDENTITY_ASSOCIATION';
  const validated = validateUpdate(input, deps.home);
  if (validated.kind === 'invalid') return noted(deps, ofInvalid(operation, identity, validated));
  const { changes } = validated.request;
  const asked = askedOf(deps, operation, identity, validated, deadline);
  const found = await findingOf(deps, asked, (association) => ({
    action: 'UpdatePodIdentityAssociation',
    association,
    becomes: { ...settingsOf(association), ...changes },
  }));
  return noted(deps, { ...found, differences: found.existing && settingDifferences(changes, found.existing) });
}

/** What a delete would meet. Throws as a delete does. */
export async function dryRunDelete(
  deps: Dependencies,
  identity: RequestIdentity,
  input: DeleteInput,
  deadline: number,
): Promise<DryRunResult> {
  const operation = 'DELETE_POD_IDENTITY_ASSOCIATION';
  const validated = validateDelete(input, deps.home);
  if (validated.kind === 'invalid') return noted(deps, ofInvalid(operation, identity, validated));
  const asked = askedOf(deps, operation, identity, validated, deadline);
  return noted(
    deps,
    await findingOf(deps, asked, (association) => ({ action: 'DeletePodIdentityAssociation', association })),
  );
}

function askedOf<Valid extends { readonly clientRequestToken: string | null }>(
  deps: Dependencies,
  operation: OperationKind,
  identity: RequestIdentity,
  validated: Valid,
  deadline: number,
) {
  // A token that nobody has used, so that no record of an earlier request answers for it.
  return { ...validated, operation, identity, clientRequestToken: randomUUID(), startedAt: deps.clock(), deadline };
}

async function findingOf<Request extends UpdateRequest | DeleteRequest>(
  deps: Dependencies,
  asked: Asked<Request>,
  questionOn: (association: Association) => AuthorizationRequest,
): Promise<Finding> {
  const prepared = await prepare(deps, asked, questionOn);
  const { call } = prepared;
  const met = prepared.kind === 'refused' ? prepared.conclusion.refusal : null;
  if (!call?.before) return { ...nothing, subject: subjectOfUnread(asked), refusal: met };

  const { decision, before } = call;
  const refusal = prepared.kind === 'denied' ? denialOf(decision) : shownTo(deps, authorizationContextOf(call), met);
  const request = { action: 'DescribePodIdentityAssociation', association: before } as const;
  const existing = deps.authorize(authorizationContextOf(call), request).allowed ? before : null;
  return { subject: auditContextOf(call), decision, refusal, existing, differences: null };
}

const nothing = { refusal: null, decision: null, existing: null, differences: null } as const;

function ofInvalid(
  operation: OperationKind,
  identity: RequestIdentity,
  validated: Extract<ValidatedAs<unknown>, { kind: 'invalid' }>,
): Finding {
  const { findings, recordedInput: invalidInput, reason, onBehalfOf } = validated;
  const subject = { ...subjectOfCaller(operation, identity), invalidInput, findings, reason, onBehalfOf };
  return { ...nothing, subject, refusal: invalidRefusal(findings) };
}

/** Every question leaves its entry: who asked, and what the answer would have been. */
async function noted(deps: Dependencies, { subject, ...found }: Finding): Promise<DryRunResult> {
  const { refusal, existing } = found;
  const auditEntry = createEntry(deps, subject, {
    operationId: deps.ulid(deps.clock()),
    event: 'CHECKED',
    refusalCode: refusal?.code ?? null,
    message: refusal?.message ?? 'It would be attempted.',
    associationArn: existing?.associationArn ?? null,
  });
  await deps.ledger.appendEntry(auditEntry);
  return { ...found, wouldBeAttempted: refusal === null, auditEntry };
}
