import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { bytesOf } from '../../src/ledger/entry-size.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

/** The most bytes of an entry of a principal without permits. */
const maxBriefBytes = 1_024;

let gateway: Gateway;
let ledger: Ledger;
/** Rows that the gateway read, and entries that it wrote. */
let spent: { rows: number; written: AuditEntry[] };

beforeEach(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger: counting(ledger), recordTrailReads: true });
  spent = { rows: 0, written: [] };
});

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

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
      expect(data?.field).toMatchObject({ refusal: { code: expect.stringMatching(/DENIED|INVALID_INPUT/) as string } });
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
