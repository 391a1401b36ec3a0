import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import { makePreauthorize } from '../../src/policy/decide/preauthorize.ts';
import { alice, association, context, create, person, remove, request, shipped } from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
const planner = person('paul', 'planners');
const anyChange = ['Create', 'Update', 'Delete', 'Adopt'].map(
  (one) => `PodIdentity::Action::"${one}PodIdentityAssociation"`,
);

const rule = (id: string, effect: string, condition: string, head = 'principal') =>
  `@id("${id}") @message("m") @advice("a") ${effect} (${head}, action in [${anyChange.join(', ')}], resource) when { ${condition} };`;
const permit = (id: string, condition: string) => rule(id, 'permit', condition);
const forbid = (id: string, condition: string) => rule(id, 'forbid', condition);

/** Decides by these policies, and counts the evaluations by Cedar. */
function deciding(policies: readonly string[], approvals: readonly string[] = [], text = schema) {
  const files = { 'access.cedar': policies.join('\n'), 'approvals.cedar': approvals.join('\n') };
  const used = approvals.length > 0 ? files : { 'access.cedar': files['access.cedar'] };
  const policySet = compilePolicies({ schema: text, policies: used });
  const engine = makeEngine(policySet);
  const counts = { evaluations: 0 };
  const evaluate: typeof engine.evaluate = (asked) => {
    counts.evaluations += 1;
    return engine.evaluate(asked);
  };
  const authorize = authorizeWith({ ...engine, evaluate }, inventory);
  const decide = (isDryRun: boolean, asked: AuthorizationRequest = create()) =>
    authorize({ ...context(planner), isDryRun }, asked);
  return { decide, counts, policySet };
}

const becomes = { roleArn: request.roleArn, targetRoleArn: null, disableSessionTags: true, policy: null };
const requests: readonly AuthorizationRequest[] = [
  create(),
  { action: 'UpdatePodIdentityAssociation', association: association(), becomes },
  remove(),
  { action: 'AdoptPodIdentityAssociation', association: association() },
];

describe.each(requests)('$action', (asked) => {
  test('is allowed as a dry run only, where a permit is for dry runs', () => {
    const { decide } = deciding([permit('plan', 'context.isDryRun')]);
    expect(decide(true, asked)).toMatchObject({ allowed: true, policyIds: ['plan'], onlyAsDryRun: true });
    expect(decide(false, asked)).toMatchObject({ allowed: false, violations: [{ policyId: 'default-deny' }] });
  });

  test('is decided as the change, where the change is allowed too', () => {
    const { decide } = deciding([permit('plan', 'context.isDryRun'), permit('change', '!context.isDryRun')]);
    expect(decide(true, asked)).toMatchObject({ allowed: true, policyIds: ['change'] });
    expect(decide(true, asked)).not.toHaveProperty('onlyAsDryRun');
  });
});

test('a dry run is denied where it is forbidden itself, also where the change is allowed', () => {
  const { decide } = deciding([permit('all', 'true'), forbid('no-checks', 'context.isDryRun')]);
  expect(decide(true)).toMatchObject({ allowed: false, policyIds: ['no-checks'] });
  expect(decide(false)).toMatchObject({ allowed: true });
});

test('a dry run of a change that needs an approval needs it too', () => {
  const approval = `@approvers("security") ${forbid('held', '!context.isDryRun')}`;
  const { decide } = deciding([permit('all', 'true')], [approval]);
  expect(decide(true)).toMatchObject({ allowed: false, needs: [{ policyId: 'held' }] });
});

test('a dry run that needs an approval itself is allowed as a dry run by none', () => {
  const approval = `@approvers("security") ${forbid('held', 'context.isDryRun')}`;
  const { decide } = deciding([permit('plan', 'context.isDryRun')], [approval]);
  expect(decide(true)).toMatchObject({ allowed: false, violations: [{ policyId: 'default-deny' }] });
  expect(decide(true)).not.toHaveProperty('needs');
});

test('a dry run is evaluated once, unless a policy that can apply uses whether it is one', () => {
  const without = deciding([permit('all', 'context.hasReason == false')]);
  without.decide(true);
  expect(without.counts).toEqual({ evaluations: 1 });
  const elsewhere = deciding([
    permit('all', 'true'),
    `@id("other") permit (principal, action == PodIdentity::Action::"DeletePodIdentityAssociation", resource) when { context.isDryRun };`,
  ]);
  elsewhere.decide(true);
  expect(elsewhere.counts).toEqual({ evaluations: 1 });
  const using = deciding([permit('all', 'true'), forbid('no', 'context.isDryRun && context.hasReason')]);
  using.decide(false);
  expect(using.counts).toEqual({ evaluations: 1 });
  using.decide(true);
  expect(using.counts).toEqual({ evaluations: 3 });
});

test('who may only check is denied a change before its association is read, and not its dry run', () => {
  const { policySet } = deciding([permit('plan', 'context.isDryRun')]);
  const preauthorize = makePreauthorize(policySet, inventory);
  const ask = (isDryRun: boolean) =>
    preauthorize({ ...context(alice), isDryRun }, 'DeletePodIdentityAssociation', request);
  for (const isDryRun of [true, false, true]) expect(ask(isDryRun) === null).toBe(isDryRun);
});

test('policies with a schema of before are evaluated without the attribute', () => {
  const before = schema.replaceAll(/^ *isDryRun: Bool,\n/gm, '');
  expect(before).not.toBe(schema);
  const { decide } = deciding([permit('all', '!context.hasReason')], [], before);
  for (const isDryRun of [true, false]) {
    for (const asked of requests) expect(decide(isDryRun, asked)).toMatchObject({ allowed: true, failed: false });
  }
});
