import type { Ledger } from '../../src/ledger/ledger.ts';
import { sealedFor } from '../support/cursors.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openSqlite } from '../support/ledgers.ts';
import { associationArn, document, namespace } from './trail-samples.ts';

describe('invalid arguments are rejected with BAD_USER_INPUT and 0 ledger reads', () => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;
  let reads = 0;

  beforeAll(async () => {
    ({ ledger, close: closeLedger } = await openSqlite());
    const trail: Ledger['readTrail'] = (query) => {
      reads += 1;
      return ledger.readTrail(query);
    };
    gateway = await openGateway({ ledger: { ...ledger, readTrail: trail } });
  });

  afterAll(async () => {
    await gateway.close();
    await closeLedger();
  });

  const { roleArn } = input;
  const name = JSON.stringify(['auditTrail', { kind: 'all' }, null, null, null, null, null, null, null]);

  test.each([
    ['a malformed operation ID', { scope: { operationId: 'x' } }, /not the ID of an operation/],
    [
      'an operation ID in lower case',
      { scope: { operationId: '01j00000000000000000000000' } },
      /not the ID of an operation/,
    ],
    ['an empty operation ID', { scope: { operationId: '' } }, /empty string/],
    ['an empty principal ID', { scope: { principalId: '' } }, /empty string/],
    ['a principal ID that is too long', { scope: { principalId: 'x'.repeat(100_000) } }, /at most 2048/],
    ['a principal ID with an unpaired surrogate', { scope: { principalId: '\ud83d' } }, /surrogate/],
    [
      'an ARN of another service',
      { scope: { associationArn: 'arn:aws:iam::111122223333:role/x' } },
      /not the ARN of an association/,
    ],
    [
      'an association ARN with a suffix',
      { scope: { associationArn: `${associationArn}/x` } },
      /not the ARN of an association/,
    ],
    ['a cluster with a wildcard', { scope: { cluster: { clusterName: '*' } } }, /scope.cluster|clusterName/],
    [
      'a service account without a namespace',
      { scope: { cluster: { clusterName: 'apps-dev', serviceAccount: 'api' } } },
      /namespace/,
    ],
    ['first of 0', { first: 0 }, /first is 0/],
    ['first of -1', { first: -1 }, /first is -1/],
    ['first of 1001', { first: 1_001 }, /first is 1001/],
    [
      'a date without time as since',
      { since: '2026-11-24' },
      /^since is not valid: a value of type DateTime, an RFC 3339 timestamp/,
    ],
    ['a number as until', { until: 1_795_000_000_000 }, /^until is not valid: a value of type DateTime/],
    ['an object as since', { since: { at: 1 } }, /^since is not valid: a value of type DateTime/],
    [
      'until equal to since',
      { since: '2026-11-24T00:00:00Z', until: '2026-11-24T01:00:00+01:00' },
      /not later than since/,
    ],
    ['an unknown event', { events: ['NOTHING'] }, /events.0 is not valid/],
    ['an unknown refusal code', { refusalCodes: ['NOTHING'] }, /refusalCodes.0 is not valid/],
    ['a role name instead of an ARN', { roleArn: 'payments-api' }, /roleArn "payments-api" is not an IAM role ARN/],
    ['a role ARN with a wildcard', { roleArn: 'arn:aws:iam::111122223333:role/*' }, /wildcards are not supported/],
    ['an empty role ARN', { roleArn: '' }, /roleArn is the empty string/],
    ['an empty policy ID', { policyId: '' }, /policyId is the empty string/],
    ['a policy ID that is too long', { policyId: 'x'.repeat(300) }, /policyId .* at most 256/],
    [
      'DENIED in the scope of a cluster',
      { scope: { cluster: { clusterName: 'apps-dev' } }, events: ['DENIED', 'CHECKED', 'INTENT'] },
      /events names DENIED, CHECKED, which this scope does not contain.*a namespace \(for DENIED\)/,
    ],
    [
      'INVALID in the scope of a namespace',
      { scope: namespace, events: ['DENIED', 'INVALID'] },
      /names INVALID, which/,
    ],
    ['REPLAYED in the scope of an association', { scope: { associationArn }, events: ['REPLAYED'] }, /names REPLAYED/],
    ['an empty cursor', { after: '' }, /not a valid cursor, or is incomplete/],
  ])('%s', async (_, variables, message) => {
    const { status, data, errors } = await gateway.send(
      document,
      { scope: { gateway: 'ALL_ENTRIES' }, ...variables },
      'olivia',
    );
    expect(data ?? { auditTrail: null }).toEqual({ auditTrail: null });
    expect(status).toBeLessThan(500);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(reads).toBe(0);
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  const position = '01J00000000000000000000000';

  test.each([
    ['with a malformed position', 'not a position', {}],
    ['with a number as position', 1, {}],
    ['with other filters', position, { events: ['LATE_SUCCESS'] }],
    ['of another role', position, { roleArn }],
    ['of another policy', position, { policyId: 'x' }],
    ['of other refusal codes', position, { refusalCodes: ['THROTTLED'] }],
    ['of another time range', position, { since: '2026-11-24T00:00:00Z' }],
    ['of another scope', position, { scope: namespace }],
  ])('a cursor %s', async (_, sealed, variables) => {
    const after = await sealedFor(gateway.deps, 'olivia', name, sealed);
    const scope = { gateway: 'ALL_ENTRIES' };
    const { errors } = await gateway.send(document, { scope, ...variables, after }, 'olivia');
    expect(errors).toMatchObject([{ message: expect.stringMatching(/not a valid cursor/) }]);
    expect(reads).toBe(0);
  });

  test('returns the findings of all arguments at once, with their paths', async () => {
    const variables = { scope: { cluster: { clusterName: '*', namespace: 'A' } }, first: 0 };
    const { errors } = await gateway.send(document, variables, 'olivia');
    const findings = ['scope.cluster.clusterName', 'scope.cluster.namespace', 'first'].map((path) => ({
      path,
    }));
    expect(errors).toMatchObject([{ extensions: { findings } }]);
  });
});
