import { outcomeOf } from '../../src/idempotency/conclusion.ts';
import {
  concluded,
  fingerprintOf,
  idempotencyKeyOf,
  isExpired,
  newRecord,
  retryAfterSeconds,
  succeedingRecord,
  takenOver,
  withOperationInDoubt,
} from '../../src/idempotency/record.ts';
import { defaultTimes, inDoubtUntil } from '../../src/idempotency/times.ts';
import type { CreateRequest } from '../../src/model/association.ts';
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
const identity = { principal: alice, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'request' };

const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';
const use = { identity, onBehalfOf: null, operation, clientRequestToken: 'token' } as const;
const begin = {
  idempotencyKey: idempotencyKeyOf(use),
  fingerprint: fingerprintOf(request),
  operation,
  startedAt: 1_000_000,
  modifiedAtBefore: null,
} as const;
const record = newRecord(begin, 'operation-1', defaultTimes);

describe('the idempotency key', () => {
  test.each([
    ['principal', { identity: { ...identity, principal: chatops } }],
    ['actor', { identity: { ...identity, actor: chatops } }],
    ['onBehalfOf', { onBehalfOf: 'alice' }],
    ['token', { clientRequestToken: 'Token' }],
    ['operation', { operation: 'DELETE_POD_IDENTITY_ASSOCIATION' as const }],
  ])('differs by %s', (_, changed) => {
    expect(idempotencyKeyOf({ ...use, ...changed })).not.toBe(idempotencyKeyOf(use));
  });

  test('does not depend on the source address or on the groups of the principal', () => {
    const elsewhere = { ...identity, principal: { ...alice, groups: ['new'] }, sourceAddress: '10.0.0.1' };
    expect(idempotencyKeyOf({ ...use, identity: elsewhere })).toBe(idempotencyKeyOf(use));
  });

  test('differs when characters move from one part to the next', () => {
    const one = idempotencyKeyOf({ ...use, onBehalfOf: 'a', clientRequestToken: 'b' });
    expect(idempotencyKeyOf({ ...use, onBehalfOf: 'a","b', clientRequestToken: '' })).not.toBe(one);
  });
});

test.each(Object.keys(request))('the fingerprint differs by %s', (field) => {
  const changed = { ...request, [field]: field === 'disableSessionTags' ? true : field === 'tags' ? [] : 'other' };
  expect(fingerprintOf(changed)).not.toBe(fingerprintOf(request));
});

test.each([
  { ...request, ifExists: 'ADOPT' as const },
  { ...request, expectedRevision: 3 },
  { ...request, expiresAt: '2027-01-01T00:00:00.000Z' },
])('the fingerprint of a create differs by what it expects or sets beside the settings', (changed) => {
  expect(fingerprintOf(changed)).not.toBe(fingerprintOf(request));
});

test('the fingerprint of a delete differs by the modifiedAt that it expects', () => {
  const { accountId, region, clusterName } = request;
  const deletion = { accountId, region, clusterName, associationId: 'a-1', expectedModifiedAt: null };
  const expecting = { ...deletion, expectedModifiedAt: '2027-01-01T00:00:00.000Z' };
  expect(fingerprintOf(expecting)).not.toBe(fingerprintOf(deletion));
});

test('the fingerprint does not depend on the order of fields', () => {
  const { accountId, region, ...rest } = request;
  const reordered: CreateRequest = { ...rest, region, accountId };
  expect(Object.keys(reordered)).not.toEqual(Object.keys(request));
  expect(fingerprintOf(reordered)).toBe(fingerprintOf(request));
});

describe('records', () => {
  test('records are in doubt for 7 minutes by default, from the start of the operation', () => {
    expect(inDoubtUntil(0, defaultTimes)).toBe(7 * 60_000);
    expect(record).toMatchObject({ fence: 1, leaseUntil: 1_035_000, inDoubtUntil: 1_420_000, retainUntil: null });
  });

  test('raise the fence for each lease holder and keep operations in doubt', () => {
    const inDoubt = withOperationInDoubt(takenOver(record, 1_040_000, defaultTimes));
    const again = succeedingRecord(inDoubt, newRecord(begin, 'operation-2', defaultTimes));
    expect(again).toMatchObject({ fence: 3, operationId: 'operation-2', inDoubtOperationIds: ['operation-1'] });
  });

  test('give the holder who takes over a lease of full length', () => {
    expect(takenOver(record, 1_040_000, defaultTimes).leaseUntil).toBe(1_075_000);
  });

  test.each(['DONE', 'EKS_REFUSED', 'NOT_DONE'] as const)('expire seven days after %s', (outcome) => {
    const result = { association: null, refusal: null, completedAt: '2026-11-24T10:00:00.000Z' };
    const { retainUntil } = concluded(record, outcomeOf(outcome), result, 1_010_000, defaultTimes);
    expect(retainUntil).toBe(1_010_000 + 7 * 24 * 3_600_000);
  });

  test('keep the latest 100 operations in doubt', () => {
    let inDoubt = record;
    for (let index = 0; index < 150; index += 1) {
      inDoubt = withOperationInDoubt({ ...inDoubt, operationId: `operation-${index}` });
    }
    expect(inDoubt.inDoubtOperationIds).toHaveLength(100);
    expect(inDoubt.inDoubtOperationIds.at(-1)).toBe('operation-149');
  });

  test.each([
    ['grows with the time that has passed', 1_010_000, { leaseUntil: 0 }, 10],
    ['is at least one second', 1_000_001, { leaseUntil: 0 }, 1],
    ['ends with the lease', 1_030_000, {}, 5],
    ['counts a lease that ends now as ended', 1_010_000, { leaseUntil: 1_010_000, inDoubtUntil: 1_013_000 }, 3],
    ['ends with the doubt if there is no lease', 1_415_000, { leaseUntil: 0 }, 5],
    ['is one second after the doubt', 1_500_000, { leaseUntil: 0 }, 1],
  ])('give a waiting time that %s', (_, now, changed, seconds) => {
    expect(retryAfterSeconds({ ...record, ...changed }, now)).toBe(seconds);
  });
});

test('a record expires at the end of its retention, and never while its operation is in progress', () => {
  const record = newRecord(
    {
      idempotencyKey: 'k',
      fingerprint: 'f',
      operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
      startedAt: 1,
      modifiedAtBefore: null,
    },
    'o',
    defaultTimes,
  );
  expect(isExpired(record, Number.MAX_SAFE_INTEGER)).toBe(false);
  const closed = { ...record, retainUntil: 10 };
  expect([9, 10, 11].map((now) => isExpired(closed, now))).toEqual([false, true, true]);
});

test('a field that a later version adds counts in a fingerprint only where it is not null', () => {
  const later = (value: string | null): CreateRequest => Object.assign({ ...request }, { description: value });
  expect(fingerprintOf(later(null))).toBe(fingerprintOf(request));
  expect(fingerprintOf(later('d'))).not.toBe(fingerprintOf(request));
});
