import type { Approval } from '../../src/model/approval.ts';
import type { AssociationState } from '../../src/ledger/association-state.ts';
import type { AssociationVersion } from '../../src/ledger/association-version.ts';
import type { ClusterScan } from '../../src/ledger/cluster-scan.ts';
import type { IdempotencyRecord, Locks } from '../../src/ledger/ledger.ts';
import { operationTagKey } from '../../src/model/association.ts';
import type { Association, CreateRequest } from '../../src/model/association.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import type { AuditEntry, JudgedExpiry } from '../../src/model/audit.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { RecordedPrincipal } from '../../src/model/principal.ts';
import type { Refusal } from '../../src/model/refusal.ts';

// One value of every kind that the ledger stores, with every field set. The types make a new field fail to compile here, and the
// checked-in items (test/ledger/stored) pin its stored name.

const createdBy = '01KASA3V5T0000000000000001';
const operationId = '01KASA3V5T0000000000000002';
const target = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps',
  namespace: 'payments',
  serviceAccount: 'api',
};
const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/api';
const targetRoleArn = 'arn:aws:iam::444455556666:role/reader';
const policy = '{"Version":"2012-10-17"}';
const at = '2026-11-24T12:00:00.000Z';
const start = Date.parse(at);

const association: Required<Association> = {
  ...target,
  roleArn,
  associationArn: 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps/a-0123456789abcdefg',
  associationId: 'a-0123456789abcdefg',
  tags: [
    { key: '__proto__', value: '\ud800' },
    { key: operationTagKey, value: createdBy },
  ],
  createdAt: at,
  modifiedAt: at,
  ownerArn: null,
  disableSessionTags: true,
  targetRoleArn,
  externalId: 'external',
  policy,
};

const create: Required<Omit<CreateRequest, 'expectedRevision' | 'ifExists' | 'expiresAt'>> = {
  ...target,
  roleArn,
  targetRoleArn,
  disableSessionTags: true,
  policy,
  tags: [{ key: 'team', value: 'payments' }],
};
const remove = {
  accountId: target.accountId,
  region: target.region,
  clusterName: target.clusterName,
  associationId: association.associationId,
  expectedModifiedAt: at,
};
const update = { ...remove, changes: { roleArn, targetRoleArn: null, disableSessionTags: false, policy } };

/** Canonical requests, by the operation that they are of. */
export const requests = {
  CREATE_POD_IDENTITY_ASSOCIATION: create,
  UPDATE_POD_IDENTITY_ASSOCIATION: update,
  DELETE_POD_IDENTITY_ASSOCIATION: remove,
  ADOPT_POD_IDENTITY_ASSOCIATION: remove,
} as const;

const refusal: Refusal = {
  kind: 'AssociationChanged',
  code: 'ASSOCIATION_CHANGED',
  message: 'It was modified.',
  advice: 'Read it again.',
  retryable: false,
  existing: association,
  differences: [{ field: 'roleArn', requested: roleArn, existing: null }],
  existingDeniedTo: 'PRINCIPAL',
};

const record: Required<Omit<IdempotencyRecord, 'isDerived'>> = {
  idempotencyKey: 'a'.repeat(64),
  operation: 'UPDATE_POD_IDENTITY_ASSOCIATION',
  operationId,
  fence: 2,
  state: 'IN_PROGRESS',
  fingerprint: 'f'.repeat(64),
  startedAt: start,
  leaseUntil: start + 35_000,
  inDoubtUntil: start + 420_000,
  modifiedAtBefore: at,
  retainUntil: null,
  inDoubtOperationIds: [createdBy],
  result: null,
  deferral: { attempts: 3, nextAt: start + 60_000, parked: 'CLUSTER_NOT_SERVED', message: 'Not served.' },
};
const { deferral: _, ...withoutDeferral } = record;
const ended = { ...withoutDeferral, retainUntil: start + 604_800_000 };

/** A record in every state. */
export const records: readonly IdempotencyRecord[] = [
  record,
  { ...ended, state: 'SUCCEEDED', result: { association, refusal: null, isAdopted: true, completedAt: at } },
  { ...ended, state: 'REFUSED', result: { association: null, refusal, completedAt: at } },
  { ...ended, state: 'RELEASED' },
];

