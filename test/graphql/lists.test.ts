import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import { cursorOf } from '../../src/validation/paging.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { home, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

interface Page<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

type Node = Record<string, unknown> & { readonly associationId: string };

let gateway: Gateway;
let ledger: Ledger;

beforeEach(async () => {
  ledger = createSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger });
});

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

/** Runs `work` on a second gateway with changed dependencies and the same simulated EKS. */
async function withDependencies<T>(
  change: (deps: Dependencies) => Dependencies,
  work: (other: Gateway) => Promise<T>,
): Promise<T> {
  const other = await openGateway({ ledger, simulator: gateway.simulator, change });
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

/** Creates associations outside the gateway. Returns the ids of the namespace in EKS's order. */
function fill(count: number, namespace = 'payments', clusterName = 'apps-dev'): string[] {
  for (let index = 0; index < count; index++) {
    const serviceAccount = `sa-${index}`;
    const role = roleArn(`${namespace}/app`);
    gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn: role });
  }
  return ids(namespace, clusterName);
}

const ids = (namespace = 'payments', clusterName = 'apps-dev') =>
  gateway.simulator.control
    .associations()
    .filter((association) => association.namespace === namespace && association.clusterName === clusterName)
    .map(({ associationId }) => associationId)
    .sort();

const listCalls = () => gateway.sent('ListPodIdentityAssociations');
const describeCalls = () => gateway.sent('DescribePodIdentityAssociation');

const documentOf = (fields: string) => `
  query ($cluster: String!, $account: String, $region: String, $namespace: String, $serviceAccount: String, $first: Int, $after: String, $yes: Boolean = true, $no: Boolean = false) {
    podIdentityAssociations(clusterName: $cluster, accountId: $account, region: $region, namespace: $namespace, serviceAccount: $serviceAccount, first: $first, after: $after) {
      edges { cursor node { associationId ${fields} } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      also: nodes @include(if: $yes) @skip(if: $no) { associationId }
    }
  }`;

const send = (variables: object, { as = 'alice', fields = '', by = gateway } = {}) =>
  by.send<{ podIdentityAssociations: Page<Node> }>(
    documentOf(fields),
    { cluster: 'apps-dev', namespace: 'payments', ...variables },
    as,
  );

async function list(variables: object = {}, options = {}): Promise<Page<Node>> {
  const answered = await send(variables, options);
  if (!answered.data) throw new Error(JSON.stringify(answered));
  return answered.data.podIdentityAssociations;
}

const idsOf = ({ edges }: Page<Node>) => edges.map(({ node }) => node.associationId);

/** Reads all pages. Returns the ids of each. */
async function readAll(first: number, variables: object = {}, options = {}): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: string | null = null; ;) {
    const page = await list({ ...variables, first, after }, options);
    pages.push(idsOf(page));
    if (!page.pageInfo.hasNextPage) return pages;
    after = page.pageInfo.endCursor;
  }
}

