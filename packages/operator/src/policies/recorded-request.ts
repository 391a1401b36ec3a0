import * as v from 'valibot';
import { readContextOf } from '../../../../src/operations/terms/hidden.ts';
import { settingsOf } from '../../../../src/model/setting-fields.ts';
import {
  anyText,
  atLeast,
  fields,
  flag,
  list,
  oneKindOf,
  text,
  wholeNumber,
} from '../../../../src/policy/inventory/json.ts';
import {
  approvalNeed,
  association,
  changedExpiry,
  changes,
  recordedCreateRequest,
  recordedPrincipal,
  usedApproval,
} from '../../../../src/cases/model-schemas.ts';
import type { ApprovalNeed, UsedApproval } from '../../../../src/model/approval-vote.ts';
import { hasTrait } from '../../../../src/model/operation.ts';
import type { OperationKind } from '../../../../src/model/operation.ts';
import type { AssociationAction, AuthorizationContext, AuthorizationRequest } from '../../../../src/policy/policy.ts';

/** The parts of a decision that are compared. */
export interface RecordedDecision {
  readonly allowed: boolean;
  readonly policyIds: readonly string[];
  readonly violations: readonly { readonly policyId: string }[];
  readonly needs?: readonly ApprovalNeed[];
  readonly approval?: UsedApproval;
  readonly onlyAsDryRun?: true;
}

/** The fields of a recorded decision that every replay needs. */
export const decisionFields = {
  allowed: flag,
  policyIds: list(text()),
  violations: list(atLeast({ policyId: text() })),
  now: wholeNumber,
  needs: v.exactOptional(list(approvalNeed)),
  approval: v.exactOptional(usedApproval),
  onlyAsDryRun: v.exactOptional(v.literal(true)),
};

/** The decision about the delete that an expiry is, as far as every replay needs it. */
export const deleteDecision = v.exactOptional(atLeast(decisionFields));

/** The fields of an audit entry from which the context of its request is made. */
export const circumstanceSchema = atLeast({
  principal: recordedPrincipal,
  actor: v.nullish(recordedPrincipal, null),
  onBehalfOf: v.nullish(anyText, null),
  sourceAddress: v.nullish(text(), null),
  reason: v.nullish(anyText, null),
  event: v.nullish(text(), null),
  refusalCode: v.nullish(text(), null),
  omitted: v.nullish(list(text()), []),
  personal: v.exactOptional(atLeast({ sha256: v.exactOptional(text()) })),
});

/**
 * The fields of an audit entry that depend on the operation. Complete by type. Reads have no
 * decision.
 */
const schemas = {
  CREATE_POD_IDENTITY_ASSOCIATION: fields({
    operation: v.literal('CREATE_POD_IDENTITY_ASSOCIATION'),
    before: v.nullish(association, null),
    request: recordedCreateRequest,
  }),
  UPDATE_POD_IDENTITY_ASSOCIATION: fields({
    operation: v.literal('UPDATE_POD_IDENTITY_ASSOCIATION'),
    before: association,
    request: atLeast({ changes, expiresAt: v.exactOptional(changedExpiry) }),
  }),
  DELETE_POD_IDENTITY_ASSOCIATION: fields({
    operation: v.literal('DELETE_POD_IDENTITY_ASSOCIATION'),
    before: association,
  }),
  ADOPT_POD_IDENTITY_ASSOCIATION: fields({
    operation: v.literal('ADOPT_POD_IDENTITY_ASSOCIATION'),
    before: association,
  }),
} as const satisfies { readonly [Kind in OperationKind]: v.GenericSchema<unknown, { readonly operation: Kind }> };

/** An audit entry of one of these kinds, as far as it depends on the kind. */
type OperationEntry<Kind extends OperationKind = OperationKind> = {
  [K in Kind]: v.InferOutput<(typeof schemas)[K]>;
}[Kind];

/** The fields of an audit entry that depend on the operation. */
export const operationSchema = oneKindOf('operation', Object.values(schemas));

/** An authorization request of which audit entries record the decision. */
export type RecordedRequest = Extract<AuthorizationRequest, { action: AssociationAction }>;