/** The record of a token that is derived from a desired state. */
export const derivedRecord: IdempotencyRecord = { ...ended, state: 'RELEASED', isDerived: true };

/** The locks, with one of each scope. */
export const locks: Required<Locks> = {
  revision: 7,
  locks: [
    { scope: { kind: 'ALL' }, reason: null, lockedBy: 'pat', lockedAt: at },
    {
      scope: { kind: 'CLUSTER', accountId: target.accountId, region: target.region, clusterName: 'apps' },
      reason: 'Migration.',
      lockedBy: 'pat',
      lockedAt: at,
    },
    {
      scope: { kind: 'PRINCIPAL', principalId: 'alice' },
      reason: null,
      lockedBy: 'pat',
      lockedAt: at,
      stopsReads: true,
    },
  ],
  lifted: [
    { principalId: null, revision: 4, liftedAt: at },
    { principalId: 'bob', revision: 6, liftedAt: at },
  ],
};

const principal: Required<RecordedPrincipal> = {
  id: 'https://issuer.example#alice',
  kind: 'USER',
  groups: ['payments-team'],
  sessionName: 'session',
  otherGroups: { count: 2, sha256: 'b'.repeat(64) },
};

const decision: Required<Omit<Decision, 'permittedBy'>> = {
  allowed: false,
  failed: false,
  policyIds: ['role-by-convention'],
  violations: [{ policyId: 'role-by-convention', message: 'No.', advice: 'Ask.', deniedTo: 'BOTH' }],
  policySetHash: 'c'.repeat(64),
  inventoryHash: 'd'.repeat(64),
  now: start,
  onlyAsDryRun: true,
  slice: {
    cluster: {
      ...{ accountId: target.accountId, region: target.region, clusterName: 'apps' },
      ...{ environment: 'prod', production: true, targetRoleAccounts: ['444455556666'] },
    },
    namespace: {
      name: 'payments',
      owners: ['payments-team'],
      system: false,
      rolePaths: ['/pods/'],
      roleArns: [roleArn],
    },
    services: [{ id: 'chatops', groups: ['bots'], mayNamePeople: true }],
    person: { id: 'https://issuer.example#alice', groups: ['payments-team'] },
    timeZone: 'Europe/Berlin',
    roles: [
      { arn: roleArn, kind: 'found', tags: [{ key: 'team', value: 'payments' }], permissionsBoundary: null },
      { arn: targetRoleArn, kind: 'failed', reason: 'AccessDenied' },
    ],
  },
  unknownRoles: [targetRoleArn],
  needs: [
    {
      ...{ policyId: 'production-needs-approval', policyHash: 'f'.repeat(64) },
      ...{ message: 'Not alone.', advice: 'Wait.', group: 'security', count: 1 },
    },
  ],
  approval: {
    approvalId: 'approval-01KASA3V5T0000000000000008',
    votes: [
      {
        ...{ principal, actor: null, vote: 'APPROVE', policyIds: ['production-needs-approval'] },
        ...{ comment: 'Seen.', isOwnRequest: false, time: at },
        ...{ sourceAddress: '192.0.2.9', locksRevision: 6, comparedGroups: ['security'] },
      },
    ],
  },
};

const entry: AuditEntry = {
  entryId: '01KASA3V5T0000000000000009',
  operationId,
  time: at,
  event: 'INTENT',
  principal,
  actor: { ...principal, id: 'chatops', kind: 'SERVICE', otherGroups: null },
  onBehalfOf: 'alice@example.com',
  sourceAddress: '192.0.2.7',
  userAgent: 'client/1',
  apiRequestId: 'request-1',
  reason: 'It moves.',
  declaration: 'payments/bindings',
  invalidInput: { sha256: 'e'.repeat(64), bytes: 10, fields: { roleArn: 4, tags: null }, findingCount: 1 },
  findings: [{ path: 'roleArn', rule: 'role-arn', message: 'Not a role.', advice: 'Give a role.' }],
  operation: 'UPDATE_POD_IDENTITY_ASSOCIATION',
  request: update,
  target,
  before: association,
  decision,
  refusalCode: 'ASSOCIATION_CHANGED',
  message: 'It was modified.',
  associationArn: association.associationArn,
  eksRequestId: 'eks-1',
  omitted: ['decision.slice'],
  fence: 2,
};