describe('pages', () => {
  test('read the ids of 1,000 associations with 10 list calls and 0 describe calls', async () => {
    const expected = fill(1_000);
    expect(idsOf(await list({ first: 1_000 }))).toEqual(expected);
    expect([listCalls(), describeCalls()]).toEqual([10, 0]);
  });

  test.each([1, 7, 50, 99, 100, 101, 150, 999])('of size %i return each association once, in order', async (first) => {
    const count = first === 1 ? 120 : 250;
    const expected = fill(count);
    const pages = await readAll(first);
    expect(pages.flat()).toEqual(expected);
    expect(pages.slice(0, -1).every((page) => page.length === first)).toBe(true);
  });

  test('have 50 edges by default, and return their first and last cursor', async () => {
    fill(51);
    const page = await list();
    expect(page.edges).toHaveLength(50);
    expect(page.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: page.edges[0]?.cursor,
      endCursor: page.edges.at(-1)?.cursor,
    });
    expect((await list({ first: null })).edges).toHaveLength(50);
  });

  test('continue after any association of a page', async () => {
    const expected = fill(205);
    const { edges } = await list({ first: 205 });
    for (const index of [0, 98, 99, 100, 150, 203, 204]) {
      expect(idsOf(await list({ after: edges[index]?.cursor, first: 300 }))).toEqual(expected.slice(index + 1));
    }
  });

  test('skip no association when associations before the cursor, or the one at it, are deleted', async () => {
    const expected = fill(60);
    const { pageInfo } = await list({ first: 30 });
    for (const id of expected.slice(0, 5)) gateway.simulator.control.deleteAssociation(id);
    expect(idsOf(await list({ first: 60, after: pageInfo.endCursor }))).toEqual(expected.slice(30));
    const again = await list({ first: 20 });
    const last = idsOf(again).at(-1) ?? '';
    gateway.simulator.control.deleteAssociation(last);
    const next = idsOf(await list({ first: 60, after: again.pageInfo.endCursor }));
    expect(next).toEqual(expected.slice(expected.indexOf(last) + 1));
  });

  test('are empty when the cluster has no associations', async () => {
    const empty = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    expect(await list()).toMatchObject({ edges: [], pageInfo: empty });
  });

  test('are limited to a cluster, a namespace, a service account, or a service account name in all namespaces', async () => {
    fill(3);
    fill(2, 'search');
    fill(4, 'payments', 'apps-prod');
    expect((await list({ namespace: null }, { as: 'pat' })).edges).toHaveLength(5);
    expect(idsOf(await list({ namespace: 'search' }, { as: 'bob' }))).toEqual(ids('search'));
    expect((await list({ serviceAccount: 'sa-1' })).edges).toHaveLength(1);
    expect((await list({ namespace: null, serviceAccount: 'sa-1' }, { as: 'pat' })).edges).toHaveLength(2);
    expect((await list({ cluster: 'apps-prod', account: home.accountId, region: home.region })).edges).toHaveLength(4);
  });
});

