import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { PolicySet } from '../../src/policy/policies/compile.ts';
import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import {
  addon,
  adopt,
  alice,
  context,
  bob,
  create,
  forbidWhen,
  listOf,
  over,
  pat,
  permitAll,
  remove,
  request as sampleRequest,
  shipped,
  update,
  view,
} from '../support/policy-sample.ts';

const inventory = parseInventory(readInventoryText(shipped));
const { authorize } = loadPolicy(shipped);

describe('requests about clusters', () => {
  const { authorize: permissive } = over(permitAll);

  test.each([
    ['cluster', { clusterName: 'apps-test' }],
    ['region', { region: 'us-east-1' }],
    ['account', { accountId: '999999999999' }],
  ])(
    'requests about clusters are denied with an unregistered %s, even if a policy permits everything',
    (_what, change) => {
      for (const request of [
        create(change),
        update(change),
        remove(change),
        view(change),
        listOf('namespace', change),
        listOf('cluster', change),
        { action: 'ReadAuditTrail', scope: { kind: 'cluster', ...sampleRequest, ...change } },
        { action: 'ReadAuditTrail', scope: { kind: 'namespace', ...sampleRequest, ...change } },
      ] satisfies readonly AuthorizationRequest[]) {
        const decision = permissive(context(pat), request);
        expect(decision).toMatchObject({ allowed: false, failed: false, policyIds: [] });
        expect(decision.violations.map(({ policyId }) => policyId)).toEqual(['cluster-not-registered']);
        expect(decision.slice.cluster).toBeNull();
      }
    },
  );

  test('requests about clusters are denied with the cluster in the message and whom to ask in the advice', () => {
    const [violation] = authorize(context(pat), create({ clusterName: 'apps-test' })).violations;
    expect(violation?.message).toBe(
      'The gateway does not serve cluster apps-test in account 111122223333, region eu-central-1.',
    );
    expect(violation?.advice).toContain('platform admins');
  });

  test('requests about clusters are the only ones that need a registered cluster', () => {
    expect(permissive(context(pat), { action: 'ReadAuditTrail', scope: { kind: 'gateway' } }).allowed).toBe(true);
  });
});

describe('violations', () => {
  test.each<[string, AuthorizationRequest]>([
    ['create associations in', create()],
    ['update associations of', update()],
    ['delete associations of', remove()],
    ['view associations of', view()],
    ['list the associations of', listOf('namespace')],
    ['read the audit trail of', { action: 'ReadAuditTrail', scope: { kind: 'namespace', ...sampleRequest } }],
  ])('of the default denial to %s a namespace list the groups that own it', (what, request) => {
    const [violation] = authorize(context(bob), request).violations;
    expect(violation).toEqual({
      policyId: 'default-deny',
      message: `No rule lets you ${what} namespace payments.`,
      advice: 'Owners of the namespace: payments-team. Ask them to make the change, or to add you to the group.',
    });
  });

  test('of the default denial of an adoption name the platform admins, not the owners, who may not adopt', () => {
    expect(authorize(context(alice), adopt()).violations).toEqual([
      {
        policyId: 'default-deny',
        message: 'No rule lets you adopt associations of namespace payments.',
        advice: 'Ask the platform admins to adopt the association.',
      },
    ]);
  });

  test('of the default denial to list a cluster suggest listing a namespace', () => {
    const [violation] = authorize(context(alice), listOf('cluster')).violations;
    expect(violation).toEqual({
      policyId: 'default-deny',
      message: 'No rule lets you list the associations of the whole cluster apps-dev.',
      advice: 'List the associations of a namespace that your group owns, or ask the platform admins for access.',
    });
  });

  test.each([update, remove])('on an association of an add-on suggest changing the add-on', (request) => {
    const [violation, ...more] = authorize(context(pat), request({ ownerArn: addon })).violations;
    expect(more).toEqual([]);
    expect(violation?.message).toBe('The association is owned by an EKS add-on.');
    expect(violation?.advice).toContain('Change podIdentityAssociations of the add-on instead');
  });

  test('of the default denial refer to the platform admins where the namespace has no owners', () => {
    const [violation] = authorize(context(bob), view({ namespace: 'orders' })).violations;
    expect(violation?.message).toBe('No rule lets you view associations of namespace orders.');
    expect(violation?.advice).toContain('Ask the platform admins to register it');
  });

  test('of the default denial to read a whole trail suggest the trail of a namespace', () => {
    const [violation] = authorize(context(bob), { action: 'ReadAuditTrail', scope: { kind: 'gateway' } }).violations;
    expect(violation?.advice).toContain('a namespace that your group owns');
  });

  test('of a forbid have the text of its annotations', () => {
    const decision = authorize(context(alice), create({ tags: [] }));
    expect(decision.policyIds).toEqual(['required-tags']);
    expect(decision.violations).toEqual([
      {
        policyId: 'required-tags',
        message: 'The tag "team" is missing or empty.',
        advice: 'Add a tag with the key "team" and the name of the team that is responsible for this association.',
      },
    ]);
  });

  test('name the missing permit after the forbids, so that one denial has every reason', () => {
    const decision = authorize(context(bob), create({ serviceAccount: 'default', tags: [] }));
    const forbids = ['no-default-service-account', 'required-tags'];
    expect(decision.violations.map(({ policyId }) => policyId)).toEqual([...forbids, 'default-deny']);
    expect(decision.policyIds).toEqual(forbids);
    expect(decision.violations.at(-1)?.advice).toContain('Owners of the namespace: payments-team.');
  });

  test('do not name a missing permit where a permit applies', () => {
    const onlyForbid = over(forbidWhen('true'));
    expect(onlyForbid.authorize(context(pat), create()).violations.map(({ policyId }) => policyId)).toEqual([
      'condition',
      'default-deny',
    ]);
    const withPermit = over(permitAll, forbidWhen('true'));
    expect(withPermit.authorize(context(bob), create()).violations.map(({ policyId }) => policyId)).toEqual([
      'condition',
    ]);
  });

  test('and decisions list the policies sorted', () => {
    const policies = ['c', 'a', 'b'].map((id) => `@id("${id}") permit (principal, action, resource);`);
    expect(over(...policies).authorize(context(alice), create()).policyIds).toEqual(['a', 'b', 'c']);
  });
});

test('keeps the policies of two decision points separate', () => {
  const { authorize: open } = over(permitAll);
  const { authorize: closed } = over(permitAll, forbidWhen('true'));
  expect(open(context(bob), create()).allowed).toBe(true);
  expect(closed(context(bob), create()).allowed).toBe(false);
  expect(open(context(bob), create()).allowed).toBe(true);
});

test('decides the same with a policy set that was stored as JSON', () => {
  const sources = readPolicySources(shipped);
  const kept = makeEngine(JSON.parse(JSON.stringify(compilePolicies(sources))) as PolicySet);
  const again = authorizeWith(kept, inventory);
  for (const who of [alice, bob, pat]) expect(again(context(who), create())).toEqual(authorize(context(who), create()));
});
