import type { GatewayClient } from '../../../client/src/client/client.ts';
import { runLine } from '../host.ts';

const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
const settings = { roleArn: 'arn:aws:iam::111122223333:role/a', targetRoleArn: null, disableSessionTags: false };
const state = { ...settings, policy: null, tags: [], ownerArn: null, origin: 'OUTSIDE', declaration: null };
const times = { createdAt: '', modifiedAt: '', observedAt: '', seenOtherwiseBefore: null, expiresAt: null };

test('an export ends its reading once the fleet does not fit into a declaration, and says what to do', async () => {
  let pages = 0;
  /** A fleet without an end. */
  const associations = () => {
    pages += 1;
    const nodes = Array.from({ length: 1_000 }, (_, index) => {
      const name = `${pages}-${index}`;
      return { ...cluster, namespace: 'n', serviceAccount: name, associationId: name, ...state, ...times };
    });
    return Promise.resolve({ nodes, coverage: [], pageInfo: { hasNextPage: true, endCursor: 'next' } });
  };
  const clusters = () => Promise.resolve({ nodes: [], pageInfo: { hasNextPage: false, endCursor: null } });
  const client = { associations, clusters } as unknown as GatewayClient;
  const session = { client, url: 'http://gateway', signal: undefined, errorOf: (_: string, error: unknown) => error };
  const environment = { AWS_REGION: 'eu-central-1', POD_IDENTITY_ENDPOINT_URL: 'http://gateway' };
  const openSession = () => Promise.resolve(session);
  expect(await runLine(['export'], { openSession, environment })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(
      'More than 100000 associations do not fit into one declaration of 100000 associations and 20000 bindings. Select fewer: --cluster-name',
    ),
  });
  expect(pages).toBe(101);
});