describe('details', () => {
  test('cost 0 describe calls when no selected field needs them', async () => {
    fill(3);
    const summary = 'id accountId region clusterName namespace serviceAccount associationArn ownerArn __typename';
    const { edges } = await list({}, { fields: `${summary} auditTrail { nodes { before { roleArn } } }` });
    expect(edges[0]?.node).toMatchObject({
      id: edges[0]?.node.associationArn,
      ...{ ...home, clusterName: 'apps-dev', namespace: 'payments', ownerArn: null },
      auditTrail: { nodes: [] },
    });
    await list({}, { fields: 'roleArn @include(if: $no) ... @skip(if: $yes) { tags { key } }' });
    expect(describeCalls()).toBe(0);
  });

  test.each([
    'roleArn',
    'tags { key }',
    'createdAt',
    'modifiedAt',
    'disableSessionTags',
    'targetRoleArn',
    'externalId',
    'policy',
    'operationId',
    '... on PodIdentityAssociation { roleArn }',
    'alias: roleArn',
  ])('cost one describe call per association when %s is selected', async (fields) => {
    fill(3);
    await list({}, { fields });
    expect([listCalls(), describeCalls()]).toEqual([1, 3]);
  });

  test('are returned when only nodes are selected', async () => {
    fill(2);
    const query = '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { roleArn } } }';
    const nodes = [{ roleArn: roleArn('payments/app') }, { roleArn: roleArn('payments/app') }];
    expect((await gateway.send(query)).data).toEqual({ podIdentityAssociations: { nodes } });
    expect(describeCalls()).toBe(2);
  });

  test('equal those of the created association', async () => {
    const { association } = await gateway.create();
    const fields = 'roleArn tags { key value } createdAt operationId disableSessionTags policy';
    const [edge] = (await list({}, { fields })).edges;
    expect(edge?.node).toMatchObject({
      roleArn: association?.roleArn,
      tags: association?.tags,
      operationId: association?.operationId,
      disableSessionTags: false,
      policy: null,
    });
  });

  test('are read once per request, even when an association is selected several times', async () => {
    fill(3);
    const half =
      'podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { roleArn } edges { node { ...Tags } } }';
    await gateway.send(`{ a: ${half} b: ${half} } fragment Tags on PodIdentityAssociation { tags { key } }`);
    expect(describeCalls()).toBe(3);
    await list({}, { fields: 'roleArn' });
    expect(describeCalls()).toBe(6);
  });

  test('omit an association that is deleted between list and describe', async () => {
    const expected = fill(3);
    const gone = expected[1] ?? '';
    const vanishing = (deps: Dependencies): Dependencies => ({
      ...deps,
      eksFor: (cluster) => {
        const eks = deps.eksFor(cluster);
        const page: typeof eks.page = async (...args) => {
          const result = await eks.page(...args);
          gateway.simulator.control.deleteAssociation(gone);
          return result;
        };
        return { ...eks, page };
      },
    });
    const firstPage = await withDependencies(vanishing, (by) => list({ first: 2 }, { fields: 'roleArn', by }));
    expect(idsOf(firstPage)).toEqual([expected[0]]);
    expect(firstPage.pageInfo.hasNextPage).toBe(true);
    const rest = await list({ after: firstPage.pageInfo.endCursor }, { fields: 'roleArn' });
    expect(idsOf(rest)).toEqual([expected[2]]);
  });

  test('omit associations that the principal may not view', async () => {
    const expected = fill(3);
    const withHidden = (deps: Dependencies): Dependencies => ({
      ...deps,
      authorize: (context, request) => {
        const decision = deps.authorize(context, request);
        const hidden =
          request.action === 'DescribePodIdentityAssociation' && request.association.associationId === expected[0];
        return hidden ? { ...decision, allowed: false } : decision;
      },
    });
    expect(idsOf(await withDependencies(withHidden, (by) => list({}, { fields: 'roleArn', by })))).toEqual(
      expected.slice(1),
    );
  });

  test('are read with at most 8 concurrent calls and at most 20 calls per second', async () => {
    fill(45);
    let running = 0;
    let most = 0;
    const startTimes: number[] = [];
    const observed = (deps: Dependencies): Dependencies => ({
      ...deps,
      eksFor: (cluster) => {
        const eks = deps.eksFor(cluster);
        const describe: typeof eks.describe = async (...args) => {
          startTimes.push(Date.now());
          running += 1;
          most = Math.max(most, running);
          const result = await eks.describe(...args);
          running -= 1;
          return result;
        };
        return { ...eks, describe };
      },
    });
    await withDependencies(observed, (by) => list({}, { fields: 'roleArn', by }));
    expect(startTimes).toHaveLength(45);
    expect(most).toBe(8);
    const spans = startTimes.slice(20).map((time, index) => time - (startTimes[index] ?? 0));
    // A timer may fire a little early or late.
    expect(Math.min(...spans)).toBeGreaterThan(950);
    const arrivals = gateway.simulator.control
      .requests('DescribePodIdentityAssociation')
      .map(({ time }) => Date.parse(time));
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(1_900);
  });

  test('are read at the configured rate', async () => {
    fill(5);
    const slow = (deps: Dependencies): Dependencies => ({
      ...deps,
      describeLimits: { describeConcurrency: 1, describesPerSecond: 4 },
    });
    await withDependencies(slow, (by) => list({}, { fields: 'roleArn', by }));
    const arrivals = gateway.simulator.control
      .requests('DescribePodIdentityAssociation')
      .map(({ time }) => Date.parse(time));
    expect((arrivals[4] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(950);
  });

  test('are rejected before the first call when they cannot be read in the time of the request', async () => {
    fill(600);
    const { data, errors } = await send({ first: 600 }, { fields: 'roleArn' });
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        extensions: { code: 'BAD_USER_INPUT' },
        message: expect.stringMatching(/take at least 29 seconds for 600.*smaller first/),
      },
    ]);
    expect(describeCalls()).toBe(0);
  });

  test('fail with EKS_READ_FAILED when EKS denies access, and no further call is started', async () => {
    fill(60);
    gateway.simulator.control.addFault({
      operation: 'DescribePodIdentityAssociation',
      kind: 'access-denied',
      times: 100,
    });
    const { errors } = await send({ first: 60 }, { fields: 'roleArn' });
    expect(errors).toMatchObject([
      {
        path: ['podIdentityAssociations'],
        extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' },
      },
    ]);
    expect(describeCalls()).toBeLessThanOrEqual(8);
  });

  test('fail with EKS_READ_FAILED when EKS throttles every call', async () => {
    fill(2);
    gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'throttle', times: 100 });
    const { errors } = await send({}, { fields: 'roleArn' });
    expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED' } }]);
  });
});

