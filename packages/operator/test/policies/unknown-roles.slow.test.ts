// No quick test.
import { makeJudge } from '../../src/policies/unknown-roles.ts';
import { compilePolicies } from '../../../../src/policy/policies/compile.ts';
import { makeEngine } from '../../../../src/policy/decide/engine.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../../../src/policy/load.ts';
import type { RoleAttributes } from '../../../../src/model/decision.ts';
import {
  alice,
  bob,
  context,
  create,
  forbidWhen,
  remove,
  request as sample,
  service,
  shipped,
  update,
} from '../../../../test/support/policy-sample.ts';

const { schema, policies: shippedPolicies } = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
const changes =
  'forbid (principal, action in [PodIdentity::Action::"CreatePodIdentityAssociation", PodIdentity::Action::"UpdatePodIdentityAssociation"], resource)';
const permit = changes.replace('forbid', 'permit');
const team =
  'context has iamRole && context.iamRole.hasTag("team") && context.iamRole.getTag("team") == resource.namespace.name';
const boundary = 'context has iamRole.permissionsBoundary && context.iamRole.permissionsBoundary like "arn:aws:*"';
const target = 'context has iamTargetRole && context.iamTargetRole.hasTag("team")';

const rules = {
  'a forbid on a tag': forbidWhen(`!(${team})`, changes),
  'a forbid on a tag in production': forbidWhen(`resource.cluster.production && !(${team})`, changes),
  'a forbid on a tag, or for one principal': forbidWhen(
    `principal == PodIdentity::User::"${alice.id}" || (${team})`,
    changes,
  ),
  'a forbid on the boundary': forbidWhen(boundary, changes),
  'a forbid on the target role': forbidWhen(`!(${target})`, changes),
  'a forbid of both roles': forbidWhen(`(${target}) && (${team})`, changes),
  'a permit on a tag': forbidWhen(team, permit),
  'a permit on a tag with a forbid on the boundary': `${forbidWhen(team, permit)} ${forbidWhen(boundary, changes).replace('"condition"', '"other"')}`,
};

const { roleArn } = sample;
const targetRoleArn = 'arn:aws:iam::444455556666:role/pods/target';
const chatops = service('https://issuer.example#chatops');
const asked = [
  create(),
  create({ clusterName: 'apps-prod' }),
  create({ targetRoleArn }),
  update({}, { targetRoleArn }),
  remove(),
];
const contexts = [context(alice), context(bob), context(chatops, { onBehalfOf: 'bob@example.com' })];

/** Every kind of role that the rules tell apart. */
const attributes = [undefined, 'payments', 'search'].flatMap((value) =>
  [null, 'arn:aws:iam::111122223333:policy/pods/x'].map((permissionsBoundary) => ({
    permissionsBoundary,
    tags: value === undefined ? [] : [{ key: 'team', value }],
  })),
);

const targetAttributes = attributes.filter(({ permissionsBoundary }) => permissionsBoundary === null).slice(0, 2);

describe.each(Object.entries(rules))('With unknown roles and %s', (_, rule) => {
  const engine = makeEngine(compilePolicies({ schema, policies: { ...shippedPolicies, 'rule.cedar': rule } }));
  const judge = makeJudge(engine, inventory);

  test('a request is decided if all roles give the same decision, and depends on the role otherwise', () => {
    for (const [who, request] of contexts.flatMap((one) => asked.map((other) => [one, other] as const))) {
      const answers = attributes.flatMap((ofRole) =>
        targetAttributes.map((ofTarget) => {
          const roles: readonly RoleAttributes[] = [
            { arn: targetRoleArn, kind: 'found', ...ofTarget },
            { arn: roleArn, kind: 'found', ...ofRole },
          ];
          const judged = judge(who, request, roles);
          return judged.kind === 'decided' && judged.decision.allowed;
        }),
      );
      const judged = judge(who, request, []);
      const found = judged.kind === 'decided' ? [judged.decision.allowed] : [false, true];
      expect({ request, found }).toEqual({ request, found: [...new Set(answers)].sort() });
    }
  });
});
