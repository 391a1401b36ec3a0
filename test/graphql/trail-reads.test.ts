import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { auditEntry } from '../support/ledger-samples.ts';

describe('reads of the trail', () => {
  let ledger: Ledger;
  let gateway: Gateway;

  afterEach(async () => {
    await gateway.close();
    ledger.close();
  });

  async function open(recordTrailReads: boolean, change: (ledger: Ledger) => Ledger = (same) => same) {
    ledger = makeSqliteLedger({ file: ':memory:' });
    gateway = await openGateway({ ledger: change(ledger), recordTrailReads });
  }

  const document = `query ($scope: AuditScope!) {
  auditTrail(scope: $scope) { nodes { event operationKind operation { id } target { namespace } message principal { groups } } }
}`;

  interface Trail {
    readonly auditTrail: {
      readonly nodes: readonly { readonly event: string; readonly message: string | null }[];
    } | null;
  }

  const payments = { cluster: { clusterName: 'apps-dev', namespace: 'payments' } };
  const ownOf = (name: string) => ({ principalId: `https://issuer.example#${name}` });

  const read = (scope: object, as: string) => gateway.send<Trail>(document, { scope }, as);

  const readsOf = async (name: string) => {
    const { data } = await read(ownOf(name), name);
    return data?.auditTrail?.nodes.filter(({ event }) => event === 'TRAIL_READ').map(({ message }) => message);
  };

  test('a page that contains entries of others is recorded as read by its reader', async () => {
    await open(true);
    await gateway.create();
    await read(payments, 'olivia');
    expect((await read(ownOf('olivia'), 'olivia')).data?.auditTrail?.nodes).toMatchObject([
      {
        event: 'TRAIL_READ',
        operationKind: 'READ_AUDIT_TRAIL',
        operation: null,
        target: null,
        message: 'Read 2 entries of namespace 111122223333/eu-central-1/apps-dev/payments.',
      },
    ]);
  });

  test.each([
    ['a cluster', { cluster: { clusterName: 'apps-dev' } }, 'cluster 111122223333/eu-central-1/apps-dev'],
    ['another principal', ownOf('alice'), 'principal https://issuer.example#alice'],
    ['everything', { gateway: 'ALL_ENTRIES' }, 'the whole trail'],
  ])('a read of %s names what was read', async (_, scope, name) => {
    await open(true);
    await gateway.create();
    await read(scope, 'olivia');
    expect(await readsOf('olivia')).toEqual([`Read 2 entries of ${name}.`]);
  });

  test('the trail of an association is recorded as read too', async () => {
    await open(true);
    const { association } = await gateway.create();
    const nested = `query ($id: String!) {
    podIdentityAssociation(clusterName: "apps-dev", associationId: $id) { auditTrail { nodes { event } } }
  }`;
    await gateway.send(nested, { id: association?.associationId }, 'olivia');
    expect(await readsOf('olivia')).toEqual([`Read 1 entry of association ${association?.associationArn}.`]);
  });

  test('reading the scope of one’s own entries is not recorded', async () => {
    await open(true);
    await read(ownOf('alice'), 'alice');
    expect(await readsOf('alice')).toEqual([]);
  });

  test('a page of any scope with only one’s own entries is not recorded', async () => {
    await open(true);
    const { auditEntry } = await gateway.create();
    for (const scope of [payments, { operationId: auditEntry.operationId }]) {
      expect((await read(scope, 'alice')).data?.auditTrail?.nodes).toHaveLength(2);
    }
    expect(await readsOf('alice')).toEqual([]);
  });

  test('a page without entries is not recorded', async () => {
    await open(true);
    await read(payments, 'olivia');
    expect(await readsOf('olivia')).toEqual([]);
  });

  test('a request that reads several pages is recorded once, with each scope', async () => {
    await open(true);
    const { association } = await gateway.create();
    const page = 'nodes { association { auditTrail { nodes { event } } } }';
    const inCluster = 'clusterName: "apps-dev"';
    await gateway.send(
      `{
      one: auditTrail(scope: {cluster: {${inCluster}, namespace: "payments"}}) { ${page} }
      same: auditTrail(scope: {cluster: {${inCluster}, namespace: "payments"}}, first: 1) { nodes { id } }
      all: auditTrail(scope: {gateway: ALL_ENTRIES}) { nodes { id } }
    }`,
      {},
      'olivia',
    );
    expect(await readsOf('olivia')).toEqual([
      'Read 3 entries of namespace 111122223333/eu-central-1/apps-dev/payments, 2 entries of the whole trail, ' +
        `1 entry of association ${association?.associationArn}.`,
    ]);
  });

  test('a request reads as many scopes as one record can name, and no more', async () => {
    await open(true);
    await gateway.create();
    const names = Array.from({ length: 15 }, (_, index) => `https://issuer.example#${'x'.repeat(1_500)}${index}`);
    for (const id of names) {
      const principal = { id, kind: 'USER', groups: [], sessionName: null, otherGroups: null } as const;
      await ledger.appendEntry(auditEntry({ principal }));
    }
    const fields = names.map((id, index) => `a${index}: auditTrail(scope: {principalId: "${id}"}) { nodes { id } }`);
    const { data, errors } = await gateway.send<Record<string, unknown>>(`{ ${fields.join(' ')} }`, {}, 'olivia');
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    const returned = Object.values(data ?? {}).filter((page) => page !== null);
    expect(returned.length).toBeGreaterThan(3);
    const [message = '', ...more] = (await readsOf('olivia')) ?? [];
    expect(more).toEqual([]);
    expect(message?.match(/principal https/g)).toHaveLength(returned.length);
  });

  test('a denied read is not recorded', async () => {
    await open(true);
    expect((await read(payments, 'bob')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await readsOf('bob')).toEqual([]);
  });

  test('nothing is recorded if the gateway is configured not to', async () => {
    await open(false);
    await read(payments, 'olivia');
    expect(await readsOf('olivia')).toEqual([]);
  });

  test('a page whose read can’t be recorded is not returned', async () => {
    await open(true, (real) => ({
      ...real,
      appendEntry: () => Promise.reject(new LedgerUnavailable(new Error('The ledger does not accept writes.'))),
    }));
    await gateway.create();
    const { data, errors } = await read(payments, 'olivia');
    expect(data).toEqual({ auditTrail: null });
    expect(errors).toMatchObject([{ extensions: { code: 'LEDGER_UNAVAILABLE' }, path: ['auditTrail'] }]);
  });

  test('a change is answered although the trail that its answer selects can’t be recorded as read', async () => {
    await open(true, (real) => ({
      ...real,
      appendEntry: () => Promise.reject(new LedgerUnavailable(new Error('The ledger does not accept writes.'))),
    }));
    const { association } = await gateway.create();
    const update = { clusterName: 'apps-dev', associationId: association?.associationId, disableSessionTags: true };
    const { data, errors } = await gateway.send(
      `mutation ($input: UpdatePodIdentityAssociationInput!) {
      updatePodIdentityAssociation(input: $input) { status auditEntry { association { auditTrail { nodes { id } } } } }
    }`,
      { input: update },
      'pat',
    );
    expect(data).toEqual({
      updatePodIdentityAssociation: { status: 'SUCCEEDED', auditEntry: { association: { auditTrail: null } } },
    });
    const path = ['updatePodIdentityAssociation', 'auditEntry', 'association', 'auditTrail'];
    expect(errors).toMatchObject([{ extensions: { code: 'LEDGER_UNAVAILABLE' }, path }]);
  });
});

describe('events that a trail leaves out', () => {
  const document = `query ($scope: AuditScope!, $events: [AuditEvent!]) {
  auditTrail(scope: $scope, events: $events) { nodes { event } omittedEvents }
}`;
  interface Answer {
    readonly auditTrail: { readonly nodes: readonly object[]; readonly omittedEvents: readonly string[] };
  }

  const ledger = makeSqliteLedger({ file: ':memory:' });
  let gateway: Gateway;
  const namespace = { clusterName: 'apps-dev', namespace: 'payments' };
  const unchanged = [
    'INVALID',
    'DENIED',
    'CHECKED',
    'REPLAYED',
    'CONTENDED',
    'TOKEN_REUSED',
    'TRAIL_READ',
    'LOCKED',
    'UNLOCKED',
    'LOG_PERMITTED',
    'PERSONAL_DATA_ERASED',
  ];
  /** In the trails of what is in a cluster. */
  const inCluster = [...unchanged, 'CLUSTER_GONE'];

  beforeAll(async () => {
    gateway = await openGateway({ ledger });
    await gateway.create({ clientRequestToken: 'denied' }, 'bob');
  });

  afterAll(async () => {
    await gateway.close();
    ledger.close();
  });

  const read = async (scope: object, events?: readonly string[], as?: string) =>
    (await gateway.send<Answer>(document, { scope, events }, as)).data?.auditTrail;

  test('the trail of a service account says that it leaves out denials, which it does', async () => {
    const scope = { cluster: { ...namespace, serviceAccount: 'api' } };
    expect(await read(scope)).toEqual({ nodes: [], omittedEvents: inCluster });
  });

  test('the trail of a namespace leaves out denials unless they are asked for', async () => {
    expect(await read({ cluster: namespace })).toEqual({ nodes: [], omittedEvents: inCluster });
    expect(await read({ cluster: namespace }, ['DENIED', 'SUCCEEDED'])).toEqual({
      nodes: [{ event: 'DENIED' }],
      omittedEvents: inCluster.filter((event) => event !== 'DENIED'),
    });
  });

  test('the trail of a cluster has the end of the cluster, which those of what is in it do not have', async () => {
    const { clusterName } = namespace;
    expect(await read({ cluster: { clusterName } }, ['CLUSTER_GONE'], 'olivia')).toEqual({
      nodes: [],
      omittedEvents: unchanged,
    });
    const { errors } = await gateway.send(document, { scope: { cluster: namespace }, events: ['CLUSTER_GONE'] });
    const { message } = errors?.[0] ?? {};
    expect(message).toMatch(/CLUSTER_GONE, which this scope does not contain.*the cluster \(for CLUSTER_GONE\)/);
  });

  test('the trails of a principal and of the gateway leave out nothing', async () => {
    expect(await read({ principalId: 'https://issuer.example#alice' })).toEqual({ nodes: [], omittedEvents: [] });
    expect(await read({ gateway: 'ALL_ENTRIES' }, undefined, 'olivia')).toEqual({
      nodes: [{ event: 'DENIED' }],
      omittedEvents: [],
    });
  });

  test('the trail of an association has the same field', async () => {
    const { association } = await gateway.create();
    const query = `{ podIdentityAssociation(clusterName: "apps-dev", associationId: "${association?.associationId}") { auditTrail { omittedEvents } } }`;
    expect((await gateway.send(query)).data).toEqual({
      podIdentityAssociation: { auditTrail: { omittedEvents: inCluster } },
    });
  });
});
