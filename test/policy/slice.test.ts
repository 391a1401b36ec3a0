import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText } from '../../src/policy/load.ts';
import type { AuthorizationRequest, TrailScope } from '../../src/policy/policy.ts';
import { sliceFor } from '../../src/policy/entities/slice.ts';
import {
  alice,
  context,
  create,
  listOf,
  remove,
  request,
  service,
  shipped,
  update,
  view,
} from '../support/policy-sample.ts';

const role = 'arn:aws:iam::111122223333:role/legacy/x';
const inventory = parseInventory(
  JSON.stringify({
    ...JSON.parse(readInventoryText(shipped)),
    namespaces: [
      { name: 'pay*', owners: ['short'] },
      { name: 'payments', owners: ['exact'], roleArns: [role] },
      { name: 'payments-*', owners: ['long'] },
      { name: 'payments*', owners: ['medium'] },
      { name: '*', owners: ['rest'] },
      { name: 'kube-team', owners: ['kubes'], system: false },
      { name: 'kube-flow*', owners: ['flows'] },
      { name: 'vault', owners: [], system: true },
    ],
    systemNamespaces: ['kube-*', 'istio-system'],
  }),
);

const trail = (scope: TrailScope): AuthorizationRequest => ({ action: 'ReadAuditTrail', scope });

describe('the namespace', () => {
  test.each([
    ['payments', ['exact']],
    ['payments-', ['long']],
    ['payments-batch', ['long']],
    ['paymentsx', ['medium']],
    ['payday', ['short']],
    ['pay', ['short']],
    ['orders', ['rest']],
  ])('%s is owned by %j: an exact name takes precedence, then the longest pattern', (namespace, owners) => {
    expect(sliceFor(inventory, context(alice), create({ namespace })).namespace?.owners).toEqual(owners);
  });

  test.each([
    ['kube-system', true],
    ['kube-flow', true],
    ['istio-system', true],
    ['istio-system-2', false],
    ['kube-team', false],
    ['vault', true],
    ['payments', false],
  ])('%s is a system namespace: %s', (namespace, system) => {
    expect(sliceFor(inventory, context(alice), create({ namespace })).namespace?.system).toBe(system);
  });

  test('has no owners and no roles when the inventory does not list it', () => {
    const shippedInventory = parseInventory(readInventoryText(shipped));
    expect(sliceFor(shippedInventory, context(alice), create({ namespace: 'orders' })).namespace).toEqual({
      name: 'orders',
      owners: [],
      system: false,
      rolePaths: ['/pods/orders/'],
      roleArns: [],
    });
  });
});

describe('the slice holds exactly the data that the request needs', () => {
  const cluster = {
    accountId: '111122223333',
    region: 'eu-central-1',
    clusterName: 'apps-dev',
    environment: 'dev',
    production: false,
    targetRoleAccounts: ['444455556666'],
  };
  const rolePaths = ['/pods/payments/'];
  const namespace = { name: 'payments', owners: ['exact'], system: false, rolePaths, roleArns: [role] };
  const { accountId, region, clusterName } = request;

  test.each<[string, AuthorizationRequest, object]>([
    ['create', create(), { cluster, namespace, services: [], timeZone: 'UTC' }],
    ['update', update(), { cluster, namespace, services: [], timeZone: 'UTC' }],
    ['delete', remove(), { cluster, namespace, services: [], timeZone: 'UTC' }],
    ['describe', view(), { cluster, namespace, services: [], timeZone: 'UTC' }],
    ['list of a namespace', listOf('namespace'), { cluster, namespace, services: [], timeZone: 'UTC' }],
    ['list of a cluster', listOf('cluster'), { cluster, namespace: null, services: [], timeZone: 'UTC' }],
    [
      'trail of a namespace',
      trail({ kind: 'namespace', accountId, region, clusterName, namespace: 'payments' }),
      { cluster, namespace, services: [], timeZone: 'UTC' },
    ],
    [
      'trail of a cluster',
      trail({ kind: 'cluster', ...request }),
      { cluster, namespace: null, services: [], timeZone: 'UTC' },
    ],
    [
      'trail of a person',
      trail({ kind: 'principal', principal: alice }),
      { cluster: null, namespace: null, services: [], timeZone: 'UTC' },
    ],
    ['whole trail', trail({ kind: 'gateway' }), { cluster: null, namespace: null, services: [], timeZone: 'UTC' }],
    [
      'unregistered cluster',
      create({ clusterName: 'x' }),
      { cluster: null, namespace: null, services: [], timeZone: 'UTC' },
    ],
  ])('%s', (_what, request, slice) => {
    expect(sliceFor(inventory, context(alice), request)).toEqual(slice);
  });

  test('the time zone of the inventory, UTC by default', () => {
    const inBerlin = { ...inventory, timeZone: 'Europe/Berlin' };
    expect(sliceFor(inBerlin, context(alice), create()).timeZone).toBe('Europe/Berlin');
    expect(sliceFor(inventory, context(alice), create()).timeZone).toBe('UTC');
  });

  test('services: the registered ones among principal, actor and the principal of the trail', () => {
    const [chatops, ci] = inventory.services;
    if (chatops === undefined || ci === undefined) throw new Error('the inventory has too few services');
    const of = (who: Parameters<typeof context>, request: AuthorizationRequest) =>
      sliceFor(inventory, context(...who), request).services;
    expect(of([service(ci.id)], create())).toEqual([ci]);
    expect(of([alice, { actor: service(chatops.id) }], create())).toEqual([chatops]);
    expect(of([service('unknown')], create())).toEqual([]);
    expect(of([{ ...alice, id: ci.id }], create())).toEqual([]);
    expect(of([alice], trail({ kind: 'principal', principal: service(ci.id) }))).toEqual([ci]);
    expect(of([service(ci.id), { actor: service(ci.id) }], create())).toEqual([ci]);
  });
});
