import { openForEachTest } from '../support/each-test.ts';
import { roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';

const document = `query ($scope: AuditScope!, $first: Int, $after: String, $since: DateTime, $until: DateTime, $events: [AuditEvent!]) {
  auditTrail(scope: $scope, first: $first, after: $after, since: $since, until: $until, events: $events) {
    nodes { id event operationId }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface TrailPage {
  readonly auditTrail: {
    readonly nodes: readonly { readonly id: string; readonly event: string; readonly operationId: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const cluster = { clusterName: 'apps-dev' };
const payments = { cluster: { ...cluster, namespace: 'payments' } };

describeOnLedgers('auditTrail on $name', ({ open }) => {
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway } = opened), { open });

  const read = (scope: object, more: object = {}, as?: string) =>
    gateway.send<TrailPage>(document, { scope, ...more }, as);

  const eventsOf = async (scope: object, more: object = {}, as?: string) =>
    (await read(scope, more, as)).data?.auditTrail.nodes.map(({ event }) => event);

  test('returns the entries of each scope, newest first, to principals that may read it', async () => {
    const { association, auditEntry } = await gateway.create();
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api'), clientRequestToken: 'x' });
    const both = ['SUCCEEDED', 'INTENT'];
    expect(await eventsOf(payments)).toEqual(both);
    expect(await eventsOf({ cluster: { ...cluster, namespace: 'payments', serviceAccount: 'api' } })).toEqual(both);
    expect(await eventsOf({ operationId: auditEntry.operationId })).toEqual(both);
    expect(await eventsOf({ associationArn: association?.associationArn })).toEqual(['SUCCEEDED']);
    expect(await eventsOf({ principalId: 'https://issuer.example#alice' })).toEqual(['DENIED', ...both]);
    expect(await eventsOf({ cluster }, {}, 'olivia')).toEqual(both);
    expect(await eventsOf({ gateway: 'ALL_ENTRIES' }, {}, 'olivia')).toEqual(['DENIED', ...both]);
    expect(await eventsOf({ gateway: 'ALL_ENTRIES' }, { events: ['DENIED'] }, 'olivia')).toEqual(['DENIED']);
  });

  test('shows owners the denied requests in their namespace when they ask for them, apart from its changes', async () => {
    const { auditEntry } = await gateway.create();
    await gateway.create({ clientRequestToken: 'x' }, 'bob');
    await gateway.create({ clientRequestToken: 'y', namespace: '*' }, 'bob');
    await gateway.create();
    expect(await eventsOf(payments)).toEqual(['SUCCEEDED', 'INTENT']);
    expect(await eventsOf(payments, { events: ['DENIED'] })).toEqual(['DENIED']);
    expect(await eventsOf(payments, { events: ['DENIED', 'SUCCEEDED'] })).toEqual(['DENIED', 'SUCCEEDED']);
    expect(await eventsOf({ operationId: auditEntry.operationId })).toEqual(['REPLAYED', 'SUCCEEDED', 'INTENT']);
  });

  test('returns each entry once across pages while entries are added', async () => {
    for (let index = 0; index < 6; index += 1) await gateway.create({ namespace: `*${index}` });
    const ids: string[] = [];
    const scope = { principalId: 'https://issuer.example#alice' };
    for (let after: string | null = null; ;) {
      const { data }: Awaited<ReturnType<typeof read>> = await read(scope, { first: 2, after });
      ids.push(...(data?.auditTrail.nodes.map(({ id }) => id) ?? []));
      after = data?.auditTrail.pageInfo.endCursor ?? null;
      await gateway.create({ namespace: '*new' });
      if (!data?.auditTrail.pageInfo.hasNextPage) break;
    }
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });

  test.each([
    ['the whole trail', { gateway: 'ALL_ENTRIES' }],
    ['a cluster', { cluster }],
    ['another team’s namespace', { cluster: { ...cluster, namespace: 'search' } }],
    ['another principal', { principalId: 'https://issuer.example#bob' }],
    ['a cluster outside the inventory', { cluster: { clusterName: 'apps-none', namespace: 'payments' } }],
  ])('of %s is forbidden to the owner of another namespace', async (_, scope) => {
    const { data, errors } = await read(scope);
    expect({ data, code: errors?.[0]?.extensions.code }).toEqual({
      data: { auditTrail: null },
      code: 'FORBIDDEN',
    });
  });

  test.each([
    ['a page of 0', payments, { first: 0 }],
    ['a page of -1', payments, { first: -1 }],
    ['a page of 1001', payments, { first: 1001 }],
    ['a forged cursor', payments, { after: 'forged' }],
    ['a range that ends before it begins', payments, { since: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
    ['a malformed timestamp', payments, { since: 'yesterday' }],
    ['a service account without its namespace', { cluster: { ...cluster, serviceAccount: 'api' } }, {}],
    ['an ARN of something else', { associationArn: 'arn:aws:iam::111122223333:role/x' }, {}],
    ['no scope', {}, {}],
    ['two scopes', { gateway: 'ALL_ENTRIES', operationId: 'x' }, {}],
    ['an invalid cluster name', { cluster: { clusterName: '*', namespace: 'payments' } }, {}],
  ])('with %s fails with BAD_USER_INPUT', async (_, scope, more) => {
    const { status, errors } = await read(scope, more);
    expect(status).toBeLessThan(500);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('rejects a cursor that is truncated or of another scope', async () => {
    await gateway.create();
    const { data } = await read(payments, { first: 1 });
    const after = data?.auditTrail.pageInfo.endCursor ?? '';
    const other = { cluster: { ...payments.cluster, serviceAccount: 'api' } };
    for (const [scope, cursor] of [
      [payments, after.slice(0, -1)],
      [other, after],
    ] as const) {
      const { errors } = await read(scope, { after: cursor });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});
