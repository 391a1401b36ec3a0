import { auditEntryId } from '../../../../src/model/audit.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import type { AuditEvent } from '../../../../src/model/audit-event.ts';
import { isOperation } from '../../../../src/model/operation.ts';
import type { AuditedOperation, OperationKind } from '../../../../src/model/operation.ts';
import type { Decision } from '../../../../src/model/decision.ts';
import { ocsfEvent } from '../../src/export/ocsf.ts';
import { association, auditEntry, request } from '../../../../test/support/ledger-samples.ts';
import { problemsOf } from './ocsf-rules.ts';

const allowed: Decision = {
  allowed: true,
  failed: false,
  policyIds: ['owners-create'],
  violations: [],
  policySetHash: 'a'.repeat(64),
  inventoryHash: 'b'.repeat(64),
  now: 0,
  slice: { cluster: null, namespace: null, services: [], timeZone: 'UTC' },
};
const denied: Decision = {
  ...allowed,
  allowed: false,
  policyIds: ['role-in-cluster-account'],
  violations: [{ policyId: 'role-in-cluster-account', message: 'The role is elsewhere.', advice: null }],
};

/** Event, refusal: status, severity. */
const outcomes: readonly [AuditEvent, AuditEntry['refusalCode'], string, string][] = [
  ['INVALID', 'INVALID_INPUT', 'Failure', 'Informational'],
  ['DENIED', 'POLICY_DENIED', 'Failure', 'Medium'],
  ['DENIED', 'POLICY_EVALUATION_FAILED', 'Failure', 'High'],
  ['CHECKED', null, 'Success', 'Informational'],
  ['CHECKED', 'POLICY_DENIED', 'Success', 'Informational'],
  ['CHECKED', 'POLICY_EVALUATION_FAILED', 'Success', 'Informational'],
  ['INTENT', null, 'In Progress', 'Informational'],
  ['SUCCEEDED', null, 'Success', 'Informational'],
  ['REFUSED', 'ASSOCIATION_ALREADY_EXISTS', 'Failure', 'Low'],
  ['RELEASED', 'ROLE_NOT_FOUND', 'Failure', 'Low'],
  ['RELEASED', 'GATEWAY_ACCESS_DENIED', 'Failure', 'High'],
  ['RELEASED', null, 'Failure', 'Low'],
  ['UNKNOWN', null, 'Unknown', 'Medium'],
  ['TAKEN_OVER', null, 'In Progress', 'Low'],
  ['REPLAYED', null, 'Success', 'Informational'],
  ['REPLAYED', 'ASSOCIATION_ALREADY_EXISTS', 'Failure', 'Informational'],
  ['CONTENDED', null, 'In Progress', 'Informational'],
  ['TOKEN_REUSED', 'TOKEN_REUSED_WITH_DIFFERENT_INPUT', 'Failure', 'Low'],
  ['LATE_SUCCESS', null, 'Success', 'High'],
];

const operations: readonly [OperationKind, string, number, string][] = [
  ['CREATE_POD_IDENTITY_ASSOCIATION', 'Create', 600301, 'createPodIdentityAssociation'],
  ['UPDATE_POD_IDENTITY_ASSOCIATION', 'Update', 600303, 'updatePodIdentityAssociation'],
  ['DELETE_POD_IDENTITY_ASSOCIATION', 'Delete', 600304, 'deletePodIdentityAssociation'],
  ['ADOPT_POD_IDENTITY_ASSOCIATION', 'Adopt', 600399, 'adoptPodIdentityAssociation'],
];

interface Case {
  readonly event: AuditEvent;
  readonly operation: AuditedOperation;
  readonly refusalCode: AuditEntry['refusalCode'];
  readonly field: string;
  readonly activity: string;
  readonly type: number;
  readonly status: string;
  readonly severity: string;
}

const read: Case = {
  ...{ event: 'TRAIL_READ', operation: 'READ_AUDIT_TRAIL', refusalCode: null, field: 'auditTrail' },
  ...{ activity: 'Read', type: 600302, status: 'Success', severity: 'Informational' },
};

const locks = (['LOCKED', 'UNLOCKED'] as const).map((event): Case => ({
  ...{ event, operation: 'LOCK_CHANGES', refusalCode: null, field: 'lock' },
  ...{ activity: 'Update', type: 600303, status: 'Success', severity: 'High' },
}));

