import { makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { makeDecisionKey } from '../../src/policy/decide/same-decision.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import {
  alice,
  context,
  create,
  forbidWhen,
  onCreate,
  permitAll,
  remove,
  service,
  shipped,
  update,
} from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));

const rule = (id: string, condition: string, effect = 'forbid') =>
  `@id("${id}") @message("m") @advice("a") ${effect} (principal, action in [PodIdentity::Action::"CreatePodIdentityAssociation",
   PodIdentity::Action::"UpdatePodIdentityAssociation"], resource) when { ${condition} };`;

function over(...policies: readonly string[]) {
  const failures: string[] = [];
  const onFailure = (detail: string): number => failures.push(detail);
  const sources = { schema, policies: { 'test.cedar': policies.join('\n') } };
  return { authorize: makeAuthorize({ ...sources, inventory, onFailure }), sources, failures };
}

const onlyDelete = 'forbid (principal, action == PodIdentity::Action::"DeletePodIdentityAssociation", resource)';

/** Whether a rule with this condition on `context.sessionPolicy` applies to a request. */
function sees(condition: string, asked: AuthorizationRequest): boolean {
  const { authorize, failures } = over(permitAll, rule('seen', `context has sessionPolicy && ${condition}`));
  const { violations } = authorize(context(alice), asked);
  expect(failures).toEqual([]);
  expect(['', 'seen']).toContain(violations.map(({ policyId }) => policyId).join());
  return violations.length > 0;
}

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' };
const textOf = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const policy = (...statements: readonly object[]) => create({ policy: textOf(...statements) });
const set = (...items: readonly string[]) => JSON.stringify(items);
const has = (attribute: string, ...items: readonly string[]) =>
  `context.sessionPolicy.${attribute} == ${set(...items)}`;

describe('a policy that uses the session policy', () => {
  test('sees the actions and resources of all statements that allow, as they are written', () => {
    const asked = policy(
      { ...allow, Action: ['s3:Get*', 'S3:GetObject'] },
      { ...allow, Action: 's3:Get*', Resource: ['*', 'arn:aws:sqs:*:111122223333:q'] },
      { Effect: 'Deny', Action: 'iam:*', Resource: 'arn:aws:iam::111122223333:role/x' },
    );
    expect(sees(has('actions', 's3:Get*', 'S3:GetObject'), asked)).toBe(true);
    expect(sees(has('resources', '*', 'arn:aws:s3:::a/*', 'arn:aws:sqs:*:111122223333:q'), asked)).toBe(true);
    expect(sees(has('actionsWithWildcard', 's3:Get*'), asked)).toBe(true);
    expect(sees(has('resourcesOfAnyService', '*'), asked)).toBe(true);
    expect(sees('(context.sessionPolicy.hasNotAction || context.sessionPolicy.hasNotResource)', asked)).toBe(false);
  });

  test.each(['*', 'arn:aws:*', 'arn:*:*', 'arn:aws:s*:::a', 'arn:aws:?3:::a'])(
    'sees that the resource %s can be of any service',
    (resource) => {
      expect(sees(has('resourcesOfAnyService', resource), policy({ ...allow, Resource: resource }))).toBe(true);
    },
  );

  test('sees NotAction and NotResource where they allow all but what they list', () => {
    const { Action: NotAction, Resource: NotResource } = allow;
    const [notAction, notResource] = ['hasNotAction', 'hasNotResource'].map((name) => `context.sessionPolicy.${name}`);
    const asked = policy({ Effect: 'Allow', NotAction, NotResource });
    expect(sees(`${notAction} && ${notResource} && context.sessionPolicy.actions.isEmpty()`, asked)).toBe(true);
    const denying = policy(allow, { Effect: 'Deny', NotAction, NotResource });
    expect(sees(`(${notAction} || ${notResource})`, denying)).toBe(false);
  });

  test('sees a wildcard that is written as an escape, or in a single statement that is not in a list', () => {
    const text = textOf({ ...allow, Action: '*' }).replace('"*"', '"\\u002a"');
    expect(text).toContain('\\u002a');
    expect(sees('context.sessionPolicy.actions.contains("*")', create({ policy: text }))).toBe(true);
    const single = JSON.stringify({ Statement: { ...allow, Resource: '*' } });
    expect(sees('context.sessionPolicy.resources.contains("*")', create({ policy: single }))).toBe(true);
  });

  test('sees the session policy after an update, also one that the update leaves', () => {
    const everything = textOf({ ...allow, Action: '*' });
    const any = 'context.sessionPolicy.actions.contains("*")';
    expect(sees(any, update({}, { policy: everything }))).toBe(true);
    expect(sees(any, update({ policy: everything }, { disableSessionTags: true }))).toBe(true);
    expect(sees(any, update({ policy: everything }, { policy: null }))).toBe(false);
  });

  test('sees none where the association has none', () => {
    expect(sees('true', create())).toBe(false);
  });
});

