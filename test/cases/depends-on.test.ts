import { failedCases } from '../../src/cases/cases.ts';
import { parseCases } from '../../src/cases/case-files.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { alice, bob, forbidWhen, overflow, pat, permitAll, request, shipped } from '../support/policy-sample.ts';

const sources = readPolicySources(shipped);
const inventory = readInventoryText(shipped);
const roleRule = `@id("role-tag") @message("m") @advice("a")
  forbid (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
  unless { context has iamRole && context.iamRole.hasTag("team") };`;

/** The difference of one case from what it expects, with the shipped policies and these; null if there is none. */
function run(policies: string, expected: 'allow' | 'deny', fields: object, change: object = {}): string | null {
  const engine = makeEngine(compilePolicies({ ...sources, policies: { ...sources.policies, 'team.cedar': policies } }));
  const { id, kind, groups } = alice;
  const { targetRoleArn: _target, policy: _policy, ...association } = request;
  const text = JSON.stringify({
    description: 'A case.',
    context: { principal: { id, kind, groups } },
    request: { action: 'CreatePodIdentityAssociation', association: { ...association, ...change } },
    ...fields,
  });
  const [failure = null] = failedCases(engine, inventory, parseCases({ [`cases/${expected}/one.json`]: text }));
  return failure?.split('\n  ')[1] ?? null;
}

const by = ({ id, kind, groups }: typeof alice) => ({ context: { principal: { id, kind, groups } } });
const allowed = { policyIds: ['owners-create'], dependsOn: ['owners-create'] };
const ofDefault = { policyIds: ['no-default-service-account'], dependsOn: ['no-default-service-account'] };
const byNone = { policyIds: ['default-deny'], dependsOn: [] };
const always = forbidWhen('true');

describe('A case with dependsOn', () => {
  it.each([
    ['an allowed request', 'allow', allowed, {}],
    ['a denied request', 'deny', ofDefault, { serviceAccount: 'default' }],
    ['a request without a permit', 'deny', { ...byNone, ...by(bob) }, {}],
  ] as const)('leaves out a forbid that is not in the list, on %s', (_, expected, fields, change) => {
    expect(run(always, expected, fields, change)).toBeNull();
    expect(run(always, expected, { ...fields, dependsOn: null }, change)).toMatch(/found: denied by condition/);
    const withRule = { ...fields, dependsOn: [...fields.dependsOn, 'condition'] };
    expect(run(always, expected, withRule, change)).toMatch(/found: denied by condition/);
  });

  it('leaves out a forbid on role attributes, whether the role exists or not', () => {
    const { roleArn: arn } = request;
    expect(run(roleRule, 'allow', allowed)).toBeNull();
    expect(run(roleRule, 'allow', { ...allowed, roles: [{ arn, exists: false }] })).toBeNull();
    expect(run(roleRule, 'allow', { ...allowed, dependsOn: ['owners-create', 'role-tag'] })).toBe(
      'expected: allowed by owners-create; found: denied by role-tag',
    );
  });

  it('does not compare a permit that is not in the list, of an allowed request', () => {
    expect(run(permitAll, 'allow', allowed)).toBeNull();
    expect(run(permitAll, 'allow', { ...allowed, dependsOn: null })).toBe(
      'expected: allowed by owners-create; found: allowed by all, owners-create',
    );
    expect(run(permitAll, 'allow', { ...allowed, ...by(bob) })).toBe(
      'expected: allowed by owners-create; found: allowed by all',
    );
  });

  it('fails if it expects default-deny and any permit applies, in the list or not', () => {
    expect(run(permitAll, 'deny', { ...byNone, ...by(bob) })).toBe(
      'expected: denied by default-deny; found: allowed by all',
    );
    expect(run(`${permitAll} ${always}`, 'deny', { ...byNone, ...by(bob) })).toMatch(/found: allowed by all/);
  });

  it('fails if a policy that is not in the list cannot be evaluated, whatever it expects', () => {
    const failing = forbidWhen(overflow);
    expect(run(failing, 'allow', allowed)).toMatch(/found: denied by evaluation-failed/);
    expect(run(failing, 'deny', { ...byNone, policyIds: ['evaluation-failed'] })).toMatch(/evaluation-failed/);
  });

  it('fails if the list names a policy that does not exist', () => {
    expect(run('', 'allow', { ...allowed, dependsOn: ['owners-create', 'owners-crate'] })).toBe(
      'dependsOn names owners-crate, which is not a policy: correct the id, or remove it from the list.',
    );
  });

  it('is rejected if the list leaves out a policy that decides it, but not for a denial without a policy', () => {
    expect(() => run('', 'deny', { ...ofDefault, dependsOn: [] })).toThrow(
      'cases/deny/one.json: dependsOn leaves out no-default-service-account of policyIds: add it, or remove dependsOn to compare all policies.',
    );
    expect(run('', 'deny', { ...byNone, ...by(bob) })).toBeNull();
  });
});

test('a case without dependsOn is decided by all policies', () => {
  const admin = { ...by(pat), policyIds: ['platform-admins'] };
  expect(run('', 'allow', admin)).toBeNull();
  expect(run(always, 'allow', admin)).toBe('expected: allowed by platform-admins; found: denied by condition');
});
