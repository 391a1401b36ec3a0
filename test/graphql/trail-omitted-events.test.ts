import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

const document = `query ($scope: AuditScope!, $events: [AuditEvent!]) {
  auditTrail(scope: $scope, events: $events) { nodes { event } omittedEvents }
}`;
interface Answer {
  readonly auditTrail: { readonly nodes: readonly object[]; readonly omittedEvents: readonly string[] };
}

const ledger = makeSqliteLedger({ file: ':memory:' });
let gateway: Gateway;
const namespace = { clusterName: 'apps-dev', namespace: 'payments' };
const unchanged = [
  'INVALID',
  'DENIED',
  'CHECKED',
  'REPLAYED',
  'CONTENDED',
  'TOKEN_REUSED',
  'TRAIL_READ',
  'LOCKED',
  'UNLOCKED',
  'LOG_PERMITTED',
  'PERSONAL_DATA_ERASED',
];

beforeAll(async () => {
  gateway = await openGateway({ ledger });
  await gateway.create({ clientRequestToken: 'denied' }, 'bob');
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

const read = async (scope: object, events?: readonly string[], as?: string) =>
  (await gateway.send<Answer>(document, { scope, events }, as)).data?.auditTrail;

test('the trail of a service account says that it leaves out denials, which it does', async () => {
  const scope = { cluster: { ...namespace, serviceAccount: 'api' } };
  expect(await read(scope)).toEqual({ nodes: [], omittedEvents: unchanged });
});

test('the trail of a namespace leaves out denials unless they are asked for', async () => {
  expect(await read({ cluster: namespace })).toEqual({ nodes: [], omittedEvents: unchanged });
  expect(await read({ cluster: namespace }, ['DENIED', 'SUCCEEDED'])).toEqual({
    nodes: [{ event: 'DENIED' }],
    omittedEvents: unchanged.filter((event) => event !== 'DENIED'),
  });
});

test('the trails of a principal and of the gateway leave out nothing', async () => {
  expect(await read({ principalId: 'https://issuer.example#alice' })).toEqual({ nodes: [], omittedEvents: [] });
  expect(await read({ gateway: 'ALL_ENTRIES' }, undefined, 'olivia')).toEqual({
    nodes: [{ event: 'DENIED' }],
    omittedEvents: [],
  });
});

test('the trail of an association has the same field', async () => {
  const { association } = await gateway.create();
  const query = `{ podIdentityAssociation(clusterName: "apps-dev", associationId: "${association?.associationId}") { auditTrail { omittedEvents } } }`;
  expect((await gateway.send(query)).data).toEqual({
    podIdentityAssociation: { auditTrail: { omittedEvents: unchanged } },
  });
});
