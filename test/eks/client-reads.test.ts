import { connectEks, eksOf } from '../../src/eks/client.ts';
import { answerError } from '../support/answering-server.ts';
import { cluster, credentials, incompleteBody, request, withServer } from '../support/eks-samples.ts';

describe('a read', () => {
  const deadline = () => ({ deadline: Date.now() + 2_000 });

  test('lists all pages of one service account', () =>
    withServer(
      (response, { path }) => {
        const isSecond = path.includes('nextToken=more');
        const associations = [{ associationId: isSecond ? 'a-2' : 'a-1' }];
        response.end(JSON.stringify({ associations, ...(isSecond ? {} : { nextToken: 'more' }) }));
      },
      async (eks, { seen }) => {
        expect(await eks.list(request, deadline())).toEqual({ kind: 'listed', associationIds: ['a-1', 'a-2'] });
        expect(seen[0]?.path).toBe(
          '/clusters/apps-dev/pod-identity-associations?namespace=payments&serviceAccount=api',
        );
      },
    ));

  test('distinguishes an absent association from a failure', () =>
    withServer(
      (response, { path }) =>
        path.endsWith('a-none')
          ? answerError(response, 404, 'ResourceNotFoundException', 'None.')
          : answerError(response, 403, 'AccessDeniedException', 'No.'),
      async (eks) => {
        expect(await eks.describe('a-none', deadline())).toEqual({ kind: 'absent' });
        expect(await eks.describe('a-other', deadline())).toMatchObject({ kind: 'failed', error: { message: 'No.' } });
        expect(await eks.list(request, deadline())).toMatchObject({ kind: 'failed' });
        const first = { namespace: null, serviceAccount: null, nextToken: null };
        expect(await eks.page(first, deadline())).toMatchObject({ kind: 'failed', error: { message: 'No.' } });
      },
    ));

  test('reports an incomplete response as a failure, not as an absent association', () =>
    withServer(
      (response, { path }) =>
        response.end(
          path.endsWith('a-1') ? incompleteBody : JSON.stringify({ associations: [{ associationId: 'a-1' }] }),
        ),
      async (eks) => {
        const incomplete = { kind: 'failed', error: { exception: 'IncompleteResponse' } };
        expect(await eks.describe('a-1', deadline())).toMatchObject(incomplete);
        const first = { namespace: null, serviceAccount: null, nextToken: null };
        expect(await eks.page(first, deadline())).toMatchObject(incomplete);
      },
    ));

  test('ends at its deadline', () =>
    withServer(
      () => undefined,
      async (eks) => {
        expect(await eks.list(request, { deadline: Date.now() + 200 })).toMatchObject({ kind: 'failed' });
        expect(await eks.describe('a-1', { deadline: Date.now() + 200 })).toMatchObject({ kind: 'failed' });
      },
    ));

  test('measures its deadline on the given clock', () =>
    withServer(
      (response) => response.end(JSON.stringify({ associations: [] })),
      async (_, { endpoint }) => {
        const clock = () => 1_000;
        const eks = eksOf(connectEks({ region: 'eu-central-1', endpoint, credentials, clock }), cluster);
        expect(await eks.list(request, { deadline: 4_000 })).toMatchObject({ kind: 'listed' });
        expect(await eks.list(request, { deadline: 1_000 })).toMatchObject({ kind: 'failed' });
      },
    ));
});