/** What was asked of the policies, by operation. Complete by type. */
const requests: { readonly [Kind in OperationKind]: (entry: OperationEntry<Kind>) => RecordedRequest } = {
  CREATE_POD_IDENTITY_ASSOCIATION: ({ request }) => ({ action: 'CreatePodIdentityAssociation', association: request }),
  UPDATE_POD_IDENTITY_ASSOCIATION: ({ before, request: { changes: changed, expiresAt } }) => ({
    action: 'UpdatePodIdentityAssociation',
    association: before,
    becomes: { ...settingsOf(before), ...changed },
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }),
  DELETE_POD_IDENTITY_ASSOCIATION: ({ before }) => ({ action: 'DeletePodIdentityAssociation', association: before }),
  ADOPT_POD_IDENTITY_ASSOCIATION: ({ before }) => ({ action: 'AdoptPodIdentityAssociation', association: before }),
};

/** Keeps the connection between kind and entry for the compiler. */
const requestBy = <Kind extends OperationKind>(kind: Kind, entry: OperationEntry<Kind>) => requests[kind](entry);

type Circumstances = v.InferOutput<typeof circumstanceSchema>;

/** Whether the personal data of an entry were erased, on which its decision can depend. */
export function isErased({ personal }: Circumstances): boolean {
  return personal?.sha256 !== undefined;
}

/**
 * Whether the decision of an entry is that its principal may not view the association. It was made
 * as for a read, before anyone asked whether the association may be changed.
 */
function isOfView({ event, refusalCode }: Circumstances): boolean {
  return refusalCode === 'ASSOCIATION_NOT_FOUND' && (event === 'DENIED' || event === 'CHECKED');
}

/** The authorization request of an audit entry. */
export function requestOf(entry: OperationEntry & Circumstances): RecordedRequest {
  if (isOfView(entry) && entry.before) {
    return { action: 'DescribePodIdentityAssociation', association: entry.before };
  }
  return requestBy(entry.operation, entry);
}

/** The delete that the expiry of an audit entry's request is: of the association as it is then. */
export function deleteRequestOf(entry: OperationEntry): RecordedRequest {
  if (!entry.before) throw new Error('The entry has a deleteDecision, and no association before it.');
  const changed = hasTrait('updates', entry) ? entry.request.changes : {};
  return { action: 'DeletePodIdentityAssociation', association: { ...entry.before, ...changed } };
}

/**
 * The context of an audit entry's request.
 *
 * @param now the time of its decision, in milliseconds since the epoch
 * @param name names the entry where the evaluation fails
 */
export function contextOf(entry: Circumstances, now: number, name: string): AuthorizationContext {
  const identity = { ...entry, userAgent: null, apiRequestId: name };
  if (isOfView(entry)) return readContextOf({ identity, now });
  return {
    identity,
    onBehalfOf: entry.onBehalfOf,
    hasReason: entry.reason !== null,
    // Dry runs have this event, and nothing else has.
    isDryRun: entry.event === 'CHECKED',
    now,
  };
}

/**
 * A decision in words: `allowed by …`, `allowed as a dry run only by …`, `denied by …`,
 * `needs approval for …` or `allowed by approval for …`, with the ids of the policies, and how many
 * of which group must approve.
 */
export function verdict({ allowed, policyIds, violations, needs, onlyAsDryRun }: RecordedDecision): string {
  if (needs !== undefined) {
    const asked = needs.map(({ policyId, group, count }) => `${policyId} (${count} of ${group})`).join(', ');
    return `${allowed ? 'allowed by approval' : 'needs approval'} for ${asked}`;
  }
  const ids = allowed ? policyIds : violations.map(({ policyId }) => policyId);
  const result = onlyAsDryRun ? 'allowed as a dry run only' : allowed ? 'allowed' : 'denied';
  return `${result} by ${[...new Set(ids)].join(', ')}`;
}

/**
 * Events of approvals whose entries have the decision about a vote, or repeat that of the request.
 */
const eventsOfVotes: readonly string[] = [
  'APPROVED',
  'REJECTED',
  'APPROVAL_EXPIRED',
  'APPROVAL_USED',
  'APPROVAL_WITHDRAWN',
  'APPROVAL_VOTE_VOIDED',
];

/** Whether an entry has the decision about the request that an approval is for. */
export function isOfRequest({ event }: { readonly event: string | null }): boolean {
  return event === null || !eventsOfVotes.includes(event);
}
