import { home, withoutRateLimit } from '../support/gateway.ts';
import { idsOf, useListGateway } from './list-gateway.ts';

const { gateway, fill, ids, listCalls, describeCalls, list, readAll } = useListGateway(withoutRateLimit);

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
