import type { Principal } from '../../src/model/principal.ts';
import type { ApprovalSubject, AuthorizationRequest } from '../../src/policy/policy.ts';
import { alice, bob, context, over, permitAll, person, request, service } from '../support/policy-sample.ts';

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

describe('a vote', () => {
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
