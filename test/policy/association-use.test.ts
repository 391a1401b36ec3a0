import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { viewsByNamespace } from '../../src/policy/association-use.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import { shipped } from '../support/policy-sample.ts';
import { shippedPolicy } from '../support/loaded-policy.ts';

const schema = readFileSync(join(shipped, 'schema.cedarschema'), 'utf8');
const view = 'action == PodIdentity::Action::"DescribePodIdentityAssociation"';

/** Whether views are decided by namespace under a permit with this head and condition. */
const decides = (action: string, resource: string, condition: string) =>
  viewsByNamespace(
    compilePolicies({
      schema,
      policies: { 'one.cedar': `@id("one") permit (principal, ${action}, ${resource}) when { ${condition} };` },
    }),
  );

test('views under the shipped policies are decided by namespace', () => {
  expect(shippedPolicy().viewsByNamespace).toBe(true);
});

test.each([
  [view, 'resource', 'principal in resource.namespace.owners'],
  [view, 'resource', 'resource.cluster.production && context.hasReason'],
  [view, 'resource', 'resource.namespace.name == "payments"'],
  [view, 'resource in PodIdentity::Account::"111122223333"', 'true'],
  ['action == PodIdentity::Action::"DeletePodIdentityAssociation"', 'resource', 'resource.serviceAccount == "api"'],
])('views are decided by namespace: %s, %s, %s', (action, resource, condition) => {
  expect(decides(action, resource, condition)).toBe(true);
});

test.each([
  [view, 'resource', 'resource.serviceAccount == "api"'],
  [view, 'resource', 'resource.namespace.name == "a" || resource.ownedByAddon'],
  [view, 'resource', 'resource.settings.role.path == "/pods/"'],
  [view, 'resource', 'resource.hasTag("team")'],
  [view, 'resource', 'resource == PodIdentity::Association::"x"'],
  [view, 'resource == PodIdentity::Association::"x"', 'true'],
  [view, 'resource', '[resource].contains(resource)'],
])('views are decided for each association: %s, %s, %s', (action, resource, condition) => {
  expect(decides(action, resource, condition)).toBe(false);
});
