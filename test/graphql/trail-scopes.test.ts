import type { Ledger } from '../../src/ledger/ledger.ts';
import { openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

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

describe.each(ledgersUnderTest().filter(({ available }) => available))('auditTrail on $name', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;

  beforeEach(async () => {
    ({ ledger, close: closeLedger } = await open());
    gateway = await openGateway({ ledger });
  });

  afterEach(async () => {
    await gateway.close();
    await closeLedger();
  });

  const read = (scope: object, more: object = {}, as?: string) =>
    gateway.send<TrailPage>(document, { scope, ...more }, as);

  const eventsOf = async (scope: object, more: object = {}, as?: string) =>
    (await read(scope, more, as)).data?.auditTrail.nodes.map(({ event }) => event);

  test('shows what happened in each scope, newest first, to those who may read it', async () => {
    const { association, auditEntry } = await gateway.create();
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api'), clientRequestToken: 'x' });
    const both = ['SUCCEEDED', 'INTENT'];
    expect(await eventsOf(payments)).toEqual(both);
    expect(await eventsOf({ cluster: { ...cluster, namespace: 'payments', serviceAccount: 'api' } })).toEqual(both);
    expect(await eventsOf({ operationId: auditEntry.operationId })).toEqual(both);
    expect(await eventsOf({ associationArn: association?.associationArn })).toEqual(['SUCCEEDED']);
    expect(await eventsOf({ principalId: 'https://issuer.example#alice' })).toEqual(['DENIED', ...both]);
    expect(await eventsOf({ cluster }, {}, 'olivia')).toEqual(['DENIED', ...both]);
    expect(await eventsOf({ all: true }, {}, 'olivia')).toEqual(['DENIED', ...both]);
    expect(await eventsOf({ all: true }, { events: ['DENIED'] }, 'olivia')).toEqual(['DENIED']);
  });

  test('pages through everything once, while entries are added', async () => {
    for (let index = 0; index < 6; index += 1) await gateway.create({ namespace: `*${index}` });
    const seen: string[] = [];
    const scope = { principalId: 'https://issuer.example#alice' };
    for (let after: string | null = null; ;) {
      const { data }: Awaited<ReturnType<typeof read>> = await read(scope, { first: 2, after });
      seen.push(...(data?.auditTrail.nodes.map(({ id }) => id) ?? []));
      after = data?.auditTrail.pageInfo.endCursor ?? null;
      await gateway.create({ namespace: '*new' });
      if (!data?.auditTrail.pageInfo.hasNextPage) break;
    }
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
  });

  test.each([
    ['the whole trail', { all: true }],
    ['a cluster', { cluster }],
    ['another team’s namespace', { cluster: { ...cluster, namespace: 'search' } }],
    ['somebody else', { principalId: 'https://issuer.example#bob' }],
    ['a cluster outside the inventory', { cluster: { clusterName: 'apps-none', namespace: 'payments' } }],
  ])('of %s is closed to the owner of a namespace', async (_, scope) => {
    const { data, errors } = await read(scope);
    expect({ data, code: errors?.[0]?.extensions.code }).toEqual({ data: null, code: 'FORBIDDEN' });
  });

  test.each([
    ['a page of 0', payments, { first: 0 }],
    ['a page of -1', payments, { first: -1 }],
    ['a page of 1001', payments, { first: 1001 }],
    ['a cursor that is forged', payments, { after: 'forged' }],
    ['a range that ends before it begins', payments, { since: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
    ['no instant', payments, { since: 'yesterday' }],
    ['a service account without its namespace', { cluster: { ...cluster, serviceAccount: 'api' } }, {}],
    ['an ARN of something else', { associationArn: 'arn:aws:iam::111122223333:role/x' }, {}],
    ['no scope', {}, {}],
    ['two scopes', { all: true, operationId: 'x' }, {}],
    ['a name that can’t be', { cluster: { clusterName: '*', namespace: 'payments' } }, {}],
  ])('with %s is an error that says what is wrong', async (_, scope, more) => {
    const { status, errors } = await read(scope, more);
    expect(status).toBeLessThan(500);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('a cursor that is cut, or of another scope, is refused', async () => {
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