const unreadable = {
  'not JSON': '{',
  'not an object': '[]',
  empty: '',
  'without statements': '{"Statement":[]}',
  'with elements in other case': textOf({ effect: 'Allow', action: '*', resource: '*' }),
  'with an action of any service': textOf({ ...allow, Action: '*:*' }),
  'with a key that appears twice': textOf(allow).replace('"Action"', '"Action":"*","Action"'),
  'with a key that appears twice, once as an escape': textOf(allow).replace(
    '"Action"',
    `${'"Action"'.replace('A', '\\u0041')}:"*","Action"`,
  ),
  'with an unpaired surrogate': textOf(allow).replace('a/*', '\\ud800'),
  'longer than STS accepts': textOf({ ...allow, Resource: `arn:aws:s3:::${'a'.repeat(2_048)}` }),
  'nested deeply': `{"Statement":${'['.repeat(900)}${']'.repeat(900)}}`,
  'with items of another type': textOf({ ...allow, Action: ['s3:GetObject', 1] }),
};

describe('a session policy that cannot be read', () => {
  const reading = rule('reads', 'context has sessionPolicy && context.sessionPolicy.actions.contains("*")');

  test.each(Object.entries(unreadable))('denies a create and an update with a reason: %s', (_, text) => {
    const { authorize, failures } = over(permitAll, reading);
    for (const asked of [create({ policy: text }), update({ policy: text }, { disableSessionTags: true })]) {
      expect(authorize(context(alice), asked)).toMatchObject({
        allowed: false,
        failed: false,
        policyIds: [],
        violations: [{ policyId: 'session-policy-not-read', message: expect.stringContaining('policy') as string }],
      });
    }
    expect(failures).toEqual([]);
  });

  test('denies nothing where no policy that can apply uses it, or the request leaves it out', () => {
    const text = '{';
    expect(over(permitAll).authorize(context(alice), create({ policy: text })).allowed).toBe(true);
    const { authorize } = over(permitAll, reading);
    expect(authorize(context(alice), update({ policy: text }, { policy: null })).allowed).toBe(true);
    expect(authorize(context(alice), remove({ policy: text })).allowed).toBe(true);
  });

  test('denies no update where only a policy about creates in the namespace uses it', () => {
    const inNamespace = 'resource.namespace.name == "payments" &&';
    const { authorize } = over(
      permitAll,
      forbidWhen(`${inNamespace} context has sessionPolicy`, onCreate),
      rule('other', `${inNamespace} context.isDryRun`),
    );
    const violations = (asked: AuthorizationRequest) =>
      authorize(context(alice), asked).violations.map(({ policyId }) => policyId);
    expect(violations(update({ policy: '{' }, { disableSessionTags: true }))).toEqual([]);
    expect(violations(create({ policy: '{' }))).toEqual(['session-policy-not-read']);
  });

  test('keeps the violations of policies that do not use it, and none of those that do', () => {
    const closed = rule('closed', '!(context has sessionPolicy)');
    const { authorize } = over(closed, rule('other', 'true'));
    const { violations } = authorize(context(alice), create({ policy: '{' }));
    expect(violations.map(({ policyId }) => policyId)).toEqual(['session-policy-not-read', 'other', 'default-deny']);
  });

  test('is not permitted by a permit that uses it, nor with an approval', () => {
    const permit = rule('permit', '!(context has sessionPolicy)', 'permit').replace(/@message\S+ @advice\S+/, '');
    expect(over(permit).authorize(context(alice), create({ policy: '{' })).allowed).toBe(false);
    const asks = rule('asks', 'context has sessionPolicy || true').replace('forbid', '@approvers("g") forbid');
    const policies = { 'test.cedar': permitAll, 'approvals.cedar': asks };
    const authorize = makeAuthorize({ schema, policies, inventory });
    expect(authorize(context(alice), create()).needs).toHaveLength(1);
    const denied = authorize(context(alice), create({ policy: '{' }));
    expect(denied.needs).toBeUndefined();
    expect(denied.violations.map(({ policyId }) => policyId)).toEqual(['session-policy-not-read']);
  });

  test('is decided alone, and not as an association without one', () => {
    const { sources } = over(permitAll, reading);
    const key = makeDecisionKey(compilePolicies(sources), inventory);
    expect(key(context(alice), create({ policy: '{' }))).toBeNull();
    expect(key(context(alice), create())).not.toBeNull();
  });

  test('denies what a service asks for a person', () => {
    const { authorize } = over(permitAll, reading);
    const asked = context(service('https://issuer.example#chatops'), { onBehalfOf: 'alice@example.com' });
    expect(authorize(asked, create({ policy: '{' })).violations).toMatchObject([
      { policyId: 'session-policy-not-read' },
    ]);
  });
});

test('a policy that uses the session policy is rejected for an action without it', () => {
  const condition = 'resource.cluster.production && !(context has sessionPolicy)';
  const policies = { 'session.cedar': forbidWhen(condition, onlyDelete) };
  expect(() => compilePolicies({ schema, policies })).toThrow(
    'session.cedar:1: context.iamRole, context.iamTargetRole and context.sessionPolicy exist for creates and updates only',
  );
});

test('a policy version that was published before policies could see session policies decides as before', () => {
  const older = schema.replace(/^\s*sessionPolicy\?: SessionPolicy,$/gm, '');
  expect(older).not.toContain('sessionPolicy?');
  const authorize = makeAuthorize({ schema: older, policies: { 'test.cedar': permitAll }, inventory });
  for (const text of [textOf(allow), '{']) {
    expect(authorize(context(alice), create({ policy: text }))).toMatchObject({ allowed: true, failed: false });
  }
});
