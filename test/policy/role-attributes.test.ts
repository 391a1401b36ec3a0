import type { RoleAttributes } from '../../src/model/decision.ts';
import { authorizeWith, makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import { withRoleAttributes, withRoles } from '../../src/policy/policies/role-attribute-use.ts';
import {
  alice,
  bob,
  context,
  create,
  forbidWhen,
  permitAll,
  remove,
  request,
  service,
  shipped,
  update,
  view,
} from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
const role = request.roleArn;
const target = 'arn:aws:iam::444455556666:role/pods/archive';
const boundary = 'arn:aws:iam::111122223333:policy/pods/boundary';

const action = (name: string) => `action == PodIdentity::Action::"${name}"`;
const onCreate = `(principal, ${action('CreatePodIdentityAssociation')}, resource)`;
const onUpdate = `(principal, ${action('UpdatePodIdentityAssociation')}, resource)`;
const rule = (id: string, head: string, condition: string) =>
  `@id("${id}") @message("m") @advice("a") ${head} when { ${condition} };`;
const permit = (condition: string) => rule('permit', `permit ${onCreate}`, condition);
const forbid = (condition: string, head = onCreate) => rule('forbid', `forbid ${head}`, condition);

const hasTeam = 'context has iamRole && context.iamRole.hasTag("team") && context.iamRole.getTag("team") == "payments"';

function over(...policies: readonly string[]) {
  const failures: string[] = [];
  const onFailure = (detail: string): number => failures.push(detail);
  const texts = { 'test.cedar': policies.join('\n') };
  const authorize = makeAuthorize({ schema, policies: texts, inventory, onFailure });
  const decide = (asked: AuthorizationRequest, ...roles: readonly RoleAttributes[]) =>
    authorize(context(alice), roles.length === 0 ? asked : withRoles(asked, roles));
  return { authorize, decide, failures };
}

function found(fields: Partial<Extract<RoleAttributes, { kind: 'found' }>> = {}): RoleAttributes {
  return { arn: role, kind: 'found', tags: [], permissionsBoundary: null, ...fields };
}

const ids = ({ violations }: { violations: readonly { policyId: string }[] }) =>
  violations.map(({ policyId }) => policyId);

describe('a policy that uses attributes of the role', () => {
  test('sees its tags', () => {
    const { decide } = over(permit(hasTeam));
    expect(decide(create(), found({ tags: [{ key: 'team', value: 'payments' }] })).allowed).toBe(true);
    expect(decide(create(), found({ tags: [{ key: 'team', value: 'search' }] })).allowed).toBe(false);
    expect(decide(create(), found()).allowed).toBe(false);
  });

  test('sees its permissions boundary', () => {
    const { decide } = over(
      permit(`context has iamRole.permissionsBoundary && context.iamRole.permissionsBoundary like "*:policy/pods/*"`),
    );
    expect(decide(create(), found({ permissionsBoundary: boundary })).allowed).toBe(true);
    expect(decide(create(), found()).allowed).toBe(false);
  });

  test('sees the role after an update', () => {
    const other = 'arn:aws:iam::111122223333:role/pods/payments/other';
    const { decide } = over(permitAll, forbid(`!(${hasTeam})`, onUpdate));
    const changed = update({}, { roleArn: other });
    expect(decide(changed).unknownRoles).toEqual([other]);
    const tags = [{ key: 'team', value: 'payments' }];
    expect(decide(changed, found({ arn: other, tags })).allowed).toBe(true);
    expect(ids(decide(changed, found({ arn: other })))).toEqual(['forbid']);
  });

  test('sees the target role where the association has one', () => {
    const { decide } = over(permitAll, forbid('context has iamTargetRole && !context.iamTargetRole.hasTag("shared")'));
    expect(decide(create()).allowed).toBe(true);
    expect(decide(create({ targetRoleArn: target })).unknownRoles).toEqual([target]);
    const shared = found({ arn: target, tags: [{ key: 'shared', value: '' }] });
    expect(decide(create({ targetRoleArn: target }), shared).allowed).toBe(true);
    expect(ids(decide(create({ targetRoleArn: target }), found({ arn: target })))).toEqual(['forbid']);
  });

  test('has its role attributes in the slice that the decision records', () => {
    const attributes = found({ tags: [{ key: '__proto__', value: 'x' }], permissionsBoundary: boundary });
    expect(over(permit(hasTeam)).decide(create(), attributes).slice.roles).toEqual([attributes]);
  });

  test('applies to the person whom a service names too', () => {
    const chatops = service('https://issuer.example#chatops');
    const { authorize } = over(permitAll, forbid(`!(${hasTeam})`));
    const asked = context(chatops, { onBehalfOf: 'alice@example.com' });
    expect(authorize(asked, create()).unknownRoles).toEqual([role]);
    expect(authorize(asked, withRoles(create(), [found()])).violations).toMatchObject([
      { policyId: 'forbid', deniedTo: 'BOTH' },
    ]);
  });

  test('a policy that uses attributes of the role is rejected with its place for an action without them', () => {
    const sources = { 'roles.cedar': `${permitAll}\n\n${forbidWhen(`!(${hasTeam})`)}` };
    expect(() => compilePolicies({ schema, policies: sources })).toThrow(
      'roles.cedar:3: context.iamRole, context.iamTargetRole and context.sessionPolicy exist for creates and updates only; name these actions',
    );
  });

  test('a policy that uses attributes of the role is rejected if it uses them without a test', () => {
    const sources = { 'roles.cedar': forbid('context.iamRole.hasTag("team")') };
    expect(() => compilePolicies({ schema, policies: sources })).toThrow(
      /roles\.cedar:1: .*optional attribute.*iamRole/,
    );
  });
});

describe('a decision needs the attributes of a role', () => {
  test.each([
    ['a policy for the action uses them', create(), [role]],
    ['not for another action', update(), undefined],
    ['not for a delete', remove(), undefined],
    ['not for a read', view(), undefined],
  ])('if %s', (_when, asked, unknown) => {
    expect(over(permitAll, forbid(`!(${hasTeam})`)).decide(asked).unknownRoles).toEqual(unknown);
  });

  test('not if only policies about other places use them', () => {
    const elsewhere = `(principal, ${action('CreatePodIdentityAssociation')}, resource in PodIdentity::Cluster::"111122223333/eu-central-1/apps-prod")`;
    const { decide } = over(
      permitAll,
      forbid(`!(${hasTeam})`, elsewhere),
      rule('named', `forbid ${onCreate}`, `resource.namespace.name == "search" && !(${hasTeam})`),
    );
    expect(decide(create())).toMatchObject({
      allowed: true,
      slice: expect.not.objectContaining({ roles: [] }) as object,
    });
    expect(decide(create({ clusterName: 'apps-prod' })).unknownRoles).toEqual([role]);
    expect(decide(create({ namespace: 'search' })).unknownRoles).toEqual([role]);
  });

  test('of the target role alone if policies use no other', () => {
    const { decide } = over(permitAll, forbid('context has iamTargetRole && context.iamTargetRole.hasTag("x")'));
    expect(decide(create({ targetRoleArn: target })).unknownRoles).toEqual([target]);
  });

  test('not if a forbid denies the request whatever the role is', () => {
    const { decide } = over(permit(hasTeam), forbid('resource.serviceAccount == "payments-api"'));
    expect(decide(create())).toMatchObject({ allowed: false, failed: false });
    // Whether a permit is missing too depends on the role.
    expect(ids(decide(create()))).toEqual(['forbid']);
  });

  test('not if no permit can apply', () => {
    const { decide } = over(permit('resource.serviceAccount == "other"'), forbid(`!(${hasTeam})`));
    expect(ids(decide(create()))).toEqual(['default-deny']);
  });

  test('not if another permit applies and no forbid uses them', () => {
    expect(over(permitAll, permit(hasTeam)).decide(create())).toMatchObject({ allowed: true, policyIds: ['all'] });
  });

  test('if only a permit that uses them can apply', () => {
    expect(over(permit(hasTeam)).decide(create()).unknownRoles).toEqual([role]);
  });

  test('if the context is compared as a whole', () => {
    const { decide } = over(permitAll, forbid('context == context'));
    expect(decide(create({ targetRoleArn: target })).unknownRoles).toEqual([role, target]);
  });
});

describe('a request that depends on a role is denied', () => {
  const { decide, failures } = over(permitAll, forbid('context has iamRole && context.iamRole.hasTag("restricted")'));

  test('as failed if the role was not read', () => {
    expect(decide(create())).toMatchObject({
      allowed: false,
      failed: true,
      policyIds: [],
      violations: [{ policyId: 'role-not-read', message: expect.stringContaining(role) as string }],
    });
    expect(failures).toEqual([]);
  });

  test('as failed if the role could not be read, with the reason', () => {
    const decision = decide(create(), { arn: role, kind: 'failed', reason: 'Throttling' });
    expect(decision).toMatchObject({ allowed: false, failed: true });
    expect(decision.unknownRoles).toBeUndefined();
    expect(decision.violations[0]?.message).toContain('(Throttling)');
    expect(decision.violations[0]?.advice).toContain('iam:GetRole');
  });

  test('if the role does not exist', () => {
    const decision = decide(create(), { arn: role, kind: 'absent' });
    expect(decision).toMatchObject({ allowed: false, failed: false, violations: [{ policyId: 'role-not-found' }] });
  });

  test('if another role was read', () => {
    expect(ids(decide(create(), found({ arn: `${role}-2` })))).toEqual(['role-not-read']);
  });
});

test('a test for an attribute of the role alone requires that the role was read', () => {
  const { authorize } = over(permitAll, forbid('context has iamRole.permissionsBoundary'));
  expect(authorize(context(alice), create()).unknownRoles).toEqual([role]);
});

test('a policy set without such policies ignores role attributes', () => {
  const engine = makeEngine(compilePolicies({ schema, policies: { 'test.cedar': permitAll } }));
  expect(engine.roleAttributes).toBeNull();
  expect(authorizeWith(engine, inventory)(context(bob), create()).allowed).toBe(true);
});

test('role attributes that are at hand are given where they are needed', () => {
  const { authorize } = over(permitAll, forbid(`!(${hasTeam})`));
  const asked: string[] = [];
  const known = withRoleAttributes(authorize, (arn) => {
    asked.push(arn);
    return found({ arn, tags: [{ key: 'team', value: 'payments' }] });
  });
  expect(known(context(alice), create()).allowed).toBe(true);
  expect(known(context(alice), update()).allowed).toBe(true);
  expect(asked).toEqual([role]);
  expect(withRoleAttributes(authorize, () => null)(context(alice), create()).unknownRoles).toEqual([role]);
});