const permission: Case = {
  ...{ event: 'LOG_PERMITTED', operation: 'BEGIN_LOG', refusalCode: null, field: 'trail begin' },
  ...{ activity: 'Update', type: 600303, status: 'Success', severity: 'High' },
};

const erasure: Case = {
  ...permission,
  event: 'PERSONAL_DATA_ERASED',
  operation: 'ERASE_PERSONAL_DATA',
  field: 'erase',
};

const changes: readonly Case[] = outcomes.flatMap(([event, refusalCode, status, severity]) =>
  operations.map(([operation, activity, type, field]) => ({
    ...{ event, refusalCode, status, severity, operation, field },
    activity: event === 'CHECKED' ? 'Check' : activity,
    type: event === 'CHECKED' ? 600399 : type,
  })),
);

const ofScans = (['DRIFT_FOUND', 'DRIFT_RESOLVED', 'STATE_REPAIRED', 'CLUSTER_GONE'] as const).map((event): Case => ({
  ...{ event, operation: 'OBSERVE_ASSOCIATION', refusalCode: null, field: 'scan' },
  ...{ activity: 'Read', type: 600302, status: 'Success' },
  severity: event === 'DRIFT_FOUND' || event === 'CLUSTER_GONE' ? 'High' : 'Informational',
}));

const approvals = (
  [
    ['APPROVAL_REQUESTED', 'createPodIdentityAssociation', 'In Progress', 'Informational'],
    ['APPROVED', 'approve', 'Success', 'Low'],
    ['REJECTED', 'reject', 'Success', 'Low'],
    ['APPROVAL_EXPIRED', 'createPodIdentityAssociation', 'Failure', 'Low'],
    ['APPROVAL_USED', 'createPodIdentityAssociation', 'Success', 'Informational'],
    ['APPROVAL_VOTE_VOIDED', 'createPodIdentityAssociation', 'Failure', 'Medium'],
  ] as const
).map(([event, field, status, severity]): Case => ({
  ...{ event, operation: 'CREATE_POD_IDENTITY_ASSOCIATION', refusalCode: null, field },
  ...{ activity: 'Approve', type: 600399, status, severity },
}));

const uncounted: Case = {
  ...{ event: 'REFUSED', operation: 'APPROVE_REQUEST', refusalCode: 'APPROVAL_NOT_PENDING', field: 'approve' },
  ...{ activity: 'Approve', type: 600399, status: 'Failure', severity: 'Low' },
};

const warned: Case = {
  ...{ event: 'EXPIRY_WARNED', operation: 'DELETE_POD_IDENTITY_ASSOCIATION', refusalCode: null, field: 'expire' },
  ...{ activity: 'Read', type: 600302, status: 'Success', severity: 'Informational' },
};

const cases = [...changes, read, ...locks, permission, erasure, ...ofScans, ...approvals, uncounted, warned];

/** An entry of an event, with all that such an entry has. */
function entryOf({
  event,
  operation,
  refusalCode,
}: Pick<AuditEntry, 'event' | 'operation' | 'refusalCode'>): AuditEntry {
  const known = { event, operation, refusalCode, message: 'A sentence.' };
  if (event === 'INVALID') {
    const findings = [{ path: 'roleArn', rule: 'role-arn', message: 'It is none.', advice: 'Give one.' }];
    const invalidInput = { sha256: 'a'.repeat(64), bytes: 14, fields: { roleArn: 0 }, findingCount: 1 };
    return auditEntry({ ...known, target: null, request: null, invalidInput, findings, fence: null });
  }
  if (!isOperation(operation)) return auditEntry({ ...known, operation, target: null, request: null });
  const { associationArn } = association();
  const before = operation === 'CREATE_POD_IDENTITY_ASSOCIATION' ? null : association();
  const decision = event === 'DENIED' ? denied : allowed;
  return auditEntry({ ...known, decision, associationArn, before, request: requests[operation] });
}

const { accountId, region, clusterName, associationId } = association();
const remove = { accountId, region, clusterName, associationId, expectedModifiedAt: null };
const requests = {
  CREATE_POD_IDENTITY_ASSOCIATION: request(),
  UPDATE_POD_IDENTITY_ASSOCIATION: { ...remove, changes: { roleArn: association().roleArn } },
  DELETE_POD_IDENTITY_ASSOCIATION: remove,
  ADOPT_POD_IDENTITY_ASSOCIATION: remove,
};

