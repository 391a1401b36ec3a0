import type { ApprovalVote } from '../../src/model/approval-vote.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Principal } from '../../src/model/principal.ts';
import { applyApproval } from '../../src/policy/policies/approvals.ts';
import { makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { policyOf, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import {
  alice,
  association,
  bob,
  context,
  create,
  forbidWhen,
  overflow,
  permitAll,
  person,
  remove,
  service,
  shipped,
} from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
const chatops = service('https://issuer.example#chatops', 'payments-team');
const onBehalfOf = 'bob@example.com';

/** A forbid of deletes that an approval lifts. */
function held(id: string, when = 'true', annotations = '@approvers("security")'): string {
  return `@id("${id}") @message("${id}: held") @advice("Wait.") ${annotations}
    forbid (principal, action == PodIdentity::Action::"DeletePodIdentityAssociation", resource) when { ${when} };`;
}

function sourcesOf(approvals: readonly string[], others: readonly string[] = [permitAll]) {
  return { schema, policies: { 'approvals.cedar': approvals.join('\n'), 'test.cedar': others.join('\n') } };
}

function decide(
  approvals: readonly string[],
  others: readonly string[] = [permitAll],
  who: Principal = alice,
  more: Parameters<typeof context>[1] = {},
): Decision {
  return makeAuthorize({ ...sourcesOf(approvals, others), inventory })(context(who, more), remove());
}

const idsOf = (decision: Decision) => decision.violations.map(({ policyId }) => policyId);

describe('a request that only forbids of approvals.cedar stand in the way of', () => {
  test('needs the approval of each one’s group', () => {
    const decision = decide([
      held('b', 'true', '@approvers("security") @count("2")'),
      held('a', 'true', '@approvers("platform")'),
    ]);
    expect(decision).toMatchObject({ allowed: false, failed: false, policyIds: ['a', 'b'] });
    expect(decision.violations).toEqual([
      { policyId: 'a', message: 'a: held', advice: 'Wait.' },
      { policyId: 'b', message: 'b: held', advice: 'Wait.' },
    ]);
    const policyHash = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    expect(decision.needs).toEqual([
      { policyId: 'a', policyHash, message: 'a: held', advice: 'Wait.', group: 'platform', count: 1 },
      { policyId: 'b', policyHash, message: 'b: held', advice: 'Wait.', group: 'security', count: 2 },
    ]);
  });

  test('is denied where no permit applies, and by nothing else', () => {
    const decision = decide([held('a')], []);
    expect(decision).toMatchObject({ allowed: false, policyIds: [] });
    expect(idsOf(decision)).toEqual(['default-deny']);
    expect(decision).not.toHaveProperty('needs');
  });

  test('is denied where another forbid applies, and by nothing else', () => {
    const decision = decide([held('a')], [permitAll, forbidWhen('true')]);
    expect(decision).toMatchObject({ allowed: false, policyIds: ['condition'] });
    expect(idsOf(decision)).toEqual(['condition']);
    expect(decision).not.toHaveProperty('needs');
  });

  test('is allowed where they do not apply', () => {
    expect(decide([held('a', 'resource.serviceAccount == "other"')])).toMatchObject({
      allowed: true,
      policyIds: ['all'],
    });
    expect(makeAuthorize({ ...sourcesOf([held('a')]), inventory })(context(alice), create()).allowed).toBe(true);
  });

  test('is denied where one of them fails to evaluate', () => {
    const decision = decide([held('a', overflow), held('b')]);
    expect(decision).toMatchObject({ allowed: false, failed: true, policyIds: ['a'] });
    expect(idsOf(decision)).toEqual(['evaluation-failed']);
    expect(decision).not.toHaveProperty('needs');
  });

  test('is denied where the cluster is not registered', () => {
    const authorize = makeAuthorize({ ...sourcesOf([held('a')]), inventory });
    const decision = authorize(context(alice), remove({ clusterName: 'apps-test' }));
    expect(idsOf(decision)).toEqual(['cluster-not-registered']);
    expect(decision).not.toHaveProperty('needs');
  });

  test.each<[string, Principal, number]>([
    ['a person with a token', alice, 1],
    [
      'a session of IAM Identity Center',
      { ...alice, id: 'iam:111122223333:role/AWSReservedSSO_A_0123456789abcdef/alice' },
      2,
    ],
    ['an IAM user', { ...alice, id: 'iam:111122223333:user/alice' }, 2],
    ['a service', chatops, 2],
  ])('needs as many people as prove that two took part: asked by %s', (_who, who, count) => {
    expect(decide([held('a')], [permitAll], who).needs).toMatchObject([{ count }]);
    expect(decide([held('a', 'true', '@approvers("s") @count("3")')], [permitAll], who).needs).toMatchObject([
      { count: 3 },
    ]);
  });
});

describe('the hash of a policy in a need', () => {
  const hashOf = (policy: string) => decide([policy]).needs?.[0]?.policyHash;

  test('is another one for another condition, message, group or count', () => {
    const texts = [
      held('a'),
      held('a', 'resource.serviceAccount == "payments-api"'),
      held('a').replace('Wait.', 'Ask.'),
      held('a').replace('security', 'platform'),
      held('a', 'true', '@approvers("security") @count("2")'),
    ];
    expect(new Set(texts.map(hashOf)).size).toBe(texts.length);
  });

  test('is the same for other comments, spaces and neighbours', () => {
    const other = `// A comment.\n${held('a').replace(' when', '\n\n  when')}`;
    expect(hashOf(other)).toBe(hashOf(held('a')));
  });
});

describe('a request for a person in onBehalfOf', () => {
  const forService = 'principal is PodIdentity::Service';
  const forPerson = 'principal is PodIdentity::User';
  const asked = (approvals: readonly string[], others: readonly string[]) =>
    decide(approvals, others, chatops, { onBehalfOf });

  test('has one need where the same forbid applies to both', () => {
    const decision = asked([held('a')], [permitAll]);
    expect(decision.needs).toMatchObject([{ policyId: 'a' }]);
    expect(decision.violations).toMatchObject([{ policyId: 'a', deniedTo: 'BOTH' }]);
  });

  test('has the needs of both', () => {
    const decision = asked([held('a', forService), held('b', forPerson)], [permitAll]);
    expect(decision.needs?.map(({ policyId }) => policyId)).toEqual(['a', 'b']);
    expect(decision.violations.map(({ deniedTo }) => deniedTo)).toEqual(['PRINCIPAL', 'ON_BEHALF_OF']);
  });

  test('needs an approval where it is allowed to one of them', () => {
    const decision = asked([held('a', forPerson)], [permitAll]);
    expect(decision).toMatchObject({ allowed: false, policyIds: ['a'], needs: [{ policyId: 'a' }] });
  });

  test.each([
    ['the service', forService, forPerson, 'PRINCIPAL'],
    ['the person', forPerson, forService, 'ON_BEHALF_OF'],
  ])('is denied where another forbid denies it to %s', (_who, denied, waiting, deniedTo) => {
    const decision = asked([held('a', waiting), held('b')], [permitAll, forbidWhen(denied)]);
    expect(decision.policyIds).toEqual(['condition']);
    expect(decision.violations).toMatchObject([{ policyId: 'condition', deniedTo }]);
    expect(decision).not.toHaveProperty('needs');
  });

  test('is denied where no permit applies to the person', () => {
    const decision = asked([held('a')], [`@id("all") permit (principal is PodIdentity::Service, action, resource);`]);
    expect(decision.violations).toMatchObject([{ policyId: 'default-deny', deniedTo: 'ON_BEHALF_OF' }]);
    expect(decision).not.toHaveProperty('needs');
  });
});

describe('role attributes', () => {
  const onUnknownRole = `@id("boundary") @message("m") @advice("a") forbid (principal,
    action == PodIdentity::Action::"CreatePodIdentityAssociation", resource) unless { context has iamRole && context.iamRole has permissionsBoundary };`;
  const heldCreate = held('a').replace('DeletePod', 'CreatePod');
  const decideCreate = (others: readonly string[]) =>
    makeAuthorize({ ...sourcesOf([heldCreate], others), inventory })(context(alice), create());

  test('are asked for where a forbid on them may still deny a request that needs an approval', () => {
    const decision = decideCreate([permitAll, onUnknownRole]);
    expect(decision.unknownRoles).toHaveLength(1);
    expect(decision).not.toHaveProperty('needs');
  });

  test('are not asked for where only permits use them and another permit applies', () => {
    const permit = onUnknownRole.replace('forbid', 'permit').replace('unless', 'when');
    expect(decideCreate([permitAll, permit]).needs).toMatchObject([{ policyId: 'a' }]);
    expect(decideCreate([permit]).unknownRoles).toHaveLength(1);
  });
});

describe('an approval', () => {
  const vote = (name: string, ...policyIds: readonly string[]): ApprovalVote => ({
    principal: { ...person(name, 'security'), otherGroups: null },
    actor: null,
    vote: 'APPROVE',
    policyIds,
    comment: null,
    isOwnRequest: false,
    time: '2026-11-02T09:00:00.000Z',
  });
  const used = (...votes: readonly ApprovalVote[]) => ({ approvalId: 'approval-1', votes });
  const needed = decide([held('a'), held('b', 'true', '@approvers("security") @count("2")')]);

  test('that has every vote makes the decision an allowed one, which keeps what was needed', () => {
    const approval = used(vote('nina', 'a', 'b'), vote('kim', 'b'));
    expect(applyApproval(needed, approval)).toEqual({ ...needed, allowed: true, violations: [], approval });
  });

  test.each<[string, readonly ApprovalVote[]]>([
    ['no vote', []],
    ['no vote for a need', [vote('nina', 'b'), vote('kim', 'b')]],
    ['a person twice', [vote('nina', 'a', 'b'), vote('nina', 'a', 'b')]],
    ['a vote against it', [vote('nina', 'a', 'b'), { ...vote('kim', 'b'), vote: 'REJECT' }]],
  ])('with %s lifts nothing', (_what, votes) => {
    expect(applyApproval(needed, used(...votes))).toBe(needed);
  });

  test('lifts no denial', () => {
    const denied = decide([held('a')], [permitAll, forbidWhen('true')]);
    expect(applyApproval(denied, used(vote('nina', 'a', 'condition')))).toBe(denied);
  });
});

test('a principal is not denied before the association is known where only an approval is missing', () => {
  const { preauthorize } = policyOf({
    engine: makeEngine(compilePolicies(sourcesOf([held('a')]))),
    inventory,
    texts: () => ({}),
  });
  expect(preauthorize(context(bob), 'DeletePodIdentityAssociation', association())).toBeNull();
});

test('the groups of approvers are recorded with a principal', () => {
  const { recordPrincipal } = policyOf({
    engine: makeEngine(compilePolicies(sourcesOf([held('a')]))),
    inventory,
    texts: () => ({}),
  });
  expect(recordPrincipal(person('nina', 'security', 'chess')).groups).toEqual(['security']);
});
