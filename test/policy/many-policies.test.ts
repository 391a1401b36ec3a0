import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { makeCedarHost } from '../../src/policy/cedar/cedar.ts';
import { makeCedar } from '../../src/policy/cedar/instance.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readPolicySources } from '../../src/policy/load.ts';
import { makePreauthorize } from '../../src/policy/decide/preauthorize.ts';
import { teamInventory, teamPolicies } from './many-teams.ts';
import { alice, context, create, person, shipped } from '../support/policy-sample.ts';

const sources = readPolicySources(shipped);
const inventory = parseInventory(teamInventory(3));
const policySetOf = (more: string) =>
  compilePolicies({ ...sources, policies: { ...sources.policies, 'more.cedar': more } });

/** Cedar, and how many policies it was given to parse. */
function countingHost() {
  const parsed = { policies: 0 };
  const host = makeCedarHost(() => {
    const { cedar } = makeCedar();
    return {
      ...cedar,
      preparsePolicySet: (name, set) => {
        parsed.policies += Object.keys(set.staticPolicies ?? {}).length;
        return cedar.preparsePolicySet(name, set);
      },
      isAuthorizedPartial: (call) => {
        parsed.policies += Object.keys(call.policies.staticPolicies ?? {}).length;
        return cedar.isAuthorizedPartial(call);
      },
    };
  });
  return { host, parsed };
}

/** How many policies are parsed for an engine and a create in each of these namespaces, by the policies of the teams and the shipped ones. */
function parsedFor(teams: number, namespaces: readonly string[]): number {
  const { host, parsed } = countingHost();
  const authorize = authorizeWith(makeEngine(policySetOf(teamPolicies(teams)), host), inventory);
  for (const namespace of namespaces) authorize(context(alice), create({ namespace }));
  return parsed.policies;
}

test('policies about other namespaces are not parsed for a decision', () => {
  expect(parsedFor(400, ['payments'])).toBe(parsedFor(0, ['payments']));
});

test('a decision about a namespace with a policy of its own parses that policy, and no shared one again', () => {
  expect(parsedFor(3, ['payments', 'team-1', 'team-2']) - parsedFor(3, ['search'])).toBe(2);
});

test('a principal whom policies about namespaces do not name is refused without parsing them', () => {
  const refusedBy = (teams: number) => {
    const { host, parsed } = countingHost();
    const preauthorize = makePreauthorize(policySetOf(teamPolicies(teams)), inventory, undefined, host);
    const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
    const refused = preauthorize(context(person('mallory')), 'CreatePodIdentityAssociation', cluster);
    const deployer = preauthorize(context(person('dana', 'deployers-1')), 'CreatePodIdentityAssociation', cluster);
    return { refused: refused !== null, deployer: deployer === null, parsed: parsed.policies };
  };
  const few = refusedBy(2);
  expect(few).toMatchObject({ refused: true, deployer: true });
  expect(refusedBy(400)).toEqual(few);
});

describe('a decision by shared policies and by those of its namespace', () => {
  const inTeam = 'resource in PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/payments"';
  const createIn = `principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", ${inTeam}`;
  const overflow = '(9007199254740991 + context.hour) * 9007199254740991 > 0';
  const decide = (more: string, who = alice) => {
    const { allowed, failed, policyIds, violations } = authorizeWith(makeEngine(policySetOf(more)), inventory)(
      context(who),
      create(),
    );
    return { allowed, failed, policyIds, violations: violations.map(({ policyId }) => policyId).sort() };
  };
  const forbid = `@id("own-forbid") @message("m") @advice("a") forbid (${createIn});`;
  const outsider = person('mallory');

  test.each([
    ['lists the permits of both', `@id("own") permit (${createIn});`, alice, true, ['own', 'owners-create'], []],
    ['is allowed by a permit of the namespace alone', `@id("own") permit (${createIn});`, outsider, true, ['own'], []],
    ['is denied by a forbid of the namespace', forbid, alice, false, ['own-forbid'], ['own-forbid']],
    [
      'is denied by the forbid and for lack of a permit',
      forbid,
      outsider,
      false,
      ['own-forbid'],
      ['default-deny', 'own-forbid'],
    ],
  ])('%s', (_, more, who, allowed, policyIds, violations) => {
    expect(decide(more, who)).toEqual({ allowed, failed: false, policyIds, violations });
  });

  test('fails if a policy of the namespace fails', () => {
    expect(decide(`@id("own") permit (${createIn}) when { ${overflow} };`)).toMatchObject({
      ...{ allowed: false, failed: true, policyIds: ['own'] },
    });
  });
});
