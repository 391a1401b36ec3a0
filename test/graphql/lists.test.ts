import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { sealedFor } from '../support/cursors.ts';
import { home, input, openGateway, withoutRateLimit } from '../support/gateway.ts';
import type { Answered } from '../support/gateway.ts';
import { idsOf, useListGateway } from './list-gateway.ts';

const { gateway, ledger, withDependencies, fill, ids, listCalls, describeCalls, send, list, readAll } =
  useListGateway(withoutRateLimit);

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
    for (const id of expected.slice(0, 5)) gateway().simulator.control.deleteAssociation(id);
    expect(idsOf(await list({ first: 60, after: pageInfo.endCursor }))).toEqual(expected.slice(30));
    const again = await list({ first: 20 });
    const last = idsOf(again).at(-1) ?? '';
    gateway().simulator.control.deleteAssociation(last);
    const next = idsOf(await list({ first: 60, after: again.pageInfo.endCursor }));
    expect(next).toEqual(expected.slice(expected.indexOf(last) + 1));
  });

  test('pages are empty when the cluster has no associations', async () => {
    const empty = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    expect(await list()).toMatchObject({ edges: [], pageInfo: empty });
  });

  test('pages are limited to a cluster, a namespace, a service account, or a service account name in all namespaces', async () => {
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

test('rejects a query whose answer has more than 5,000 rows', async () => {
  fill(1_000);
  const part = 'podIdentityAssociations(clusterName: "apps-dev", first: 1000) { nodes { associationId } }';
  const queryOf = (times: number) =>
    `{ ${Array.from({ length: times }, (_, index) => `v${index}: ${part}`).join(' ')} }`;
  expect((await gateway().send(queryOf(5), {}, 'pat')).errors).toBeUndefined();
  expect(await gateway().send(queryOf(6), {}, 'pat')).toMatchObject({
    errors: [{ message: expect.stringContaining('5000'), extensions: { code: 'ANSWER_TOO_LARGE' } }],
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
      expect(data).toEqual({ podIdentityAssociations: null });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', violations: [{ policyId: 'default-deny' }] } }]);
      expect(listCalls()).toBe(0);
    }
  });

  test('a denial names the namespace and its owners', async () => {
    const { errors } = await send({}, { as: 'bob' });
    expect(errors?.[0]?.message).toMatch(/namespace payments.*Owners of the namespace: payments-team/);
    expect(gateway().logged.filter(({ level }) => level === 'error')).toEqual([]);
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
  const query = JSON.stringify([
    'podIdentityAssociations',
    home.accountId,
    home.region,
    'apps-dev',
    'payments',
    null,
    null,
  ]);

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
  ])('%s', async (_, variables, message) => {
    const { status, data, errors } = await send(variables);
    expect({ status, data }).toEqual({ status: 200, data: { podIdentityAssociations: null } });
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(gateway().simulator.control.requests()).toEqual([]);
    expect(gateway().logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each([
    ['of another query', 'another query', { token: null, offset: 1, associationId: null }],
    ['with a token of the wrong type', query, { token: 1, offset: 0, associationId: null }],
    ['with a negative offset', query, { token: null, offset: -1, associationId: null }],
    ['whose position is null', query, null],
  ])('a cursor %s', async (_, name, position) => {
    const after = await sealedFor(gateway().deps, 'alice', name, position);
    expect(await send({ after })).toMatchObject({ errors: [{ message: expect.stringMatching(/not a valid cursor/) }] });
    expect(gateway().simulator.control.requests()).toEqual([]);
  });

  test('returns the findings of all arguments at once', async () => {
    const { errors } = await send({ cluster: '*', namespace: 'A', first: 0 });
    const findings = ['clusterName', 'namespace', 'first'].map((path) => ({ path }));
    expect(errors).toMatchObject([{ extensions: { findings } }]);
  });

  test('rejects a cursor that is truncated, changed, or of another namespace, cluster or service account', async () => {
    fill(3);
    const cursor = (await list({ first: 1 })).pageInfo.endCursor ?? '';
    gateway().simulator.control.clearRequests();
    const broken = [
      cursor.slice(1),
      cursor.slice(0, -1),
      cursor.replace('A', 'B'),
      `${cursor}A`,
      `${cursor}.`,
      `${cursor}\n`,
    ];
    for (const after of broken) {
      expect(await send({ after })).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    }
    for (const other of [{ namespace: 'payments-web' }, { cluster: 'apps-prod' }, { serviceAccount: 'sa-1' }]) {
      const { errors } = await send({ after: cursor, ...other });
      expect(errors?.[0]?.message).toMatch(/not a valid cursor/);
    }
    expect(gateway().simulator.control.requests()).toEqual([]);
  });
});

describe('when reading from EKS', () => {
  test('rejects a cursor whose EKS page token EKS rejects', async () => {
    fill(150);
    const { endCursor } = (await list({ first: 120 })).pageInfo;
    const other = await openGateway({ ledger: ledger() });
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
    gateway().simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
    const { data, errors } = await send({});
    expect(data).toEqual({ podIdentityAssociations: null });
    expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' } }]);
  });

  test('fails with EKS_READ_FAILED at the time limit of the request when EKS hangs', async () => {
    fill(1);
    gateway().simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'hang', times: 9 });
    const withShortLimit = (deps: Dependencies): Dependencies => ({
      ...deps,
      times: { ...deps.times, requestMs: 300 },
    });
    const { errors } = await withDependencies(withShortLimit, (by) => send({}, { by }));
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/request ran out of time/), extensions: { code: 'EKS_READ_FAILED' } },
    ]);
  });

  test.each([
    [
      'DescribePodIdentityAssociation',
      '{ podIdentityAssociation(clusterName: "apps-dev", associationId: "ID") { id } }',
    ],
    [
      'DescribePodIdentityAssociation',
      '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { roleArn } } }',
    ],
    [
      'ListPodIdentityAssociations',
      '{ associationDrift(clusterName: "apps-dev", namespace: "payments") { nodes { kind } } }',
    ],
    [
      'DescribePodIdentityAssociation',
      '{ associationDrift(clusterName: "apps-dev", namespace: "payments") { nodes { kind } } }',
    ],
  ] as const)('ends at the time limit of the request when %s hangs, for %s', async (operation, query) => {
    const [id = ''] = fill(1);
    gateway().simulator.control.addFault({ operation, kind: 'hang', times: 9 });
    const withShortLimit = (deps: Dependencies): Dependencies => ({
      ...deps,
      times: { ...deps.times, requestMs: 300 },
    });
    const answered = await withDependencies(withShortLimit, (by) => by.send(query.replace('ID', id)));
    expect(answered).toMatchObject({ errors: [{ extensions: { code: 'EKS_READ_FAILED' } }] });
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

describe('podIdentityAssociations by role', () => {
  const byRole = `query ($roleArn: String, $first: Int, $after: String) {
    podIdentityAssociations(clusterName: "apps-dev", namespace: "payments", roleArn: $roleArn, first: $first, after: $after) {
      nodes { serviceAccount } pageInfo { hasNextPage endCursor }
    }
  }`;
  interface Page {
    readonly podIdentityAssociations: {
      readonly nodes: readonly { readonly serviceAccount: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    } | null;
  }
  const shared = 'arn:aws:iam::444455556666:role/pods/shared/data-reader';

  beforeEach(async () => {
    await gateway().create({ serviceAccount: 'one', clientRequestToken: 'one' });
    await gateway().create({ serviceAccount: 'two', clientRequestToken: 'two', targetRoleArn: shared });
    await gateway().create({ serviceAccount: 'three', clientRequestToken: 'three' });
  });

  test('lists the associations with the role as role or target role, over pages that can be empty', async () => {
    const found: string[] = [];
    let pages = 0;
    for (let after: string | null = null; ; pages += 1) {
      const answered: Answered<Page> = await gateway().send<Page>(byRole, { roleArn: shared, first: 1, after });
      const page = answered.data?.podIdentityAssociations;
      found.push(...(page?.nodes.map(({ serviceAccount }) => serviceAccount) ?? []));
      if (!page?.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect({ found, pages: pages + 1 }).toEqual({ found: ['two'], pages: 3 });
    const { data } = await gateway().send<Page>(byRole, { roleArn: input.roleArn });
    expect(data?.podIdentityAssociations?.nodes).toHaveLength(3);
  });

  test('rejects a role that is not a role ARN', async () => {
    const { errors } = await gateway().send<Page>(byRole, { roleArn: 'payments-api' });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', findings: [{ path: 'roleArn' }] } }]);
  });
});
