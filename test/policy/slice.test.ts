import { createHash } from 'node:crypto';
import { readCases } from '../../src/cases/cases.ts';
import type { Principal } from '../../src/model/principal.ts';
import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { sliceFor } from '../../src/policy/entities/slice.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { duplicateKeys, lineFinder } from '../../src/policy/inventory/json-keys.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeRecordPrincipal } from '../../src/policy/policies/recorded-principal.ts';
import type { AuthorizationContext, AuthorizationRequest, TrailScope } from '../../src/policy/policy.ts';
import {
  alice,
  context,
  create,
  listOf,
  person,
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

test.each([
  ['{"a": 1, "a": 2}', ['a']],
  ['{"a": {"b": 1, "c": [], "b": {}}}', ['a.b']],
  ['[{}, {"a": [1, [2, 3], {"b": 1, "b": 1, "b": 1}]}]', ['1.a.2.b']],
  ['{"a": 1, "\\u0061": 2}', ['a']],
  ['{"a\\"": 1, "a\\"": 2, "x": "\\\\"}', ['a"']],
  ['{"__proto__": 1, "__proto__": 2}', ['__proto__']],
  ['{"a": 1, "a": {"b": 1, "b": 1}}', ['a', 'a.b']],
])('the duplicate keys of %s are %j', (text, paths) => {
  expect(JSON.parse(text)).toBeDefined();
  expect(duplicateKeys(text).map((path) => path.join('.'))).toEqual(paths);
});

test.each([
  '1',
  '"a"',
  '{}',
  '[]',
  '{"a": "a", "b": "a"}',
  '[{"a": 1}, {"a": 1}]',
  '{"a": {"a": {"a": 1}}}',
  '{"a": "{\\"b\\": 1, \\"b\\": 2}", "b": ["a", "a"]}',
])('%s has no duplicate keys', (text) => {
  expect(JSON.parse(text)).toBeDefined();
  expect(duplicateKeys(text)).toEqual([]);
});

test('an inventory with a key twice is rejected with the path, together with its other problems', () => {
  const text = readInventoryText(shipped);
  const twice = text.replace('"environment": "prod"', '"environment": "prod", "environment": "dev"');
  expect(() => parseInventory(twice)).toThrow(
    'inventory.json is not valid:\n- inventory.json:5: clusters.1.environment: is there more than once; keep one of them.',
  );
  expect(() => parseInventory(twice.replace('"regions"', '"region"'))).toThrow(
    /clusters.1.environment: is there more than once[^]*accounts.0.regions: is missing/,
  );
});

const text = `{
  "clusters": [
    { "name": "a" }, { "name": "b",
      "tags": [1,
               "x",
               [true, null]] }
  ],

  "a.b": 1, "a": {
    "b": "\\n"
  }
}`;

test.each([
  ['clusters', 2],
  ['clusters 0', 3],
  ['clusters 0 name', 3],
  ['clusters 1', 3],
  ['clusters 1 tags', 4],
  ['clusters 1 tags 0', 4],
  ['clusters 1 tags 1', 5],
  ['clusters 1 tags 2 1', 6],
  ['a.b', 9],
  ['a b', 10],
])('the value %s is on line %i', (path, line) => {
  expect(JSON.parse(text)).toBeDefined();
  expect(lineFinder(text)(path.split(' '))).toBe(line);
});

test.each([
  ['clusters 1 region', 3],
  ['clusters 2 name', 2],
  ['b c', 1],
])('the line of %s, which is missing, is that of what would contain it: %i', (path, line) => {
  expect(lineFinder(text)(path.split(' '))).toBe(line);
});

describe('the recorded principal', () => {
  const sources = readPolicySources(shipped);
  const inventory = parseInventory(readInventoryText(shipped));

  /** Groups that no policy names: as many as large companies have. */
  const others = Array.from({ length: 150 }, (_, index) => `project-${index}-${'x'.repeat(200)}`);

  function recordWith(...policies: readonly string[]) {
    const policySet = compilePolicies({ ...sources, policies: { 'test.cedar': policies.join('\n') } });
    return makeRecordPrincipal(policySet, inventory);
  }

  describe('a recorded principal', () => {
    const { recordPrincipal } = loadPolicy(shipped);

    test('keeps the groups that a policy names or that own a namespace, in their order', () => {
      const groups = ['z', 'payments-team', 'a', 'auditors', 'search-team', 'platform-admins'];
      expect(recordPrincipal(person('x', ...groups))).toEqual({
        ...person('x', 'payments-team', 'auditors', 'search-team', 'platform-admins'),
        otherGroups: { count: 2, sha256: createHash('sha256').update('["a","z"]').digest('hex') },
      });
    });

    test('has the same hash whatever the order of the other groups, and another one for other groups', () => {
      const hashOf = (...groups: readonly string[]) => recordPrincipal(person('x', ...groups)).otherGroups?.sha256;
      expect(hashOf('a', 'b')).toBe(hashOf('b', 'auditors', 'a', 'b'));
      expect(hashOf('a', 'b')).not.toBe(hashOf('a', 'c'));
      expect(hashOf('a","b')).not.toBe(hashOf('a', 'b'));
    });

    test('has nothing to summarize without other groups', () => {
      expect(recordPrincipal(alice)).toEqual({ ...alice, otherGroups: null });
      expect(recordPrincipal(person('x'))).toEqual({ ...person('x'), otherGroups: null });
    });

    test('has a size that does not depend on the number of groups', () => {
      const sizeOf = (count: number) => JSON.stringify(recordPrincipal(person('x', ...others.slice(0, count)))).length;
      expect(sizeOf(150)).toBe(sizeOf(100));
      expect(sizeOf(150)).toBeLessThan(250);
    });
  });

  test.each([
    ['in the head', 'permit (principal in PodIdentity::Group::"g", action, resource);'],
    [
      'in the head, with a type',
      'permit (principal is PodIdentity::User in PodIdentity::Group::"g", action, resource);',
    ],
    ['in a condition', 'permit (principal, action, resource) when { principal in PodIdentity::Group::"g" };'],
    [
      'in a list',
      'permit (principal, action, resource) when { principal in [PodIdentity::Group::"a", PodIdentity::Group::"g"] };',
    ],
    [
      'in a branch, for the actor',
      `permit (principal, action, resource)
       when { if context.hasReason then context has actor && context.actor in PodIdentity::Group::"g" else false };`,
    ],
  ])('a group that a policy names %s is kept', (_, policy) => {
    expect(recordWith(`@id("p") ${policy}`)(person('x', 'g', 'h')).groups).toEqual(['g']);
  });

  test('a group whose name is only a text of a policy is not kept', () => {
    const policy =
      '@id("p") permit (principal, action, resource) when { context has onBehalfOf && context.onBehalfOf == "g" };';
    expect(recordWith(policy)(person('x', 'g')).groups).toEqual([]);
  });

  describe('a decision on recorded principals is the same as on the authenticated ones', () => {
    const policySet = compilePolicies(sources);
    const authorize = authorizeWith(makeEngine(policySet), inventory);
    const record = makeRecordPrincipal(policySet, inventory);
    const withOthers = (principal: Principal) => ({ ...principal, groups: [...others, ...principal.groups] });
    const inMoreGroups = (context: AuthorizationContext, change: (principal: Principal) => Principal) => {
      const { principal, actor } = context.identity;
      const identity = {
        ...context.identity,
        principal: change(withOthers(principal)),
        actor: actor && change(withOthers(actor)),
      };
      return { ...context, identity };
    };

    test.each(readCases(shipped))('$file', ({ context, request }) => {
      const live = authorize(
        inMoreGroups(context, (principal) => principal),
        request,
      );
      expect(authorize(inMoreGroups(context, record), request)).toEqual(live);
      expect(live.failed).toBe(false);
    });
  });
});
