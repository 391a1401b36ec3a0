import { failedCases } from '../../src/cases/cases.ts';
import { parseCases } from '../../src/cases/case-files.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { alice, forbidWhen, onCreate, request, shipped } from '../support/policy-sample.ts';

const sources = readPolicySources(shipped);
const inventory = readInventoryText(shipped);
const held = `@id("held") @message("m") @advice("a") @approvers("security") @count("2") ${onCreate};`;
const { targetRoleArn: _target, policy: _policy, ...asked } = request;
const { id, kind, groups } = alice;
const needs = [{ group: 'security', count: 2 }];

/** The difference of one case from what it expects, with the shipped policies and these; null if there is none. */
function run(folder: string, fields: object, others = ''): string | null {
  const policies = { ...sources.policies, 'approvals.cedar': held, 'others.cedar': others };
  const text = JSON.stringify({
    description: 'A case.',
    context: { principal: { id, kind, groups } },
    request: { action: 'CreatePodIdentityAssociation', association: asked },
    policyIds: ['held'],
    ...fields,
  });
  const engine = makeEngine(compilePolicies({ ...sources, policies }));
  const [failure = null] = failedCases(engine, inventory, parseCases({ [`cases/${folder}/one.json`]: text }));
  return failure?.split('\n  ')[1] ?? null;
}

describe('a case in needs-approval', () => {
  test('expects exactly the policies that an approval lifts, and whose approval they need', () => {
    expect(run('needs-approval', { needs })).toBeNull();
    expect(run('needs-approval', { needs: [{ group: 'security' }] })).toBe(
      'expected: needs approval by held of 1 of security; found: needs approval by held of 2 of security',
    );
    expect(run('needs-approval', { needs: [{ group: 'platform', count: 2 }] })).toMatch(/expected: .* 2 of platform/);
  });

  test('fails where the request is denied anyway', () => {
    expect(run('needs-approval', { needs }, forbidWhen('true'))).toBe(
      'expected: needs approval by held of 2 of security; found: denied by condition',
    );
  });

  test('must say whose approval is needed', () => {
    expect(() => run('needs-approval', {})).toThrow('cases/needs-approval/one.json: needs is missing');
  });

  test('can depend on some policies', () => {
    expect(run('needs-approval', { needs, dependsOn: ['held'] }, forbidWhen('true'))).toBeNull();
  });
});

test.each(['allow', 'deny'])('a case in %s fails where the request needs an approval', (folder) => {
  expect(run(folder, {})).toMatch(/found: needs approval by held of 2 of security$/);
  expect(() => run(folder, { needs })).toThrow(`cases/${folder}/one.json: needs is for cases/needs-approval only`);
});

test('a case in another folder is refused', () => {
  expect(() => run('approve', {})).toThrow(
    'cases/approve/one.json is not in cases/allow, cases/deny or cases/needs-approval',
  );
});