/** The one entry of an adoption: what was adopted is in `before`. */
export const adoption: AuditEntry = {
  ...entry,
  event: 'SUCCEEDED',
  operation: 'ADOPT_POD_IDENTITY_ASSOCIATION',
  request: remove,
  fence: 1,
};

/** An entry whose personal data are stored beside its text. */
export const separate: AuditEntry = {
  ...entry,
  message: 'No rule lets alice@example.com update associations.',
  decision: { ...decision, violations: [{ policyId: 'default-deny', message: 'No alice@example.com.', advice: null }] },
  deleteDecision: decision,
  personal: { salt: '0123456789012345678901' },
};

const judgedExpiry: Required<JudgedExpiry> = {
  endingBefore: {
    associationId: association.associationId,
    expiresAt: '2026-11-26T12:00:00.000Z',
    setBy: createdBy,
  },
  deleteDecision: { ...decision, now: start + 86_400_000 },
};

/** The one entry of an update that sets an earlier expiry. */
export const earlierExpiry: AuditEntry = {
  ...entry,
  event: 'SUCCEEDED',
  operation: 'UPDATE_POD_IDENTITY_ASSOCIATION',
  request: { ...update, expiresAt: '2026-11-25T12:00:00.000Z' },
  fence: 1,
  ...judgedExpiry,
};

/** An entry of an approval with the terms and the permits that later versions add. */
export const entryOfApproval: AuditEntry = {
  ...entry,
  event: 'APPROVAL_REQUESTED',
  operationId: `approval-${operationId}`,
  decision: { ...decision, permittedBy: ['owners-update'] },
  approvalKey: '9'.repeat(64),
  approvalTerms: { needs: [{ group: 'security', count: 2 }], expiresAt: '2026-11-25T12:00:00.000Z' },
};

/** IAM policies name the prefix: only operators may put such entries. */
const lockId = `lock-${operationId}`;

const eventsOfOthers = { fence: null, refusalCode: null, eksRequestId: null, omitted: [] };

const eventsOfDrift = {
  ...{
    ...eventsOfOthers,
    operationId: `drift-${operationId}`,
    operation: 'OBSERVE_ASSOCIATION' as const,
    request: null,
  },
  ...{ fence: 3, decision: null },
};

const eventsOfApprovals = {
  ...{ refusalCode: null, eksRequestId: null, omitted: [] },
  ...{ operationId: `approval-${operationId}`, approvalKey: '9'.repeat(64) },
};

