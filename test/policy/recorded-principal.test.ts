import { createHash } from 'node:crypto';
import type { Principal } from '../../src/model/principal.ts';
import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { readCases } from '../../src/cases/case-files.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { AuthorizationContext } from '../../src/policy/policy.ts';
import { makeRecordPrincipal } from '../../src/policy/policies/recorded-principal.ts';
import { alice, person, shipped } from '../support/policy-sample.ts';

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
  ['in the head, with a type', 'permit (principal is PodIdentity::User in PodIdentity::Group::"g", action, resource);'],
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