describe('authorization', () => {
  test.each([
    ['alice', 'payments', true],
    ['bob', 'payments', false],
    ['bob', 'search', true],
    ['pat', 'payments', true],
    ['olivia', 'payments', true],
    ['chatops', 'payments', true],
    ['chatops', 'search', false],
    ['alice-via-chatops', 'payments', true],
    ['alice', null, false],
    ['bob', null, false],
    ['chatops', null, false],
    ['pat', null, true],
    ['olivia', null, true],
  ])('%s, namespace %s: allowed %s', async (as, namespace, allowed) => {
    const { data, errors } = await send({ namespace }, { as });
    if (allowed) expect(data?.podIdentityAssociations.edges).toEqual([]);
    else {
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', violations: [{ policyId: 'default-deny' }] } }]);
      expect(listCalls()).toBe(0);
    }
  });

  test('a denial names the namespace and its owners', async () => {
    const { errors } = await send({}, { as: 'bob' });
    expect(errors?.[0]?.message).toMatch(/namespace payments.*Owners of the namespace: payments-team/);
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each([
    ['cluster', { cluster: 'apps-none' }],
    ['account', { account: '999988887777' }],
    ['region', { region: 'us-east-1' }],
  ])('denies an administrator a list of a %s that is not in the inventory', async (_, variables) => {
    const { errors } = await send(variables, { as: 'pat' });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', violations: [{ policyId: 'cluster-not-registered' }] } },
    ]);
  });
});