/** An entry of every event. */
export const entries: Readonly<Record<AuditEvent, AuditEntry>> = {
  INTENT: entry,
  SUCCEEDED: {
    ...entry,
    event: 'SUCCEEDED',
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    request: { ...create, expectedRevision: 3, expiresAt: '2026-11-25T12:00:00.000Z' },
  },
  REFUSED: { ...entry, event: 'REFUSED', operation: 'DELETE_POD_IDENTITY_ASSOCIATION', request: remove },
  RELEASED: { ...entry, event: 'RELEASED' },
  UNKNOWN: { ...entry, event: 'UNKNOWN' },
  TAKEN_OVER: { ...entry, event: 'TAKEN_OVER' },
  LATE_SUCCESS: { ...entry, event: 'LATE_SUCCESS' },
  REPLAYED: { ...entry, ...eventsOfOthers, event: 'REPLAYED' },
  CONTENDED: { ...entry, ...eventsOfOthers, event: 'CONTENDED' },
  TOKEN_REUSED: { ...entry, ...eventsOfOthers, event: 'TOKEN_REUSED' },
  DENIED: { ...entry, ...eventsOfOthers, event: 'DENIED', refusalCode: 'POLICY_DENIED' },
  CHECKED: { ...entry, ...eventsOfOthers, event: 'CHECKED' },
  INVALID: { ...entry, ...eventsOfOthers, event: 'INVALID', request: null, before: null, decision: null },
  TRAIL_READ: { ...entry, ...eventsOfOthers, event: 'TRAIL_READ', operation: 'READ_AUDIT_TRAIL', request: null },
  LOCKED: {
    ...entry,
    ...eventsOfOthers,
    operationId: lockId,
    event: 'LOCKED',
    operation: 'LOCK_CHANGES',
    request: null,
  },
  UNLOCKED: {
    ...entry,
    ...eventsOfOthers,
    operationId: lockId,
    event: 'UNLOCKED',
    operation: 'LOCK_CHANGES',
    request: null,
  },
  LOG_PERMITTED: {
    ...entry,
    ...eventsOfOthers,
    operationId: lockId,
    event: 'LOG_PERMITTED',
    operation: 'BEGIN_LOG',
    request: null,
  },
  DRIFT_FOUND: { ...entry, ...eventsOfDrift, event: 'DRIFT_FOUND' },
  DRIFT_RESOLVED: { ...entry, ...eventsOfDrift, event: 'DRIFT_RESOLVED' },
  APPROVAL_REQUESTED: { ...entry, ...eventsOfApprovals, event: 'APPROVAL_REQUESTED' },
  APPROVED: { ...entry, ...eventsOfApprovals, event: 'APPROVED', decision: null, isOwnRequest: true },
  REJECTED: { ...entry, ...eventsOfApprovals, event: 'REJECTED', decision: null },
  APPROVAL_EXPIRED: { ...entry, ...eventsOfApprovals, event: 'APPROVAL_EXPIRED' },
  APPROVAL_USED: { ...entry, ...eventsOfApprovals, event: 'APPROVAL_USED' },
  APPROVAL_WITHDRAWN: { ...entry, ...eventsOfApprovals, event: 'APPROVAL_WITHDRAWN', decision: null },
  APPROVAL_VOTE_VOIDED: { ...entry, ...eventsOfApprovals, event: 'APPROVAL_VOTE_VOIDED' },
  EXPIRY_WARNED: {
    ...entry,
    event: 'EXPIRY_WARNED',
    operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
    request: { ...remove, ending: { expiresAt: '2026-11-25T12:00:00.000Z', setBy: operationId } },
    fence: 0,
  },
  STATE_REPAIRED: { ...entry, ...eventsOfDrift, event: 'STATE_REPAIRED', operationId: `repair-${operationId}` },
  CLUSTER_GONE: {
    ...entry,
    ...eventsOfDrift,
    event: 'CLUSTER_GONE',
    operationId: `cluster-${operationId}`,
    target: null,
    cluster: { accountId: target.accountId, region: target.region, clusterName: target.clusterName },
  },
  PERSONAL_DATA_ERASED: {
    ...entry,
    ...eventsOfOthers,
    operationId: `erasure-${operationId}`,
    ...{ event: 'PERSONAL_DATA_ERASED', operation: 'ERASE_PERSONAL_DATA', request: null },
    ...{ erasedEntries: [`${operationId}.${entry.entryId}`], personal: { salt: '0123456789012345678901' } },
  },
};

/** The progress of a scan, as versions wrote it that stored no count. */
export const clusterScan: Required<Omit<ClusterScan, 'missing' | 'gone' | 'listed'>> = {
  cluster: { accountId: target.accountId, region: target.region, clusterName: target.clusterName },
  fence: 3,
  leaseUntil: start + 60_000,
  startedAt: start,
  endedAt: start + 60_000,
  completedAt: start - 600_000,
  firstCompletedAt: start - 86_400_000,
  incompleteSince: start - 300_000,
  failure: { exception: 'ResourceNotFoundException', message: 'No cluster found for name: apps.' },
};

/** The same with the count that scans store now. */
export const countedScan: ClusterScan = { ...clusterScan, listed: { associations: 4_321, at: start } };

/** The same of a cluster that is gone. */
export const goneScan: Required<Omit<ClusterScan, 'listed'>> = {
  ...clusterScan,
  missing: { since: start - 300_000, latestAt: start, isUnknownToEks: true, callerAccountId: target.accountId },
  gone: { operationId: `cluster-${operationId}`, at: start },
};

