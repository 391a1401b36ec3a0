import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApprovalVote } from '../../src/model/approval-vote.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Principal } from '../../src/model/principal.ts';
import { makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import {
  loadPolicy,
  policyOf,
  readInventoryText,
  readPolicySet,
  readPolicySources,
  readRequiredText,
} from '../../src/policy/load.ts';
import { applyApproval } from '../../src/policy/policies/approvals.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { ApprovalSubject, AuthorizationRequest } from '../../src/policy/policy.ts';
import {
  alice,
  association,
  bob,
  context,
  copyOfShipped,
  create,
  forbidWhen,
  over,
  overflow,
  permitAll,
  person,
  remove,
  request,
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

describe('the file of approvals', () => {
  const action = (name: string) => `PodIdentity::Action::"${name}"`;
  const head = (name: string) => `(principal, action == ${action(name)}, resource)`;
  const onDelete = head('DeletePodIdentityAssociation');
  const annotated = '@id("x") @message("m") @advice("a")';
  const held = `${annotated} @approvers("security") forbid ${onDelete};`;

  function compile(policies: Record<string, string>) {
    return () => compilePolicies({ schema, policies });
  }

  describe('approvals.cedar', () => {
    test.each([
      ['one person', ''],
      ['five people', '@count("5")'],
    ])('may ask for the approval of %s', (_who, count) => {
      const policy = `${annotated} @approvers("security") ${count} forbid ${onDelete};`;
      expect(Object.keys(compile({ 'approvals.cedar': policy })().policies)).toEqual(['x']);
    });

    test.each([
      ['a permit', `@id("x") permit ${onDelete};`, /approvals\.cedar:1: approvals\.cedar has forbids only/],
      ['a forbid without approvers', `${annotated} forbid ${onDelete};`, /write @approvers/],
      ['an empty group', `${annotated} @approvers("") forbid ${onDelete};`, /write @approvers/],
      ['approvers without a value', `${annotated} @approvers forbid ${onDelete};`, /write @approvers/],
      ...['0', '6', '1.5', '+1', ' 2', '02', '', 'two'].map((count): [string, string, RegExp] => [
        `the count "${count}"`,
        `${annotated} @approvers("security") @count("${count}") forbid ${onDelete};`,
        /whole number from 1 to 5/,
      ]),
      [
        'a misspelled count',
        `${annotated} @approvers("security") @counts("2") forbid ${onDelete};`,
        /@counts is not known here/,
      ],
      ['a forbid without @message', `@id("x") @advice("a") @approvers("s") forbid ${onDelete};`, /write @message/],
      [
        'any action',
        `${annotated} @approvers("s") forbid (principal, action, resource);`,
        /name the actions in the head/,
      ],
      ...['DescribePodIdentityAssociation', 'ListPodIdentityAssociations', 'ReadAuditTrail', 'ApproveRequest'].map(
        (name): [string, string, RegExp] => [
          `the action ${name}`,
          `${annotated} @approvers("s") forbid (principal, action in [${action('DeletePodIdentityAssociation')}, ${action(name)}], resource);`,
          /name the actions in the head/,
        ],
      ),
    ])('is rejected with %s', (_what, policy, message) => {
      expect(compile({ 'approvals.cedar': policy })).toThrow(message);
    });

    test.each([
      ['approvers', '@approvers("security")'],
      ['count', '@count("2")'],
    ])('is the only file whose policies may have @%s', (name, annotation) => {
      for (const policy of [
        `${annotated} ${annotation} forbid ${onDelete};`,
        `@id("x") ${annotation} permit ${onDelete};`,
      ]) {
        for (const file of ['guardrails.cedar', 'Approvals.cedar', 'approvals.old.cedar']) {
          expect(compile({ [file]: policy })).toThrow(`${file}:1: @${name} is for approvals.cedar only`);
        }
      }
    });

    test('cannot have the id of another policy', () => {
      const hard = `${annotated} forbid ${onDelete};`;
      expect(compile({ 'approvals.cedar': held, 'guardrails.cedar': hard })).toThrow('@id("x") is used twice');
    });
  });

  describe('a folder with approvals.cedar', () => {
    let folder: string;

    beforeEach(() => {
      folder = copyOfShipped();
      appendFileSync(join(folder, 'approvals.cedar'), held);
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    const requirePolicy = (id: string) => {
      const ids = JSON.parse(readRequiredText(folder)) as string[];
      writeFileSync(join(folder, 'required-policies.json'), JSON.stringify([...ids, id]));
    };

    test('does not load while a policy of it is not in required-policies.json', () => {
      expect(() => readPolicySet(folder)).toThrow('required-policies.json does not list x of approvals.cedar');
      requirePolicy('x');
      expect(() => loadPolicy(folder)).not.toThrow();
    });

    test('does not load without that file', () => {
      requirePolicy('x');
      rmSync(join(folder, 'approvals.cedar'));
      expect(() => loadPolicy(folder)).toThrow(
        'lacks policies that required-policies.json lists: system-change-in-production, x',
      );
    });
  });
});

describe('a vote', () => {
  const nina = person('nina', 'security');
  const chatops = service('https://issuer.example#chatops');
  /** A person of IAM Identity Center. */
  const session: Principal = { ...nina, id: 'iam:111122223333:role/AWSReservedSSO_Admin_0123456789abcdef/nina' };

  function vote(requested: Partial<ApprovalSubject['requested']> = {}): AuthorizationRequest {
    return {
      action: 'ApproveRequest',
      approval: {
        target: request,
        operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
        group: 'security',
        requested: { principal: alice, actor: null, onBehalfOf: null, ...requested },
      },
    };
  }

  /** Whether a vote is permitted under a condition. */
  function holds(condition: string, principal: Principal, asked = vote()): boolean {
    const { authorize, failures } = over(
      `@id("test") permit (principal, action == PodIdentity::Action::"ApproveRequest", resource) when { ${condition} };`,
    );
    const { allowed } = authorize(context(principal), asked);
    expect(failures).toEqual([]);
    return allowed;
  }

  test('names the group whose approval is needed, which policies compare with the groups of the principal', () => {
    expect(holds('principal in context.group', nina)).toBe(true);
    expect(holds('principal in context.group', bob)).toBe(false);
  });

  test('is about the namespace of the association, with the operation and the service account', () => {
    const place = 'resource.name == "payments" && context.serviceAccount == "payments-api"';
    expect(holds(`${place} && context.operation == "DELETE_POD_IDENTITY_ASSOCIATION"`, nina)).toBe(true);
    expect(holds('principal in resource.owners', alice)).toBe(true);
  });

  test.each([
    ['the principal of the request', bob, { principal: bob }],
    ['its actor', bob, { actor: bob }],
    [
      'the person whom the inventory lists under the name in onBehalfOf',
      alice,
      { principal: chatops, onBehalfOf: 'alice@example.com' },
    ],
    ['the principal whose id is in onBehalfOf', bob, { principal: chatops, onBehalfOf: bob.id }],
  ])('is on an own request by %s', (_who, voter, requested) => {
    expect(holds('context.isOwnRequest', voter, vote(requested))).toBe(true);
    expect(holds('context.isOwnRequest', nina, vote(requested))).toBe(false);
  });

  test.each([
    ['a person with a token', nina, true],
    ['an IAM session', session, false],
    ['a service', chatops, false],
  ])('tells whether a person proved to be one: %s', (_who, principal, isPerson) => {
    expect(holds('context.isPerson', principal)).toBe(isPerson);
    expect(holds('context.requestedByPerson', nina, vote({ principal }))).toBe(isPerson);
  });

  test('sees who asked for the request, and through whom', () => {
    const ofPerson = vote({ principal: alice, actor: chatops });
    const byPerson = 'context.requestedBy has user && !(context.requestedBy has service)';
    expect(
      holds(`${byPerson} && context.requestedBy.user in PodIdentity::Group::"payments-team"`, nina, ofPerson),
    ).toBe(true);
    expect(holds('context.requestedBy has actor && context.requestedBy.actor.mayNamePeople', nina, ofPerson)).toBe(
      true,
    );
    const ofService = vote({ principal: chatops, onBehalfOf: 'alice@example.com' });
    const isVoter = 'context.requestedBy has service && context.requestedBy.service == principal';
    expect(holds(isVoter, chatops, ofService)).toBe(true);
    const named = 'context.requestedBy has onBehalfOf && context.requestedBy.onBehalfOf == "alice@example.com"';
    const forAlice = `${named} && context.requestedBy has onBehalfOfPerson`;
    const inTeam = 'context.requestedBy.onBehalfOfPerson in PodIdentity::Group::"payments-team"';
    expect(holds(`${forAlice} && ${inTeam}`, nina, ofService)).toBe(true);
    expect(holds('context.requestedBy has onBehalfOf', nina)).toBe(false);
  });

  test('that no rule permits names the group to ask', () => {
    const { violations } = over(
      permitAll.replace('action,', 'action == PodIdentity::Action::"ReadAuditTrail",'),
    ).authorize(context(bob), vote());
    expect(violations).toEqual([
      {
        policyId: 'default-deny',
        message: 'No rule lets you approve this request in namespace payments.',
        advice: 'Ask a member of the group security, with a token of a person, to approve it.',
      },
    ]);
  });

  test('on a request in a cluster that is not registered is denied', () => {
    const asked = vote() as Extract<AuthorizationRequest, { action: 'ApproveRequest' }>;
    const elsewhere = { ...asked.approval, target: { ...request, clusterName: 'apps-test' } };
    const decision = over(permitAll).authorize(context(nina), { ...asked, approval: elsewhere });
    expect(decision.violations.map(({ policyId }) => policyId)).toEqual(['cluster-not-registered']);
  });
});
