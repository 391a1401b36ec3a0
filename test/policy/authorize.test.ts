import { processCedar } from '../../src/policy/cedar/cedar.ts';
import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { makePreauthorize } from '../../src/policy/decide/preauthorize.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { PolicySet } from '../../src/policy/policies/compile.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import {
  addon,
  adopt,
  alice,
  bob,
  context,
  create,
  forbidWhen,
  listOf,
  over,
  overflow,
  pat,
  permitAll,
  person,
  remove,
  request,
  request as sampleRequest,
  service,
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
        tagKey: 'team',
      },
    ]);
  });

  test('have the key of a tag only where the forbid names one', () => {
    const { violations } = authorize(context(alice), create({ serviceAccount: 'default' }));
    expect(violations.map((one) => 'tagKey' in one)).toEqual([false]);
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

const { schema } = readPolicySources(shipped);
const { preauthorize } = loadPolicy(shipped);
const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
const stranger = person('mallory', 'no-team');

/** Whether policy may permit a delete under these policies. */
function mayBePermitted(policies: string, principal = stranger): boolean {
  const over = makePreauthorize(compilePolicies({ schema, policies: { 'test.cedar': policies } }), inventory);
  return over(context(principal), 'DeletePodIdentityAssociation', cluster) === null;
}

const permitWhen = (condition: string, resource = 'resource is PodIdentity::Association') =>
  `@id("p") permit (principal, action == PodIdentity::Action::"DeletePodIdentityAssociation", ${resource}) when { ${condition} };`;

describe('before the association is known', () => {
  test.each([
    ['the owner of a namespace', alice],
    ['the owner of another namespace', bob],
    ['a platform admin', pat],
    ['a service with groups in the inventory', service('https://issuer.example#chatops')],
  ])('%s may be permitted to delete', (_who, principal) => {
    expect(preauthorize(context(principal), 'DeletePodIdentityAssociation', cluster)).toBeNull();
  });

  test('a principal without permits is denied each action', () => {
    const actions = ['Create', 'Update', 'Delete', 'Describe'].map((verb) => `${verb}PodIdentityAssociation` as const);
    for (const action of actions as ['CreatePodIdentityAssociation']) {
      const decision = preauthorize(context(stranger), action, cluster);
      expect(decision).toMatchObject({
        allowed: false,
        failed: false,
        violations: [
          { policyId: 'default-deny', message: expect.stringContaining('any namespace of cluster apps-dev') as string },
        ],
        slice: { cluster: { clusterName: 'apps-dev' }, namespace: null },
        now: context(stranger).now,
      });
    }
  });

  test('an auditor may view, and is denied a delete', () => {
    const auditor = context(person('audrey', 'auditors'));
    expect(preauthorize(auditor, 'DescribePodIdentityAssociation', cluster)).toBeNull();
    expect(preauthorize(auditor, 'DeletePodIdentityAssociation', cluster)).not.toBeNull();
  });

  test('a principal is judged again with other groups', () => {
    const asked = (group: string) =>
      preauthorize(context(person('audrey', group)), 'DescribePodIdentityAssociation', cluster);
    expect(asked('auditors')).toBeNull();
    expect(asked('no-team')).not.toBeNull();
    expect(asked('auditors')).toBeNull();
  });

  test('at most 1,000 results are kept', () => {
    let evaluations = 0;
    const instance = () => {
      evaluations += 1;
      return processCedar.instance();
    };
    const policySet = compilePolicies({ schema, policies: { 'test.cedar': permitWhen('true') } });
    const over = makePreauthorize(policySet, inventory, undefined, { ...processCedar, instance });
    const ask = (name: string) => over(context(person(name)), 'DeletePodIdentityAssociation', cluster);
    for (const name of ['first', 'first']) ask(name);
    expect(evaluations).toBe(1);
    for (let count = 0; count < 1_000; count += 1) ask(`person-${count}`);
    expect(evaluations).toBe(1_001);
    ask('first');
    expect(evaluations).toBe(1_002);
  });

  test('every principal is denied a cluster that is not registered', () => {
    const decision = preauthorize(context(pat), 'DescribePodIdentityAssociation', { ...cluster, clusterName: 'other' });
    expect(decision?.violations).toMatchObject([{ policyId: 'cluster-not-registered' }]);
  });
});

describe('a permit that depends on what is not known yet may apply', () => {
  test.each([
    ['the role', 'resource.settings.role.path like "/shared/*"'],
    ['an optional setting', '!(resource.settings has targetRole)'],
    ['the service account', 'resource.serviceAccount == "api"'],
    ['an attribute of the association', '!resource.ownedByAddon'],
    ['a tag', 'resource.hasTag("shared")'],
    ['a missing tag', '!resource.hasTag("locked")'],
    ['the name of the namespace', 'resource.namespace.name == "search"'],
    ['the kind of namespace', 'resource.namespace.system'],
    ['a role that the inventory allows', 'resource.namespace.roleArns.contains(resource.settings.role.arn)'],
    [
      'a namespace by its uid',
      'resource.namespace == PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/search"',
    ],
    [
      'any namespace but one',
      'resource.namespace != PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/search"',
    ],
    ['the time', 'context.hour >= 9'],
    ['a given reason', 'context.hasReason'],
    ['a missing address', '!(context has sourceAddress)'],
    ['a policy that fails', overflow],
    ['a policy that fails whatever the association is', '9007199254740991 * 9007199254740991 > 0'],
  ])('%s', (_what, condition) => {
    expect(mayBePermitted(permitWhen(condition))).toBe(true);
  });

  test.each([
    ['an association', 'resource == PodIdentity::Association::"111122223333/eu-central-1/apps-dev/payments/api"'],
    ['a namespace', 'resource in PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/payments"'],
    [
      'a namespace and a type',
      'resource is PodIdentity::Association in PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/payments"',
    ],
  ])('which %s the head names', (_what, head) => {
    expect(mayBePermitted(permitWhen('true', head))).toBe(true);
  });
});

describe('a permit that no association can satisfy does not apply', () => {
  test.each([
    ['for another group', 'principal in PodIdentity::Group::"others" && resource.hasTag("shared")'],
    ['for owners of namespaces', 'principal in resource.namespace.owners'],
    ['for another environment', 'resource.cluster.environment == "prod"'],
  ])('%s', (_what, condition) => {
    expect(mayBePermitted(permitWhen(condition))).toBe(false);
  });
});

test('a principal that authorize permits an action is not denied it before', () => {
  const { authorize } = loadPolicy(shipped);
  const principals = [alice, bob, pat, stranger, service('iam:111122223333:role/ci-deployer')];
  const namespaces = ['payments', 'payments-eu', 'search', 'kube-system', 'unlisted'];
  for (const principal of principals) {
    for (const namespace of namespaces) {
      const association = { ...request, namespace, roleArn: `arn:aws:iam::111122223333:role/pods/${namespace}/x` };
      const { allowed } = authorize(context(principal), { action: 'CreatePodIdentityAssociation', association });
      if (!allowed) continue;
      expect(preauthorize(context(principal), 'CreatePodIdentityAssociation', cluster)).toBeNull();
    }
  }
});

test('an exception is reported, and authorization of the association decides', () => {
  const failures: string[] = [];
  const policySet = compilePolicies({ schema, policies: { 'test.cedar': permitWhen('true') } });
  const over = makePreauthorize(policySet, inventory, (detail) => failures.push(detail));
  const broken = context({
    ...stranger,
    get groups(): string[] {
      throw new Error('A bug.');
    },
  });
  expect(over(broken, 'DeletePodIdentityAssociation', cluster)).toBeNull();
  expect(failures).toEqual([expect.stringContaining('A bug.')]);
});
