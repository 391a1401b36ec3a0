// Quick test: test/graphql/lists.test.ts.
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { home, roleArn } from '../support/gateway.ts';
import { idsOf, useListGateway } from './list-gateway.ts';

const { gateway, withDependencies, fill, listCalls, describeCalls, send, list } = useListGateway();

/** Milliseconds from the first describe call to the last. A busy machine delays each of them by an unknown time. */
function arrivalsMs(): number {
  const arrivals = gateway()
    .simulator.control.requests('DescribePodIdentityAssociation')
    .map(({ time }) => Date.parse(time));
  return Math.max(...arrivals) - Math.min(...arrivals);
}

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

  test('details are returned when only nodes are selected', async () => {
    fill(2);
    const query = '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { roleArn } } }';
    const nodes = [{ roleArn: roleArn('payments/app') }, { roleArn: roleArn('payments/app') }];
    expect((await gateway().send(query)).data).toEqual({ podIdentityAssociations: { nodes } });
    expect(describeCalls()).toBe(2);
  });

  test('equal those of the created association', async () => {
    const { association } = await gateway().create();
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

  test('details are read once per request, even when an association is selected several times', async () => {
    fill(3);
    const half =
      'podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { roleArn } edges { node { ...Tags } } }';
    await gateway().send(`{ a: ${half} b: ${half} } fragment Tags on PodIdentityAssociation { tags { key } }`);
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
          gateway().simulator.control.deleteAssociation(gone);
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

  test('details are read with at most 4 concurrent calls of a request and at most 20 calls per second', async () => {
    fill(45);
    let running = 0;
    let most = 0;
    const observed = (deps: Dependencies): Dependencies => ({
      ...deps,
      eksFor: (cluster) => {
        const eks = deps.eksFor(cluster);
        const describe: typeof eks.describe = async (...args) => {
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
    expect(most).toBe(4);
    expect(describeCalls()).toBe(45);
    expect(arrivalsMs()).toBeGreaterThan(1_000);
  });

  test('details are read at the configured rate', async () => {
    fill(5);
    const slow = (deps: Dependencies): Dependencies => ({
      ...deps,
      describeLimits: { describeConcurrency: 1, describesPerSecond: 4 },
    });
    await withDependencies(slow, (by) => list({}, { fields: 'roleArn', by }));
    expect(arrivalsMs()).toBeGreaterThan(500);
  });

  test('details are rejected before the first call when they cannot be read in the time of the request', async () => {
    fill(600);
    const { data, errors } = await send({ first: 600 }, { fields: 'roleArn' });
    expect(data).toEqual({ podIdentityAssociations: null });
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
    gateway().simulator.control.addFault({
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
    gateway().simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'throttle', times: 100 });
    const { errors } = await send({}, { fields: 'roleArn' });
    expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED' } }]);
  });
});