/** A state with every field set. */
export const associationState: Required<Omit<AssociationState, 'tags'>> = {
  target,
  revision: 7,
  publicRevision: 3,
  changedAt: start,
  confirmed: {
    association,
    isDeleted: false,
    operationId,
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    declaration: 'payments/bindings',
  },
  observed: {
    at: start + 60_000,
    revision: 6,
    sight: { associationId: association.associationId, modifiedAt: '2026-11-24T12:00:30.000Z', isGone: false },
    origin: 'OUTSIDE',
    association: { ...association, modifiedAt: '2026-11-24T12:00:30.000Z', policy: null },
    driftId: `drift-${operationId}`,
  },
  openOperations: [
    {
      operationId,
      operation: 'UPDATE_POD_IDENTITY_ASSOCIATION',
      recordKey: 'a'.repeat(64),
      requested: { policy: null },
      inDoubtUntil: start + 420_000,
      closedAt: start + 60_000,
      saw: { associationId: association.associationId, modifiedAt: at, isGone: true },
    },
  ],
  recordsInProgress: ['a'.repeat(64)],
  latest: { origin: 'OUTSIDE', seenAt: start + 60_000, seenOtherwiseAt: start },
  uncertainTimes: [
    {
      ...{ operationId, associationId: association.associationId, startedAt: start },
      ...{ modifiedAt: '2026-11-24T12:00:30.000Z', closedAt: start + 60_000 },
    },
  ],
  expiry: {
    associationId: association.associationId,
    expiresAt: '2026-11-25T12:00:00.000Z',
    setBy: operationId,
    setter: { principalId: principal.id, actorId: 'chatops', onBehalfOf: 'alice@example.com' },
    isWarned: true,
    nextAt: start + 86_400_000,
    suspendedFor: 'CHANGED_OUTSIDE',
    heldAt: start + 82_800_000,
  },
};

/** A version of the history with every field set, and one that says that the association is gone. */
export const associationVersion: Omit<
  Required<AssociationVersion>,
  'deleted' | 'tagsSetBy' | 'tagsBefore' | 'isFoundLater'
> = {
  target,
  association,
  origin: 'ADOPTED',
  operationId,
  seenAt: start + 60_000,
  declaration: 'payments/bindings',
  seenOtherwiseAt: start,
  isRead: true,
};
/** The same after a change of its tags. */
export const taggedVersion: AssociationVersion = {
  ...associationVersion,
  ...{ operationId: createdBy, tagsSetBy: operationId, tagsBefore: [{ key: 'team', value: 'core' }] },
};
export const deletedVersion: Omit<
  Required<AssociationVersion>,
  'isRead' | 'tagsSetBy' | 'tagsBefore' | 'isFoundLater'
> = {
  target,
  association: null,
  deleted: {
    associationId: association.associationId,
    createdAt: association.createdAt,
    modifiedAt: '2026-11-24T12:00:30.000Z',
  },
  ...{ origin: null, operationId, declaration: null, seenAt: start + 60_000, seenOtherwiseAt: start },
};

/** An approval with every field set that every version wrote, and one with those of later versions. */
export const approval: Required<Omit<Approval, 'clientRequestToken'>> = {
  id: `approval-${operationId}`,
  key: '9'.repeat(64),
  revision: 4,
  state: 'USED',
  operation: 'UPDATE_POD_IDENTITY_ASSOCIATION',
  fingerprint: 'f'.repeat(64),
  idempotencyKey: 'a'.repeat(64),
  binding: {
    needs: decision.needs,
    sliceHash: 'b'.repeat(64),
    before: { settingsHash: 'c'.repeat(64), modifiedAt: at },
  },
  requested: {
    ...{ principal, actor: entry.actor, onBehalfOf: 'alice@example.com', reason: 'It moves.', target },
    ...{ before: association, operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request: update },
  },
  votes: decision.approval.votes,
  voidedVotes: [
    { principal, actor: entry.actor, time: at, reason: 'VOTER_LOCKED', voidedAt: '2026-11-24T13:00:00.000Z' },
  ],
  rejectedAt: [at],
  requestedAt: at,
  decideUntil: start + 86_400_000,
  useUntil: start + 14_400_000,
  usedBy: operationId,
};
export const approvalWithToken: Required<Approval> = { ...approval, clientRequestToken: '6f1c2d3e-token' };
