import { startEksSimulator } from '#eks-simulator';
import { makeEksLog } from './eks-log.ts';
import { changeOutside, createExisting } from './target.ts';

const at = Date.UTC(2026, 0, 1);
const path = '/clusters/apps-dev/pod-identity-associations';
const request = (method: string, url: string, body = '') => ({ method, url, target: null, body });

test('the log has what others changed and what requests changed, in the order of EKS, and nothing that EKS refused', async () => {
  const simulator = await startEksSimulator({ clock: () => at });
  const backend = { simulator, eksLog: makeEksLog() };
  const { eksLog } = backend;
  const { associationId } = createExisting(backend, false);
  const [association] = simulator.control.associations();
  const updated = { ...association, modifiedAt: (at + 2_000) / 1_000 };
  const body = JSON.stringify({ association: updated });
  eksLog.answered(request('DELETE', `${path}/${associationId}`), { status: 200, body }, at + 3_000);
  const token = JSON.stringify({ clientRequestToken: 'pod-identity-gateway-op-1' });
  eksLog.answered(request('POST', `${path}/${associationId}`, token), { status: 200, body }, at + 9_000);
  eksLog.answered(request('POST', path, token), { status: 409, body: '{}' }, at + 9_000);
  eksLog.answered(request('GET', `${path}/${associationId}`), { status: 200, body }, at + 9_000);
  expect(eksLog.changes.map(({ kind, operationId, modifiedAt }) => [kind, operationId, modifiedAt - at])).toEqual([
    ['create', null, 0],
    ['update', 'op-1', 2_000],
    ['delete', null, 3_000],
  ]);
  expect(eksLog.changes[1]?.association).toMatchObject({ associationId, modifiedAt: '2026-01-01T00:00:02.000Z' });
  changeOutside(backend, 'delete', associationId, { isAsRequested: false, isHeld: false, hasOtherRole: false });
  expect(eksLog.changes.map(({ kind }) => kind)).toEqual(['create', 'update', 'delete', 'update', 'delete']);
  await simulator.close();
});
