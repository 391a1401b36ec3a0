import { outcomeOf } from '../../src/operations/conclusion.ts';
import { judge, judgeQuiet } from '../../src/operations/observe.ts';
import { differencesBetween } from '../../src/operations/differences.ts';
import { defaultTimes, inDoubtUntil } from '../../src/operations/dependencies.ts';
import type { Call } from '../../src/operations/mutation.ts';
import {
  begunAgain,
  concluded,
  fingerprintOf,
  newRecord,
  retryAfterSeconds,
  takenOver,
  idempotencyKeyOf,
  withDoubt,
} from '../../src/idempotency/record.ts';
import type { Association, CreateRequest } from '../../src/model/association.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Principal } from '../../src/model/principal.ts';

const request: CreateRequest = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
  targetRoleArn: null,
  disableSessionTags: false,
  policy: null,
  tags: [{ key: 'team', value: 'payments' }],
};

const alice: Principal = { id: 'https://issuer.example#alice', kind: 'USER', groups: [], sessionName: null };
const chatops: Principal = { id: 'https://issuer.example#chatops', kind: 'SERVICE', groups: [], sessionName: null };

const decision: Decision = {
  allowed: true,
  failed: false,
  policyIds: [],
  violations: [],
  policySetHash: '',
  inventoryHash: '',
  slice: { cluster: null, namespace: null, services: [] },
};

const call: Call = {
  operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
  identity: { principal: alice, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'request' },
  request,
  target: request,
  before: null,
  clientRequestToken: 'token',
  reason: null,
  onBehalfOf: null,
  decision,
  startedAt: 1_000_000,
  deadline: 1_025_000,
};

const record = newRecord(call, 'operation-1', defaultTimes);

const association: Association = {
  ...request,
  associationArn: 'arn',
  associationId: 'a-1',
  createdAt: '2026-11-24T10:00:00.000Z',
  modifiedAt: '2026-11-24T10:00:00.000Z',
  ownerArn: null,
  disableSessionTags: null,
  externalId: null,
};

function tagged(one: Association, operationId: string): Association {
  return { ...one, tags: [{ key: 'pod-identity-gateway/operation', value: operationId }, ...one.tags] };
}

function madeBy(operationId: string, more: Partial<Association> = {}): Association {
  return { ...tagged(association, operationId), ...more };
}

describe('the key of a token', () => {
  const { identity } = call;
  test.each([
    ['principal', { identity: { ...identity, principal: chatops } }],
    ['actor', { identity: { ...identity, actor: chatops } }],
    ['named person', { onBehalfOf: 'alice' }],
    ['token', { clientRequestToken: 'Token' }],
  ])('differs by %s', (_, changed) => {
    expect(idempotencyKeyOf({ ...call, ...changed })).not.toBe(idempotencyKeyOf(call));
  });

  test('does not differ by where the caller asks from, nor by the groups it has', () => {
    const elsewhere = { ...identity, principal: { ...alice, groups: ['new'] }, sourceAddress: '10.0.0.1' };
    expect(idempotencyKeyOf({ ...call, identity: elsewhere })).toBe(idempotencyKeyOf(call));
  });

  test('can’t be made the same by moving characters from one part to the next', () => {
    const one = idempotencyKeyOf({ ...call, onBehalfOf: 'a', clientRequestToken: 'b' });
    expect(idempotencyKeyOf({ ...call, onBehalfOf: 'a","b', clientRequestToken: '' })).not.toBe(one);
  });
});

test.each(Object.keys(request))('the fingerprint differs by %s', (field) => {
  const changed = { ...request, [field]: field === 'disableSessionTags' ? true : field === 'tags' ? [] : 'other' };
  expect(fingerprintOf(changed)).not.toBe(fingerprintOf(request));
});

test('the fingerprint does not depend on the order of fields', () => {
  const { accountId, region, ...rest } = request;
  const reordered: CreateRequest = { ...rest, region, accountId };
  expect(Object.keys(reordered)).not.toEqual(Object.keys(request));
  expect(fingerprintOf(reordered)).toBe(fingerprintOf(request));
});

