import { answerError } from '../support/answering-server.ts';
import { withServer } from './eks-samples.ts';

const deadline = () => ({ deadline: Date.now() + 2_000 });
const agent = 'eks-pod-identity-agent';

test.each([
  ['with EKS Auto Mode', { computeConfig: { enabled: true } }, true],
  ['with EKS Auto Mode turned off', { computeConfig: { enabled: false } }, false],
  ['without a compute configuration', {}, false],
])('reads a cluster %s', (_, fields, hasAutoMode) =>
  withServer(
    (response) => response.end(JSON.stringify({ cluster: { name: 'apps-dev', status: 'UPDATING', ...fields } })),
    async (eks, { seen }) => {
      expect(await eks.describeCluster(deadline())).toEqual({ kind: 'found', status: 'UPDATING', hasAutoMode });
      expect(seen[0]?.path).toBe('/clusters/apps-dev');
    },
  ),
);

test('reads the status of an add-on', () =>
  withServer(
    (response) =>
      response.end(JSON.stringify({ addon: { addonName: agent, clusterName: 'apps-dev', status: 'DEGRADED' } })),
    async (eks, { seen }) => {
      expect(await eks.describeAddon(agent, deadline())).toEqual({ kind: 'found', status: 'DEGRADED' });
      expect(seen[0]?.path).toBe(`/clusters/apps-dev/addons/${agent}`);
    },
  ));

test('distinguishes an absent cluster and add-on from a failure', () =>
  withServer(
    (response, { path }) =>
      path.endsWith('/none') || path === '/clusters/apps-dev'
        ? answerError(response, 404, 'ResourceNotFoundException', 'None.')
        : answerError(response, 403, 'AccessDeniedException', 'No.'),
    async (eks) => {
      expect(await eks.describeCluster(deadline())).toEqual({ kind: 'absent' });
      expect(await eks.describeAddon('none', deadline())).toEqual({ kind: 'absent' });
      expect(await eks.describeAddon(agent, deadline())).toMatchObject({ kind: 'failed', error: { message: 'No.' } });
    },
  ));

test.each([
  ['incomplete', {}],
  ['of another cluster', { name: 'other', clusterName: 'other', addonName: agent, status: 'ACTIVE' }],
  ['of another type', { name: 'apps-dev', clusterName: 'apps-dev', addonName: agent, status: 7 }],
])('reports a response that is %s as a failure', (_, fields) =>
  withServer(
    (response) => response.end(JSON.stringify({ cluster: fields, addon: fields })),
    async (eks) => {
      const failed = { kind: 'failed', error: { exception: 'UnexpectedResponse' } };
      expect(await eks.describeCluster(deadline())).toMatchObject(failed);
      expect(await eks.describeAddon(agent, deadline())).toMatchObject(failed);
    },
  ),
);

test('sends no read after its deadline', () =>
  withServer(
    (response) => response.end('{}'),
    async (eks, { seen }) => {
      const late = { deadline: Date.now() - 1 };
      expect(await eks.describeCluster(late)).toMatchObject({ kind: 'failed' });
      expect(await eks.describeAddon(agent, late)).toMatchObject({ kind: 'failed' });
      expect(seen).toEqual([]);
    },
  ));
