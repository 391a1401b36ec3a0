import { processCedar } from '../../src/policy/cedar/cedar.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { makePreauthorize } from '../../src/policy/decide/preauthorize.ts';
import { alice, bob, context, overflow, pat, person, request, service, shipped } from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
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