const eventOf = (entry: AuditEntry) => ocsfEvent(entry, '0.1.0');

describe('an entry as an event of OCSF', () => {
  test('that a create adopted what existed is an adoption', () => {
    const created = { event: 'SUCCEEDED', operation: 'CREATE_POD_IDENTITY_ASSOCIATION', refusalCode: null } as const;
    const adopted = eventOf({ ...entryOf(created), before: association() });
    expect(adopted).toMatchObject({
      activity_name: 'Adopt',
      activity_id: 99,
      api: { operation: 'createPodIdentityAssociation' },
    });
  });

  test.each(cases)('$event of $operation with $refusalCode: $status, $severity', ({ field, type, ...expected }) => {
    const { activity, status, severity, refusalCode } = expected;
    const event = eventOf(entryOf(expected));
    expect(problemsOf(event)).toEqual([]);
    expect(event).toMatchObject({
      activity_name: activity,
      type_uid: type,
      status,
      severity,
      api: { operation: field },
    });
    expect(event.status_code).toBe(status === 'Failure' ? (refusalCode ?? undefined) : undefined);
    expect(event.api.response?.error).toBe(refusalCode ?? undefined);
    expect(event.metadata.event_code).toBe(expected.event);
  });

  test('the table above has every event', () => {
    const all: Record<AuditEvent, true> = {
      ...{ INVALID: true, DENIED: true, CHECKED: true, INTENT: true, SUCCEEDED: true, REFUSED: true, RELEASED: true },
      ...{ UNKNOWN: true, TAKEN_OVER: true, REPLAYED: true, CONTENDED: true, TOKEN_REUSED: true, LATE_SUCCESS: true },
      ...{ TRAIL_READ: true, LOCKED: true, UNLOCKED: true, DRIFT_FOUND: true, DRIFT_RESOLVED: true },
      ...{ APPROVAL_REQUESTED: true, APPROVED: true, REJECTED: true, APPROVAL_EXPIRED: true, APPROVAL_USED: true },
      ...{
        APPROVAL_WITHDRAWN: true,
        APPROVAL_VOTE_VOIDED: true,
        EXPIRY_WARNED: true,
        LOG_PERMITTED: true,
        STATE_REPAIRED: true,
        CLUSTER_GONE: true,
      },
      ...{ PERSONAL_DATA_ERASED: true },
    };
    expect(new Set(cases.map(({ event }) => event))).toEqual(new Set(Object.keys(all)));
  });

  test.each([
    ['allowed', 'INTENT', allowed, 'Allowed', 'Allowed'],
    ['denied', 'DENIED', denied, 'Denied', 'Blocked'],
    ['denied to a check', 'CHECKED', denied, 'Observed', 'Logged'],
  ] as const)('tells what policy %s', (_, event, decision, action, disposition) => {
    const told = eventOf(auditEntry({ event, decision }));
    expect(told).toMatchObject({
      action,
      disposition,
      policy: { name: decision.policyIds[0], version: 'a'.repeat(64) },
    });
    expect(told.metadata.profiles).toEqual(['cloud', 'security_control']);
  });

  test('names the default denial when no policy permits the request', () => {
    const violations = [{ policyId: 'default-deny', message: 'Nothing permits it.', advice: null }];
    const event = eventOf(auditEntry({ event: 'DENIED', decision: { ...denied, policyIds: [], violations } }));
    expect(event).toMatchObject({ policy: { name: 'default-deny', desc: 'Nothing permits it.' } });
    expect(problemsOf(event)).toEqual([]);
  });

  test('has the key of the approval that it is about', () => {
    const approvalKey = 'c'.repeat(64);
    expect(eventOf(auditEntry({ event: 'APPROVED', approvalKey }))).toMatchObject({ unmapped: { approvalKey } });
    expect(eventOf(auditEntry({})).unmapped).not.toHaveProperty('approvalKey');
  });

  test('has no disposition when no policy is evaluated', () => {
    const event = eventOf(
      entryOf({ event: 'INVALID', operation: 'CREATE_POD_IDENTITY_ASSOCIATION', refusalCode: null }),
    );
    expect(event).not.toHaveProperty('disposition_id');
    expect(event.metadata.profiles).toEqual(['cloud']);
    expect(event).not.toHaveProperty('resources');
  });

  test('has principal, source, time and resources', () => {
    const { associationArn, roleArn } = association();
    const entry = auditEntry({ event: 'SUCCEEDED', userAgent: 'curl/8', associationArn, decision: allowed });
    expect(eventOf(entry)).toMatchObject({
      time: Date.UTC(2026, 10, 24, 12),
      metadata: { uid: auditEntryId(entry), correlation_uid: entry.operationId, original_time: entry.time },
      actor: {
        user: { uid: 'https://id.example.com/#alice', type: 'User', groups: [{ name: 'shop' }] },
        idp: { uid: 'https://id.example.com/' },
      },
      api: { request: { uid: 'request-1', data: entry.request }, service: { name: 'pod-identity-gateway' } },
      src_endpoint: { ip: '192.0.2.7' },
      http_request: { user_agent: 'curl/8' },
      cloud: { provider: 'AWS', account: { uid: '111122223333' }, region: 'eu-central-1' },
      resources: [
        { uid: associationArn, name: 'shop/cart.v2', namespace: 'shop', role: 'Target' },
        { name: 'main_1', type: 'AWS::EKS::Cluster', role: 'Related' },
        { uid: roleArn, type: 'AWS::IAM::Role', role: 'Related' },
      ],
    });
  });

  test('maps an IAM service, the service of a delegated token, and onBehalfOf', () => {
    const ci = {
      id: 'iam:111122223333:role/ci',
      kind: 'SERVICE',
      groups: ['payments-team'],
      sessionName: 'build-7',
      otherGroups: { count: 3, sha256: 'c'.repeat(64) },
    } as const;
    const event = eventOf(auditEntry({ principal: ci, actor: { ...ci, id: 'iam:1:role/bot' }, onBehalfOf: 'bob' }));
    expect(event.actor).toEqual({
      user: { uid: ci.id, type_id: 4, type: 'Service', groups: [{ name: 'payments-team' }] },
      session: { uid: 'build-7' },
      application: { uid: 'iam:1:role/bot', type: 'Service' },
    });
    expect(event.unmapped).toMatchObject({ onBehalfOf: 'bob', otherGroups: ci.otherGroups });
    expect(problemsOf(event)).toEqual([]);
  });

  test.each([
    [null, { svc_name: 'pod-identity-gateway' }],
    ['2001:db8::1', { ip: '2001:db8::1' }],
    ['elsewhere', { name: 'elsewhere' }],
  ])('has an origin where the address is %s', (sourceAddress, expected) => {
    const event = eventOf(auditEntry({ sourceAddress }));
    expect(event.src_endpoint).toEqual(expected);
    expect(problemsOf(event)).toEqual([]);
  });

  test('keeps fields without an OCSF attribute', () => {
    const kept = {
      reason: 'a move',
      declaration: 'bindings',
      onBehalfOf: 'bob',
      before: association(),
      decision: allowed,
      eksRequestId: 'eks-1',
      fence: 3,
      findings: [{ path: 'a', rule: 'b', message: 'c', advice: 'd' }],
      invalidInput: { sha256: 'a'.repeat(64), bytes: 7, fields: { a: null }, findingCount: 1 },
      actor: auditEntry().principal,
    };
    const entry = auditEntry(kept);
    expect(eventOf(entry).unmapped).toEqual({ ...kept, operationId: entry.operationId, target: entry.target });
  });
});

test.each([
  ['a required attribute is missing', { time: undefined }, "event must have required property 'time'"],
  ['an attribute is unknown', { colour: 'red' }, 'event must NOT have additional properties: colour'],
  ['a value is none of its enum', { severity_id: 9 }, 'event/severity_id must be equal to constant'],
  ['a caption is of another value', { severity: 'Low' }, 'event/severity must be equal to constant'],
  [
    'an object lacks all of which it must have one',
    { src_endpoint: {} },
    'event/src_endpoint must match a schema in anyOf',
  ],
])('the rules notice when %s', (_, change, problem) => {
  expect(problemsOf({ ...eventOf(auditEntry()), ...change })).toContain(problem);
});