describe('records', () => {
  test('a doubt lasts 7 minutes by default, from the begin of the operation', () => {
    expect(inDoubtUntil(0, defaultTimes)).toBe(7 * 60_000);
    expect(record).toMatchObject({ fence: 1, leaseUntil: 1_035_000, inDoubtUntil: 1_420_000, expiresAt: null });
  });

  test('each holder’s fence is one more than the last, and doubts are remembered', () => {
    const doubtful = withDoubt(takenOver(record, 1_040_000, defaultTimes));
    const again = begunAgain(doubtful, newRecord(call, 'operation-2', defaultTimes));
    expect(again).toMatchObject({ fence: 3, operationId: 'operation-2', inDoubtOperationIds: ['operation-1'] });
  });

  test('whoever takes over has a lease as long as the first', () => {
    expect(takenOver(record, 1_040_000, defaultTimes).leaseUntil).toBe(1_075_000);
  });

  test.each(['DONE', 'EKS_REFUSED', 'NOT_DONE'] as const)('after %s it expires in seven days', (outcome) => {
    const answer = { association: null, refusal: null, completedAt: '2026-11-24T10:00:00.000Z' };
    const { expiresAt } = concluded(record, outcomeOf(outcome), answer, 1_010_000, defaultTimes);
    expect(expiresAt).toBe(1_010_000 + 7 * 24 * 3_600_000);
  });

  test('no more than 100 doubts are remembered, the last ones', () => {
    let doubtful = record;
    for (let index = 0; index < 150; index += 1)
      doubtful = withDoubt({ ...doubtful, operationId: `operation-${index}` });
    expect(doubtful.inDoubtOperationIds).toHaveLength(100);
    expect(doubtful.inDoubtOperationIds.at(-1)).toBe('operation-149');
  });

  test.each([
    ['grows with the time that has passed', 1_010_000, { leaseUntil: 0 }, 10],
    ['is at least a second', 1_000_001, { leaseUntil: 0 }, 1],
    ['ends with the lease where there is one', 1_030_000, {}, 5],
    ['ends with the doubt where nobody holds it', 1_415_000, { leaseUntil: 0 }, 5],
    ['is a second once all is over', 1_500_000, { leaseUntil: 0 }, 1],
  ])('the time to wait %s', (_, now, changed, seconds) => {
    expect(retryAfterSeconds({ ...record, ...changed }, now)).toBe(seconds);
  });
});

describe('a look', () => {
  const during = record.inDoubtUntil;
  const after = record.inDoubtUntil + 1;
  const seen = (one: Association) => ({ kind: 'association' as const, association: one });
  const failed = { kind: 'failed' as const, error: { exception: 'X', message: '', requestId: null } };
  const doubting = { ...record, inDoubtOperationIds: ['operation-0'] };

  test.each([
    ['the operation’s own tag proves it at any time', seen(madeBy('operation-1')), during, 'ours'],
    ['another tag proves nothing before quiet', seen(madeBy('operation-9')), during, 'inconclusive'],
    ['another tag is another’s after quiet', seen(madeBy('operation-9')), after, 'anothers'],
    ['no tag is another’s after quiet', seen(association), after, 'anothers'],
    ['an earlier operation’s tag proves nothing before quiet', seen(madeBy('operation-0')), during, 'inconclusive'],
    ['an earlier operation’s tag is ours after quiet', seen(madeBy('operation-0')), after, 'ours'],
    ['nothing seen proves nothing before quiet', { kind: 'nothing' as const }, during, 'inconclusive'],
    ['nothing seen is absence after quiet', { kind: 'nothing' as const }, after, 'absent'],
    ['a failure proves nothing, ever', failed, after, 'inconclusive'],
  ])('%s', (_, what, begunAt, kind) => {
    expect(judge(what, doubting, request, begunAt).kind).toBe(kind);
  });

  const full = { ...request, tags: Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' })) };
  const equal = { ...association, tags: full.tags };

  test.each([
    ['equal, in doubt, without room for a tag', equal, true, 'undetermined'],
    ['equal, without a doubt', equal, false, 'anothers'],
    ['different, in doubt', { ...equal, roleArn: 'other' }, true, 'anothers'],
    ['of another operation, in doubt', madeBy('operation-9'), true, 'anothers'],
    ['equal but for another operation’s tag', tagged(equal, 'operation-9'), true, 'anothers'],
    ['of this operation', tagged(equal, 'operation-1'), false, 'ours'],
  ])('with 50 tags, an association that is %s', (_, one, inDoubt, kind) => {
    expect(judgeQuiet(one, record, full, inDoubt).kind).toBe(kind);
  });
});

describe('differences', () => {
  test('to a session policy that is no JSON are told as any other', () => {
    const asked = { ...request, policy: '{}' };
    expect(differencesBetween(asked, { ...association, policy: 'no JSON' })).toMatchObject([{ field: 'policy' }]);
  });

  test('are none where EKS says the same in its own way', () => {
    const policy = '{"Version":"2012-10-17","Statement":[]}';
    const asked = { ...request, policy };
    const there = madeBy('operation-9', { policy: '{ "Statement": [], "Version": "2012-10-17" }' });
    expect(differencesBetween(asked, there)).toEqual([]);
  });

  test('name each field, and each tag of the caller’s', () => {
    const there = madeBy('operation-9', {
      roleArn: 'other',
      targetRoleArn: 'target',
      disableSessionTags: true,
      policy: '{}',
      tags: [
        { key: 'aws:cloudformation:stack-name', value: 'x' },
        { key: 'Team', value: 'payments' },
      ],
    });
    expect(differencesBetween(request, there)).toEqual([
      { field: 'roleArn', requested: request.roleArn, existing: 'other' },
      { field: 'targetRoleArn', requested: null, existing: 'target' },
      { field: 'disableSessionTags', requested: 'false', existing: 'true' },
      { field: 'policy', requested: null, existing: '{}' },
      { field: 'tags.team', requested: 'payments', existing: null },
      { field: 'tags.Team', requested: null, existing: 'payments' },
    ]);
  });
});
