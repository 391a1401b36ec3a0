import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { sealedFor } from '../support/cursors.ts';
import { home, openGateway } from '../support/gateway.ts';
import { useListGateway } from './list-gateway.ts';

const { gateway, ledger, withDependencies, fill, send, list } = useListGateway();

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