describe('invalid arguments are rejected with BAD_USER_INPUT and 0 EKS calls', () => {
  const foreign = cursorOf('another query', { token: null, offset: 1, associationId: null });
  const query = JSON.stringify(['podIdentityAssociations', home.accountId, home.region, 'apps-dev', 'payments', null]);

  test.each([
    ['first of 0', { first: 0 }, /first is 0.*1 to 1000/],
    ['first of -1', { first: -1 }, /first is -1/],
    ['first of 1001', { first: 1_001 }, /first is 1001/],
    ['an empty cluster name', { cluster: '' }, /clusterName is the empty string/],
    ['a cluster with a wildcard', { cluster: '*' }, /wildcards/],
    ['a path instead of a cluster name', { cluster: '../apps-dev' }, /not an EKS cluster name/],
    ['an account ID of letters', { account: 'mine' }, /12 digits/],
    ['a malformed region', { region: 'Frankfurt' }, /not an AWS region code/],
    ['an empty namespace', { namespace: '' }, /namespace is the empty string/],
    ['a namespace in capitals', { namespace: 'Payments' }, /RFC 1123 label/],
    ['a service account with a slash', { serviceAccount: 'a/b' }, /RFC 1123 subdomain/],
    ['an empty cursor', { after: '' }, /not a valid cursor, or is incomplete/],
    ['10,000 letters as a cursor', { after: 'x'.repeat(10_000) }, /not a valid cursor, or is incomplete/],
    ['a cursor of another query', { after: foreign }, /another query/],
    [
      'a forged cursor with a token of the wrong type',
      { after: cursorOf(query, { token: 1, offset: 0, associationId: null }) },
      /not a valid cursor/,
    ],
    [
      'a forged cursor with a negative offset',
      { after: cursorOf(query, { token: null, offset: -1, associationId: null }) },
      /not a valid cursor/,
    ],
    ['a forged cursor whose position is null', { after: cursorOf(query, null) }, /not a valid cursor/],
  ])('%s', async (_, variables, message) => {
    const { status, data, errors } = await send(variables);
    expect({ status, data }).toEqual({ status: 200, data: null });
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(gateway.simulator.control.requests()).toEqual([]);
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('returns the findings of all arguments at once', async () => {
    const { errors } = await send({ cluster: '*', namespace: 'A', first: 0 });
    const findings = ['clusterName', 'namespace', 'first'].map((path) => ({ path }));
    expect(errors).toMatchObject([{ extensions: { findings } }]);
  });

  test('rejects a cursor that is truncated, changed, or of another namespace, cluster or service account', async () => {
    fill(3);
    const cursor = (await list({ first: 1 })).pageInfo.endCursor ?? '';
    gateway.simulator.control.clearRequests();
    const broken = [
      cursor.slice(1),
      cursor.slice(0, -1),
      cursor.replace('.', 'A.'),
      `${cursor}A`,
      `${cursor}.`,
      `${cursor}\n`,
    ];
    for (const after of broken) {
      expect(await send({ after })).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    }
    for (const other of [{ namespace: 'payments-web' }, { cluster: 'apps-prod' }, { serviceAccount: 'sa-1' }]) {
      const { errors } = await send({ after: cursor, ...other });
      expect(errors?.[0]?.message).toMatch(/another query/);
    }
    expect(gateway.simulator.control.requests()).toEqual([]);
  });
});

describe('when reading from EKS', () => {
  test('rejects a cursor whose EKS page token EKS rejects', async () => {
    fill(150);
    const { endCursor } = (await list({ first: 120 })).pageInfo;
    const other = await openGateway({ ledger });
    try {
      // The EKS of the other gateway has not issued this token.
      const { errors } = await send({ after: endCursor }, { by: other });
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(/EKS rejects the position in after.*start at the first page/),
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    } finally {
      await other.close();
    }
  });

  test('fails with EKS_READ_FAILED when EKS denies the list call', async () => {
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
    const { data, errors } = await send({});
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' } }]);
  });

  test('fails with EKS_READ_FAILED at the time limit of the request when EKS hangs', async () => {
    fill(1);
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'hang', times: 9 });
    const withShortLimit = (deps: Dependencies): Dependencies => ({
      ...deps,
      times: { ...deps.times, requestMs: 300 },
    });
    const { errors } = await withDependencies(withShortLimit, (by) => send({}, { by }));
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/request ran out of time/), extensions: { code: 'EKS_READ_FAILED' } },
    ]);
  });

  test('omits associations of another namespace that EKS returns', async () => {
    fill(2);
    const ignoringNamespace = (deps: Dependencies): Dependencies => ({
      ...deps,
      eksFor: (cluster) => {
        const eks = deps.eksFor(cluster);
        return { ...eks, page: (query, bounds) => eks.page({ ...query, namespace: 'payments' }, bounds) };
      },
    });
    const page = await withDependencies(ignoringNamespace, (by) => list({ namespace: 'search' }, { as: 'bob', by }));
    expect(page.edges).toEqual([]);
  });
});

test('rejects a query whose answer has more than 5,000 rows', async () => {
  fill(1_000);
  const part = 'podIdentityAssociations(clusterName: "apps-dev", first: 1000) { nodes { associationId } }';
  const queryOf = (times: number) =>
    `{ ${Array.from({ length: times }, (_, index) => `v${index}: ${part}`).join(' ')} }`;
  expect((await gateway.send(queryOf(5), {}, 'pat')).errors).toBeUndefined();
  expect(await gateway.send(queryOf(6), {}, 'pat')).toMatchObject({
    errors: [{ message: expect.stringContaining('5000'), extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
