import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../src/policy/policy.ts';
import { makeDecisionKey } from '../../src/policy/decide/same-decision.ts';
import { shipped } from '../support/policy-sample.ts';

const schema = readFileSync(join(shipped, 'schema.cedarschema'), 'utf8');
const shippedPolicies = Object.fromEntries(
  ['access.cedar', 'guardrails.cedar', 'approvals.cedar'].map((name) => [
    name,
    readFileSync(join(shipped, name), 'utf8'),
  ]),
);

const accountId = '111122223333';
const inventory = parseInventory(
  JSON.stringify({
    ...(JSON.parse(readFileSync(join(shipped, 'inventory.json'), 'utf8')) as object),
    clusters: [
      { accountId, region: 'eu-central-1', clusterName: 'one', environment: 'dev' },
      { accountId, region: 'eu-central-1', clusterName: 'two', environment: 'dev' },
      { accountId, region: 'eu-central-1', clusterName: 'three', environment: 'prod' },
    ],
  }),
);

const context = (groups: readonly string[]): AuthorizationContext => ({
  identity: {
    principal: { id: 'me', kind: 'USER', groups, sessionName: null },
    ...{ actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'test' },
  },
  ...{ onBehalfOf: null, hasReason: false, now: 1_800_000_000_000 },
});

interface Viewed {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly targetRoleArn?: string | null;
  readonly ownerArn?: string | null;
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
}

const viewOf = ({ tags = [], targetRoleArn = null, ownerArn = null, ...place }: Viewed): AuthorizationRequest => ({
  action: 'DescribePodIdentityAssociation',
  association: {
    ...{ accountId, region: 'eu-central-1', ...place, tags, associationId: 'a-1', associationArn: 'arn', policy: null },
    ...{ createdAt: '', modifiedAt: '', ownerArn, externalId: null, disableSessionTags: false },
    ...{ roleArn: `arn:aws:iam::${accountId}:role/pods/x/y`, targetRoleArn },
  },
});

/** Requests that differ in cluster, namespace, service account or tags. */
const requests: readonly AuthorizationRequest[] = ['one', 'two', 'three'].flatMap((clusterName) => [
  ...['payments', 'search', 'payments-x', 'unknown'].flatMap((namespace) => [
    viewOf({ clusterName, namespace, serviceAccount: 'api' }),
    viewOf({
      ...{ clusterName, namespace, serviceAccount: 'api' },
      targetRoleArn: `arn:aws:iam::${accountId}:role/pods/x/z`,
    }),
    viewOf({ clusterName, namespace, serviceAccount: 'api', ownerArn: 'arn:aws:eks:::addon/a' }),
    viewOf({ clusterName, namespace, serviceAccount: 'other', tags: [{ key: 'team', value: 'a' }] }),
    {
      action: 'ListPodIdentityAssociations' as const,
      scope: { kind: 'namespace' as const, accountId, region: 'eu-central-1', clusterName, namespace },
    },
  ]),
  {
    action: 'ListPodIdentityAssociations' as const,
    scope: { kind: 'cluster' as const, accountId, region: 'eu-central-1', clusterName },
  },
]);

/** Votes that differ in service account, operation and principal of the request. */
const votes: readonly AuthorizationRequest[] = ['api', 'other'].flatMap((serviceAccount) =>
  (['CREATE_POD_IDENTITY_ASSOCIATION', 'DELETE_POD_IDENTITY_ASSOCIATION'] as const).flatMap((operation) =>
    ['me', 'alice', 'bob'].map((id) => ({
      action: 'ApproveRequest' as const,
      approval: {
        ...{ operation, group: 'security' },
        target: { accountId, region: 'eu-central-1', clusterName: 'one', namespace: 'payments', serviceAccount },
        requested: {
          ...{ principal: { id, kind: 'USER' as const, groups: [], sessionName: null }, actor: null, onBehalfOf: null },
        },
      },
    })),
  ),
);

/** How many different decisions these policies need for all requests. */
function differentDecisions(
  policies: Readonly<Record<string, string>>,
  groups: readonly string[],
  of = requests,
): number {
  const sources = { schema, policies };
  const authorize = makeAuthorize({ ...sources, inventory });
  const keyOf = makeDecisionKey(compilePolicies(sources), inventory);
  const found = new Map<string, { readonly allowed: boolean; readonly policyIds: readonly string[] }>();
  // A request of GraphQL has one context.
  const same = context(groups);
  of.forEach((request, index) => {
    const { allowed, policyIds } = authorize(same, request);
    const key = keyOf(same, request) ?? String(index);
    // What must hold for any policies.
    expect(found.get(key) ?? { allowed, policyIds }).toEqual({ allowed, policyIds });
    found.set(key, { allowed, policyIds });
  });
  return found.size;
}

