import { createHash } from 'node:crypto';
import { bytesOf } from '../../src/ledger/entry-size.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { withoutViews } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openBeside, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

describe('reads', () => {
  let gateway: Gateway;
  let ledger: Ledger;
  let reads = 0;

  beforeEach(() => void (reads = 0));
  openForEachTest((opened) => ({ gateway, ledger } = opened), {
    around: (real) => ({
      ...real,
      operationEntries: (operationId, page) => {
        reads += 1;
        return real.operationEntries(operationId, page);
      },
    }),
  });

  const chatops = 'https://issuer.example#chatops';

  test.each([
    ['alice', { id: 'https://issuer.example#alice', kind: 'USER', actor: null }],
    ['chatops', { id: chatops, kind: 'SERVICE', actor: null }],
    ['alice-via-chatops', { id: 'https://issuer.example#alice', kind: 'USER', actor: { principalId: chatops } }],
  ])('viewer returns the authenticated principal of %s, and the service that acts for it', async (name, viewer) => {
    const { data } = await gateway.send('{ viewer { id kind groups sessionName actor { principalId } } }', {}, name);
    expect(data).toMatchObject({ viewer: { ...viewer, sessionName: null } });
  });

  test('viewer has all groups of the token; an entry has those that a policy names, and the number and hash of the others', async () => {
    const document = `query ($id: ID!) {
    viewer { groups }
    auditEntry(id: $id) { principal { __typename principalId kind groups otherGroupsCount otherGroupsHash sessionName } }
  }`;
    const { auditEntry } = await gateway.create();
    const { data } = await gateway.send<Record<string, unknown>>(document, { id: auditEntry.id });
    expect(data?.viewer).toEqual({ groups: ['payments-team', 'scope:pod-identity-gateway/use'] });
    expect(data?.auditEntry).toEqual({
      principal: {
        __typename: 'RecordedPrincipal',
        principalId: 'https://issuer.example#alice',
        kind: 'USER',
        groups: ['payments-team'],
        otherGroupsCount: 1,
        otherGroupsHash: createHash('sha256').update('["scope:pod-identity-gateway/use"]').digest('hex'),
        sessionName: null,
      },
    });
  });

  describe('podIdentityAssociation', () => {
    const document = `query ($id: String!, $cluster: String!, $account: String, $region: String) {
    podIdentityAssociation(associationId: $id, clusterName: $cluster, accountId: $account, region: $region) {
      associationId roleArn operationId
    }
  }`;
    const read = (variables: object, as?: string) =>
      gateway.send<{ podIdentityAssociation: unknown }>(document, variables, as);

    test('returns an association to its owners, platform administrators and auditors only', async () => {
      const { association, auditEntry } = await gateway.create();
      const variables = { id: association?.associationId, cluster: 'apps-dev' };
      const visible = { roleArn: roleArn('payments/payments-api'), operationId: auditEntry.operationId };
      for (const name of ['alice', 'pat', 'olivia']) {
        expect(await read(variables, name)).toMatchObject({ data: { podIdentityAssociation: visible } });
      }
      expect(await read(variables, 'bob')).toMatchObject({ data: { podIdentityAssociation: null } });
    });

    test.each([
      ['an id of no association', { id: 'a-00000000000000000' }],
      ['an id of the wrong length', { id: 'a-1' }],
      ['an invalid cluster name', { id: 'a-00000000000000000', cluster: '../apps-dev' }],
      ['an account outside the inventory', { id: 'a-00000000000000000', account: '999988887777' }],
      ['a region outside the inventory', { id: 'a-00000000000000000', region: 'us-east-1' }],
    ])('podIdentityAssociation is null for %s', async (_, variables) => {
      expect(await read({ cluster: 'apps-dev', ...variables })).toEqual({
        status: 200,
        data: { podIdentityAssociation: null },
      });
    });

    test('fails with EKS_READ_FAILED when EKS denies access', async () => {
      gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
      const { data, errors } = await read({ id: 'a-00000000000000000', cluster: 'apps-dev' });
      expect(data).toEqual({ podIdentityAssociation: null });
      expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' } }]);
    });
  });

  describe('auditEntry', () => {
    const document = `query ($id: ID!) {
    auditEntry(id: $id) {
      id event time operationId principal { principalId } target { namespace } decision { allowed policyIds policySetHash }
      request { roleArn tags { key value } } findings { path }
      operation { entries { id event operation { entries { event } } } }
    }
  }`;
    const read = (id: string, as?: string) =>
      gateway.send<{ auditEntry: Record<string, unknown> | null }>(document, { id }, as);

    test('returns an entry and all entries of its operation to principals that may read the trail of its namespace', async () => {
      const { auditEntry } = await gateway.create();
      for (const name of ['alice', 'pat', 'olivia']) {
        const { data } = await read(auditEntry.id, name);
        expect(data?.auditEntry).toMatchObject({
          id: auditEntry.id,
          event: 'SUCCEEDED',
          target: { namespace: 'payments' },
          decision: {
            allowed: true,
            policyIds: ['owners-create'],
            policySetHash: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
          request: { roleArn: roleArn('payments/payments-api'), tags: [{ key: 'team', value: 'payments' }] },
          findings: [],
          operation: { entries: [{ event: 'INTENT' }, { event: 'SUCCEEDED' }] },
        });
      }
      expect(await read(auditEntry.id, 'bob')).toMatchObject({ data: { auditEntry: null } });
    });

    test('returns to every principal its own entries', async () => {
      const denied = await gateway.create({}, 'bob');
      expect(denied.refusal?.code).toBe('POLICY_DENIED');
      expect(await read(denied.auditEntry.id, 'bob')).toMatchObject({ data: { auditEntry: { event: 'DENIED' } } });
      const invalid = await gateway.create({ namespace: '*' }, 'bob');
      const invalidEntry = {
        data: { auditEntry: { event: 'INVALID', target: null, findings: [{ path: 'namespace' }] } },
      };
      expect(await read(invalid.auditEntry.id, 'bob')).toMatchObject(invalidEntry);
      expect(await read(invalid.auditEntry.id, 'alice')).toMatchObject({ data: { auditEntry: null } });
      expect(await read(invalid.auditEntry.id, 'olivia')).toMatchObject(invalidEntry);
    });

    test('reads the first entry of an operation, and the others once per request', async () => {
      const { auditEntry } = await gateway.create();
      reads = 0;
      await read(auditEntry.id);
      expect(reads).toBe(2);
    });

    test.each(['', 'nonsense', '01J00000000000000000000000.01J00000000000000000000000', 'x'.repeat(100_000)])(
      'auditEntry is null for an id of no entry (%#)',
      async (id) => expect(await read(id)).toEqual({ status: 200, data: { auditEntry: null } }),
    );
  });

  test('does not disclose a conflicting association to a principal that may not view it, in the first result and in replays', async () => {
    await gateway.create();
    // Every principal that may create by the shipped policies may also view, so the test overrides the decision.
    const other = await openBeside(gateway, { change: withoutViews });
    const hidden = { code: 'ASSOCIATION_ALREADY_EXISTS', existing: null, differences: null };
    const second = { clientRequestToken: 'second' };
    expect(await other.create(second)).toMatchObject({ replayed: false, refusal: hidden });
    expect(await other.create(second)).toMatchObject({ replayed: true, refusal: hidden });
  });

  test('masks an internal error, and logs it with the request ID', async () => {
    await gateway.close();
    const broken = () => {
      throw new Error('secret of the database');
    };
    gateway = await openGateway({ ledger, change: (deps) => ({ ...deps, authorize: broken }) });
    await expect(gateway.create()).rejects.toThrow('Internal error.');
    await expect(gateway.create()).rejects.not.toThrow('secret');
    const line = gateway.logged.find(({ level }) => level === 'error');
    expect(line?.fields).toMatchObject({ apiRequestId: expect.any(String), detail: expect.stringContaining('secret') });
  });

  test('writes one log line per request', async () => {
    await gateway.send('query Me { viewer { id } }');
    expect(gateway.logged).toMatchObject([
      {
        level: 'info',
        fields: {
          principalId: 'https://issuer.example#alice',
          operation: 'query',
          operationName: 'Me',
          outcome: 'ANSWERED',
        },
      },
    ]);
  });
});

describe('a principal without permits', () => {
  /** The most bytes of an entry of a principal without permits. */
  const maxBriefBytes = 1_024;

  let gateway: Gateway;
  /** Rows that the gateway read, and entries that it wrote. */
  let spent: { rows: number; written: AuditEntry[] };
  openForEachTest((opened) => ({ gateway } = opened), { around: counting, recordTrailReads: true });
  beforeEach(() => void (spent = { rows: 0, written: [] }));

  /** A ledger that counts what is read and written through it. */
  function counting(real: Ledger): Ledger {
    const count = <Rows extends readonly unknown[] | object | null>(rows: Rows, entries: readonly unknown[]) => {
      spent.rows += entries.length;
      return rows;
    };
    return {
      ...real,
      getEntry: async (key) => {
        const entry = await real.getEntry(key);
        return count(entry, [entry]);
      },
      getRecord: async (key) => {
        const record = await real.getRecord(key);
        return count(record, [record]);
      },
      operationEntries: async (...query) => {
        const entries = await real.operationEntries(...query);
        return count(entries, entries);
      },
      readTrail: async (query) => {
        const page = await real.readTrail(query);
        return count(page, page.entries);
      },
      appendEntry: (entry) => {
        spent.written.push(entry);
        return real.appendEntry(entry);
      },
      commit: (expected, next, entries) => {
        spent.written.push(...entries);
        return real.commit(expected, next, entries);
      },
    };
  }

  /** What a request costs the gateway. */
  async function costOf(query: string, variables: object = {}, as = 'carol') {
    gateway.simulator.control.clearRequests();
    spent = { rows: 0, written: [] };
    const { data, errors } = await gateway.send<Record<string, unknown>>(query, variables, as);
    return { data, errors, eksCalls: gateway.simulator.control.requests().length, ...spent };
  }

  const unregistered = { clusterName: 'unknown-cluster', accountId: '999999999999', region: 'us-east-1' };

  /** An association of payments, which alice created, and the ids by which its entries can be found. */
  async function existing() {
    const { association, auditEntry } = await gateway.create();
    if (!association) throw new Error('The create of the example failed.');
    const { associationId, associationArn } = association;
    const [entryId, operationId] = [auditEntry.id, auditEntry.operationId];
    await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker') });
    return { associationId, associationArn, entryId, operationId };
  }

  describe('a principal without permits', () => {
    test.each([
      [
        'describe',
        ({ associationId }) => `podIdentityAssociation(clusterName: "apps-dev", associationId: "${associationId}")`,
      ],
      ['node of an association', ({ associationArn }) => `node(id: "${associationArn}")`],
      ['node of an entry', ({ entryId }) => `node(id: "${entryId}")`],
      ['node of an operation', ({ operationId }) => `node(id: "${operationId}")`],
      ['operation', ({ operationId }) => `operation(id: "${operationId}")`],
      ['auditEntry', ({ entryId }) => `auditEntry(id: "${entryId}")`],
    ] as [string, (found: Awaited<ReturnType<typeof existing>>) => string][])(
      'gets null for %s at the cost of at most one row',
      async (_what, fieldOf) => {
        const found = await existing();
        const { data, errors, eksCalls, rows, written } = await costOf(`{ field: ${fieldOf(found)} { __typename } }`);
        expect({ errors, field: data?.field }).toEqual({ errors: undefined, field: null });
        expect({ eksCalls, written }).toEqual({ eksCalls: 0, written: [] });
        expect(rows).toBeLessThanOrEqual(1);
      },
    );

    test.each([
      ['a namespace', 'cluster: {clusterName: "apps-dev", namespace: "payments"}'],
      ['a cluster', 'cluster: {clusterName: "apps-dev"}'],
      ['a service account', 'cluster: {clusterName: "apps-dev", namespace: "payments", serviceAccount: "api"}'],
      ['an unregistered cluster', 'cluster: {clusterName: "unknown-cluster"}'],
      ['another principal', 'principalId: "https://issuer.example#alice"'],
      ['the gateway', 'gateway: ALL_ENTRIES'],
      ['an association', ({ associationArn }) => `associationArn: "${associationArn}"`],
      ['an operation', ({ operationId }) => `operationId: "${operationId}"`],
    ] as [string, string | ((found: Awaited<ReturnType<typeof existing>>) => string)][])(
      'a principal without permits is denied the trail of %s at the cost of at most one row',
      async (_what, scope) => {
        const found = await existing();
        const named = typeof scope === 'string' ? scope : scope(found);
        const filters = 'first: 1000, roleArn: "arn:aws:iam::111122223333:role/other"';
        for (const more of ['first: 1000', filters]) {
          const { errors, eksCalls, rows, written } = await costOf(
            `{ auditTrail(scope: {${named}}, ${more}) { nodes { id } } }`,
          );
          expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
          expect({ eksCalls, written }).toEqual({ eksCalls: 0, written: [] });
          expect(rows).toBeLessThanOrEqual(1);
        }
      },
    );

    test.each([
      ['list', 'podIdentityAssociations(clusterName: "apps-dev")'],
      ['list of a namespace', 'podIdentityAssociations(clusterName: "apps-dev", namespace: "payments")'],
      ['list of an unregistered cluster', 'podIdentityAssociations(clusterName: "unknown-cluster")'],
      ['drift', 'associationDrift(clusterName: "apps-dev")'],
      ['drift that scans saw', 'associationDrift(clusterName: "apps-dev", source: SCAN)'],
      ['drift of an unregistered cluster', 'associationDrift(clusterName: "unknown-cluster")'],
    ])('a principal without permits is denied a %s without a read', async (_what, field) => {
      const { errors, ...cost } = await costOf(`{ ${field} { edges { node { __typename } } } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      expect(cost).toMatchObject({ eksCalls: 0, rows: 0, written: [] });
    });

    test('finds no cluster and no namespace without a read', async () => {
      const fields = 'clusters { nodes { clusterName } } namespaces(clusterName: "apps-dev") { nodes { name } }';
      const { data, ...cost } = await costOf(`{ ${fields} }`);
      expect(data).toEqual({ clusters: { nodes: [] }, namespaces: { nodes: [] } });
      expect(cost).toMatchObject({ eksCalls: 0, rows: 0, written: [] });
    });

    test('has an own trail whose entries show no association, without an EKS call', async () => {
      await gateway.create({}, 'carol');
      const scope = 'scope: {principalId: "https://issuer.example#carol"}';
      const { data, eksCalls } = await costOf(`{ auditTrail(${scope}) { nodes { event association { id } } } }`);
      expect(data).toEqual({ auditTrail: { nodes: [{ event: 'DENIED', association: null }] } });
      expect(eksCalls).toBe(0);
    });
  });

  const writes = [
    ['create', 'Create'],
    ['update', 'Update'],
    ['delete', 'Delete'],
  ] as const;

  describe.each(writes)('a principal without permits that sends a %s', (verb, name) => {
    const longTexts = { reason: '🦜'.repeat(1_000), onBehalfOf: 'x'.repeat(256) };
    const inputs: [string, (id: string) => object][] = [
      ['of an association that exists', (associationId) => ({ clusterName: 'apps-dev', associationId })],
      [
        'of an association that does not exist',
        () => ({ clusterName: 'apps-dev', associationId: 'a-00000000000000000' }),
      ],
      ['in an unregistered cluster', (associationId) => ({ ...unregistered, associationId })],
      ['with long texts', (associationId) => ({ clusterName: 'apps-dev', associationId, ...longTexts })],
      ['that is not valid', (associationId) => ({ clusterName: '*', associationId: `${associationId}?`, reason: '' })],
    ];

    const inputOf = (fields: object) => {
      if (verb === 'update') return { ...fields, roleArn: roleArn('payments/payments-api') };
      if (verb === 'delete') return fields;
      const { associationId: _, ...others } = fields as Record<string, unknown>;
      const tags = Array.from({ length: 49 }, (__, index) => ({ key: `key-${index}`, value: 'v'.repeat(256) }));
      return { ...input, tags, ...others };
    };

    test.each(inputs)('%s costs one entry of at most 1 KB, also as a dry run', async (_what, fieldsOf) => {
      const { associationId } = await existing();
      const variables = { input: inputOf(fieldsOf(associationId)) };
      const type = `${name}PodIdentityAssociationInput!`;
      const documents = [
        `mutation ($input: ${type}) { field: ${verb}PodIdentityAssociation(input: $input) { refusal { code } } }`,
        `query ($input: ${type}) { field: check${name}PodIdentityAssociation(input: $input) { refusal { code } } }`,
      ];
      for (const document of documents) {
        const { data, eksCalls, rows, written } = await costOf(document, variables);
        expect(data?.field).toMatchObject({
          refusal: { code: expect.stringMatching(/DENIED|INVALID_INPUT/) as string },
        });
        expect({ eksCalls, rows, entries: written.length }).toEqual({ eksCalls: 0, rows: 0, entries: 1 });
        expect(Math.max(...written.map(bytesOf))).toBeLessThanOrEqual(maxBriefBytes);
      }
    });

    test("can't tell from the answer whether an association exists", async () => {
      const { associationId } = await existing();
      const document = `mutation ($input: ${name}PodIdentityAssociationInput!) {
      field: ${verb}PodIdentityAssociation(input: $input) { status refusal { code message advice } } }`;
      const answers = [associationId, 'a-00000000000000000'].map(async (id) => {
        const { data } = await costOf(document, { input: inputOf({ clusterName: 'apps-dev', associationId: id }) });
        return data;
      });
      const [one, other] = await Promise.all(answers);
      expect(one).toEqual(other);
    });
  });
});
