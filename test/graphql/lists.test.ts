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

/** Opens the gateway anew with other parts, over the same simulated EKS. */
async function withParts<T>(
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

/** Makes associations past the gateway, and tells their ids in EKS's order. */
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

/** All ids, page by page. */
async function walk(first: number, variables: object = {}, options = {}): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: string | null = null; ;) {
    const page = await list({ ...variables, first, after }, options);
    pages.push(idsOf(page));
    if (!page.pageInfo.hasNextPage) return pages;
    after = page.pageInfo.endCursor;
  }
}

describe('pages', () => {
  test('the ids of 1,000 associations take ten calls of EKS, and no describe', async () => {
    const expected = fill(1_000);
    expect(idsOf(await list({ first: 1_000 }))).toEqual(expected);
    expect([listCalls(), describeCalls()]).toEqual([10, 0]);
  });

  test.each([1, 7, 50, 99, 100, 101, 150, 999])('of %i give each association once, in order', async (first) => {
    const count = first === 1 ? 120 : 250;
    const expected = fill(count);
    const pages = await walk(first);
    expect(pages.flat()).toEqual(expected);
    expect(pages.slice(0, -1).every((page) => page.length === first)).toBe(true);
  });

  test('are of 50 where nothing is said, and tell where they begin and end', async () => {
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

  test('can go on after any association of a page', async () => {
    const expected = fill(205);
    const { edges } = await list({ first: 205 });
    for (const index of [0, 98, 99, 100, 150, 203, 204]) {
      expect(idsOf(await list({ after: edges[index]?.cursor, first: 300 }))).toEqual(expected.slice(index + 1));
    }
  });

  test('leave nothing out when associations above the cursor, or the one before it, are deleted', async () => {
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

  test('of a list without anything are empty', async () => {
    const empty = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    expect(await list()).toMatchObject({ edges: [], pageInfo: empty });
  });

  test('hold what was asked for: a cluster, a namespace, a service account, a name in all namespaces', async () => {
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
  test('cost nothing where no field needs them', async () => {
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
  ])('cost one describe for each association where %s is selected', async (fields) => {
    fill(3);
    await list({}, { fields });
    expect([listCalls(), describeCalls()]).toEqual([1, 3]);
  });

  test('are there as well where only nodes are selected', async () => {
    fill(2);
    const query = '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { roleArn } } }';
    const nodes = [{ roleArn: roleArn('payments/app') }, { roleArn: roleArn('payments/app') }];
    expect((await gateway.send(query)).data).toEqual({ podIdentityAssociations: { nodes } });
    expect(describeCalls()).toBe(2);
  });

  test('are those that podIdentityAssociation tells', async () => {
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

  test('are asked for once a request, however often an association stands in it', async () => {
    fill(3);
    const half =
      'podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { roleArn } edges { node { ...Tags } } }';
    await gateway.send(`{ a: ${half} b: ${half} } fragment Tags on PodIdentityAssociation { tags { key } }`);
    expect(describeCalls()).toBe(3);
    await list({}, { fields: 'roleArn' });
    expect(describeCalls()).toBe(6);
  });

  test('leave out an association that EKS lists and does not describe any more', async () => {
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
    const left = await withParts(vanishing, (by) => list({ first: 2 }, { fields: 'roleArn', by }));
    expect(idsOf(left)).toEqual([expected[0]]);
    expect(left.pageInfo.hasNextPage).toBe(true);
    const rest = await list({ after: left.pageInfo.endCursor }, { fields: 'roleArn' });
    expect(idsOf(rest)).toEqual([expected[2]]);
  });

  test('leave out what the caller may not view one by one', async () => {
    const expected = fill(3);
    const blinded = (deps: Dependencies): Dependencies => ({
      ...deps,
      authorize: (context, request) => {
        const decision = deps.authorize(context, request);
        const hidden =
          request.action === 'DescribePodIdentityAssociation' && request.association.associationId === expected[0];
        return hidden ? { ...decision, allowed: false } : decision;
      },
    });
    expect(idsOf(await withParts(blinded, (by) => list({}, { fields: 'roleArn', by })))).toEqual(expected.slice(1));
  });

  test('are described no more than 8 at once, and no more than 20 within a second', async () => {
    fill(45);
    let running = 0;
    let most = 0;
    const begun: number[] = [];
    const watched = (deps: Dependencies): Dependencies => ({
      ...deps,
      eksFor: (cluster) => {
        const eks = deps.eksFor(cluster);
        const describe: typeof eks.describe = async (...args) => {
          begun.push(Date.now());
          running += 1;
          most = Math.max(most, running);
          const result = await eks.describe(...args);
          running -= 1;
          return result;
        };
        return { ...eks, describe };
      },
    });
    await withParts(watched, (by) => list({}, { fields: 'roleArn', by }));
    expect(begun).toHaveLength(45);
    expect(most).toBe(8);
    const spans = begun.slice(20).map((time, index) => time - (begun[index] ?? 0));
    // A timer may fire a little early or late.
    expect(Math.min(...spans)).toBeGreaterThan(950);
    const arrivals = gateway.simulator.control
      .requests('DescribePodIdentityAssociation')
      .map(({ time }) => Date.parse(time));
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(1_900);
  });

  test('follow the settings', async () => {
    fill(5);
    const slow = (deps: Dependencies): Dependencies => ({
      ...deps,
      describeLimits: { describeConcurrency: 1, describesPerSecond: 4 },
    });
    await withParts(slow, (by) => list({}, { fields: 'roleArn', by }));
    const arrivals = gateway.simulator.control
      .requests('DescribePodIdentityAssociation')
      .map(({ time }) => Date.parse(time));
    expect((arrivals[4] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(950);
  });

  test('that can not be had in the time of the request are refused before any is asked for', async () => {
    fill(600);
    const { data, errors } = await send({ first: 600 }, { fields: 'roleArn' });
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        extensions: { code: 'BAD_USER_INPUT' },
        message: expect.stringMatching(/take 29 seconds or more for 600.*smaller first/),
      },
    ]);
    expect(describeCalls()).toBe(0);
  });

  test('that EKS refuses to give are an error, after which EKS is left alone', async () => {
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

  test('that throttling stops are an error too', async () => {
    fill(2);
    gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'throttle', times: 100 });
    const { errors } = await send({}, { fields: 'roleArn' });
    expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED' } }]);
  });
});

describe('who may list', () => {
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
  ])('%s, of namespace %s: %s', async (as, namespace, allowed) => {
    const { data, errors } = await send({ namespace }, { as });
    if (allowed) expect(data?.podIdentityAssociations.edges).toEqual([]);
    else {
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', violations: [{ policyId: 'default-deny' }] } }]);
      expect(listCalls()).toBe(0);
    }
  });

  test('a denial says what is not allowed and whom to ask', async () => {
    const { errors } = await send({}, { as: 'bob' });
    expect(errors?.[0]?.message).toMatch(/namespace payments.*Owners of the namespace: payments-team/);
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each([
    ['cluster', { cluster: 'apps-none' }],
    ['account', { account: '999988887777' }],
    ['region', { region: 'us-east-1' }],
  ])('nobody, of a %s that is not registered', async (_, variables) => {
    const { errors } = await send(variables, { as: 'pat' });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', violations: [{ policyId: 'cluster-not-registered' }] } },
    ]);
  });
});

describe('what is no list is answered with what is wrong, and EKS is not asked', () => {
  const foreign = cursorOf('another query', { token: null, offset: 1, associationId: null });
  const query = JSON.stringify(['podIdentityAssociations', home.accountId, home.region, 'apps-dev', 'payments', null]);

  test.each([
    ['first of 0', { first: 0 }, /first is 0.*1 to 1000/],
    ['first of -1', { first: -1 }, /first is -1/],
    ['first of 1001', { first: 1_001 }, /first is 1001/],
    ['no cluster name', { cluster: '' }, /clusterName is the empty string/],
    ['a wild cluster', { cluster: '*' }, /wildcards/],
    ['a path for a cluster', { cluster: '../apps-dev' }, /not an EKS cluster name/],
    ['an account of letters', { account: 'mine' }, /12 digits/],
    ['a region that is none', { region: 'Frankfurt' }, /not an AWS region code/],
    ['an empty namespace', { namespace: '' }, /namespace is the empty string/],
    ['a namespace in capitals', { namespace: 'Payments' }, /RFC 1123 label/],
    ['a service account with a slash', { serviceAccount: 'a/b' }, /RFC 1123 subdomain/],
    ['an empty cursor', { after: '' }, /not a valid cursor, or is incomplete/],
    ['nonsense for a cursor', { after: 'x'.repeat(10_000) }, /not a valid cursor, or is incomplete/],
    ['a cursor of another query', { after: foreign }, /another query/],
    [
      'a forged position',
      { after: cursorOf(query, { token: 1, offset: 0, associationId: null }) },
      /not a valid cursor/,
    ],
    [
      'a negative position',
      { after: cursorOf(query, { token: null, offset: -1, associationId: null }) },
      /not a valid cursor/,
    ],
    ['a position that is null', { after: cursorOf(query, null) }, /not a valid cursor/],
  ])('%s', async (_, variables, message) => {
    const { status, data, errors } = await send(variables);
    expect({ status, data }).toEqual({ status: 200, data: null });
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(gateway.simulator.control.requests()).toEqual([]);
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('all mistakes are told at once', async () => {
    const { errors } = await send({ cluster: '*', namespace: 'A', first: 0 });
    const findings = ['clusterName', 'namespace', 'first'].map((path) => ({ path }));
    expect(errors).toMatchObject([{ extensions: { findings } }]);
  });

  test('a cursor that was cut, changed, or is of another namespace, cluster or service account', async () => {
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

describe('EKS', () => {
  test('that does not take a position any more makes the caller start again', async () => {
    fill(150);
    const { endCursor } = (await list({ first: 120 })).pageInfo;
    const other = await openGateway({ ledger });
    try {
      // Its EKS never gave such a token.
      const { errors } = await send({ after: endCursor }, { by: other });
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(/EKS does not take.*start at the first page/),
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    } finally {
      await other.close();
    }
  });

  test('that gives no list is an error with a code', async () => {
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
    const { data, errors } = await send({});
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' } }]);
  });

  test('that hangs is waited for no longer than the request may last', async () => {
    fill(1);
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'hang', times: 9 });
    const hasty = (deps: Dependencies): Dependencies => ({ ...deps, times: { ...deps.times, requestMs: 300 } });
    const { errors } = await withParts(hasty, (by) => send({}, { by }));
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/time of the request ran out/), extensions: { code: 'EKS_READ_FAILED' } },
    ]);
  });

  test('that would show another namespace for a forged token is not believed', async () => {
    fill(2);
    const careless = (deps: Dependencies): Dependencies => ({
      ...deps,
      eksFor: (cluster) => {
        const eks = deps.eksFor(cluster);
        return { ...eks, page: (query, bounds) => eks.page({ ...query, namespace: 'payments' }, bounds) };
      },
    });
    const page = await withParts(careless, (by) => list({ namespace: 'search' }, { as: 'bob', by }));
    expect(page.edges).toEqual([]);
  });
});

test('an answer holds 5,000 rows at most', async () => {
  fill(1_000);
  const part = 'podIdentityAssociations(clusterName: "apps-dev", first: 1000) { nodes { associationId } }';
  const queryOf = (times: number) =>
    `{ ${Array.from({ length: times }, (_, index) => `v${index}: ${part}`).join(' ')} }`;
  expect((await gateway.send(queryOf(5), {}, 'pat')).errors).toBeUndefined();
  expect(await gateway.send(queryOf(6), {}, 'pat')).toMatchObject({
    errors: [{ message: expect.stringContaining('5000'), extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