test.each([['auditors'], ['payments-team'], ['platform-admins'], ['nobody']])(
  'the shipped policies decide once for each kind of owners, whatever the cluster: %s',
  (group) => {
    // Owners of payments-team, of search-team, and none; views, lists of namespaces, and lists of clusters.
    expect(differentDecisions(shippedPolicies, [group])).toBe(3 + 3 + 1);
  },
);

const view = 'action == PodIdentity::Action::"DescribePodIdentityAssociation"';

test.each([
  ['true', 'resource', 'true'],
  ['the environment', 'resource', 'resource.cluster.production'],
  ['a cluster', 'resource', 'resource in PodIdentity::Cluster::"111122223333/eu-central-1/two"'],
  ['a cluster in the head', 'resource in PodIdentity::Cluster::"111122223333/eu-central-1/two"', 'true'],
  ['the name of a cluster', 'resource', 'resource.cluster.name == "two"'],
  ['the name of a namespace', 'resource', 'resource.namespace.name == "search"'],
  ['a name after others', 'resource', 'resource.cluster.production || resource.namespace.name like "pay*"'],
  ['the service account', 'resource', 'resource.serviceAccount == "api"'],
  ['a setting', 'resource', 'resource.settings.role.name == "y" && resource.qualifiedName == "payments-api"'],
  ['whether it has an attribute', 'resource', 'resource has settings.targetRole.path'],
  ['whether an add-on owns it', 'resource', '!resource.ownedByAddon'],
  ['a tag', 'resource', 'resource.hasTag("team") && resource.getTag("team") == "a"'],
  ['an association', 'resource == PodIdentity::Association::"111122223333/eu-central-1/two/search/api"', 'true'],
  [
    'entities compared',
    'resource',
    '[resource.namespace].contains(resource.namespace) && resource in resource.cluster',
  ],
  ['owners', 'resource', 'principal in resource.namespace.owners'],
])('requests with the same key have the same decision where a policy reads: %s', (_, resource, condition) => {
  const policy = `@id("one") permit (principal, ${view}, ${resource}) when { ${condition} };`;
  expect(differentDecisions({ 'one.cedar': policy }, ['search-team'])).toBeLessThanOrEqual(requests.length);
});

test.each([
  ['nothing else', 'true', 1],
  ['the service account', 'context.serviceAccount == "api"', 2],
  ['the operation', 'context.operation == "DELETE_POD_IDENTITY_ASSOCIATION"', 2],
  ['whether it is an own request', '!context.isOwnRequest', 2],
  ['who asked', 'context.requestedBy has user && context.requestedBy.user in PodIdentity::Group::"security"', 3],
])('votes have the same decision for the same group where a policy reads: %s', (_, condition, count) => {
  const vote = 'action == PodIdentity::Action::"ApproveRequest"';
  const policy = `@id("one") permit (principal, ${vote}, resource) when { ${condition} };`;
  expect(differentDecisions({ 'one.cedar': policy }, ['security'], votes)).toBe(count);
});

test('a decision about a cluster that is not in the inventory is not shared', () => {
  const keyOf = makeDecisionKey(compilePolicies({ schema, policies: shippedPolicies }), inventory);
  const unknown = viewOf({ clusterName: 'unknown', namespace: 'payments', serviceAccount: 'api' });
  expect(keyOf(context([]), unknown)).toBeNull();
});

test('a decision that depends on attributes of roles is not shared: the key does not have which roles', () => {
  const create = 'action == PodIdentity::Action::"CreatePodIdentityAssociation"';
  const policy = `@id("one") permit (principal, ${create}, resource) when { context has iamRole && context.iamRole.hasTag("a") };`;
  const keyOf = makeDecisionKey(compilePolicies({ schema, policies: { 'one.cedar': policy } }), inventory);
  const view = viewOf({ clusterName: 'one', namespace: 'payments', serviceAccount: 'api' });
  if (view.action !== 'DescribePodIdentityAssociation') throw new Error('A view is expected.');
  const association = { ...view.association, disableSessionTags: false };
  expect(keyOf(context([]), { action: 'CreatePodIdentityAssociation', association })).toBeNull();
  expect(keyOf(context([]), view)).not.toBeNull();
});
