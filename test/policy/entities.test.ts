import { loadPolicy } from '../../src/policy/load.ts';
import type { Question } from '../../src/policy/policy.ts';
import {
  addon,
  alice,
  asker,
  create,
  forbidWhen,
  onCreate,
  over,
  permitAll,
  person,
  remove,
  service,
  shipped,
  update,
  view,
} from '../support/policy-sample.ts';

const { decide } = loadPolicy(shipped);

describe('what policies see', () => {
  const sees = (condition: string, who = asker(alice), question = create()): boolean => {
    const decision = over(permitAll, forbidWhen(condition, onCreate)).decide(who, question);
    expect(decision.failed).toBe(false);
    return !decision.allowed;
  };

  test('the parts of a role', () => {
    expect(sees('resource.settings.role.arn == "arn:aws:iam::111122223333:role/pods/payments/payments-api"')).toBe(
      true,
    );
    expect(sees('resource.settings.role.account == "111122223333"')).toBe(true);
    expect(sees('resource.settings.role.path == "/pods/payments/"')).toBe(true);
    expect(sees('resource.settings.role.pathSegments == ["pods", "payments"]')).toBe(true);
    expect(sees('resource.settings.role.name == "payments-api"')).toBe(true);
    expect(sees('resource.settings has targetRole')).toBe(false);
    const plain = create({ targetRoleArn: 'arn:aws-us-gov:iam::444455556666:role/archive' });
    const target = 'resource.settings has targetRole && resource.settings.targetRole';
    expect(
      sees(`${target}.path == "/" && resource.settings.targetRole.pathSegments.isEmpty()`, asker(alice), plain),
    ).toBe(true);
  });

  test('the settings', () => {
    expect(sees('resource.settings.hasSessionPolicy || resource.settings.sessionTagsDisabled')).toBe(false);
    expect(sees('resource.settings.hasSessionPolicy', asker(alice), create({ policy: '{}' }))).toBe(true);
    expect(sees('resource.settings.sessionTagsDisabled', asker(alice), create({ disableSessionTags: true }))).toBe(
      true,
    );
  });

  test('the place, by attributes, by ids and by membership', () => {
    expect(sees('resource.cluster.environment == "dev" && resource.cluster.region == "eu-central-1"')).toBe(true);
    expect(sees('resource.cluster.name == "apps-dev" && resource.cluster.account == "111122223333"')).toBe(true);
    expect(sees('resource in PodIdentity::Account::"111122223333"')).toBe(true);
    expect(sees('resource in PodIdentity::Cluster::"111122223333/eu-central-1/apps-dev"')).toBe(true);
    expect(sees('resource in PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/payments"')).toBe(true);
    expect(
      sees('resource == PodIdentity::Association::"111122223333/eu-central-1/apps-dev/payments/payments-api"'),
    ).toBe(true);
    expect(sees('resource.namespace.owners == [PodIdentity::Group::"payments-team"]')).toBe(true);
  });

  test('the circumstances', () => {
    expect(sees('context.now == datetime("2026-11-02T00:00:00Z")')).toBe(true);
    expect(sees('context.hasReason')).toBe(false);
    expect(sees('context.hasReason', asker(alice, { hasReason: true }))).toBe(true);
    expect(sees('context has onBehalfOf || context has actor || context has sourceAddress')).toBe(false);
    expect(sees('context has onBehalfOf && context.onBehalfOf == "x"', asker(alice, { onBehalfOf: 'x' }))).toBe(true);
  });

  test('the actor, with the rights that the inventory gives it', () => {
    const chatops = 'https://issuer.example#chatops';
    const condition = `context has actor && context.actor == PodIdentity::Service::"${chatops}" &&
      context.actor.mayNamePeople && context.actor in PodIdentity::Group::"payments-team"`;
    expect(sees(condition, asker(alice, { actor: service(chatops) }))).toBe(true);
    expect(sees('context has actor && context.actor.mayNamePeople', asker(alice, { actor: service('x') }))).toBe(false);
  });

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
  ])('the address %s as %s', (sourceAddress, seen) => {
    expect(
      sees(`context has sourceAddress && context.sourceAddress == ip("${seen}")`, asker(alice, { sourceAddress })),
    ).toBe(true);
  });

  test.each(['', 'unknown', '203.0.113.0/24', '203.0.113.7:443', 'fe80::1%eth0', '64:ff9b::203.0.113.7'])(
    'no address where %j is none that Cedar takes',
    (sourceAddress) => {
      expect(sees('context has sourceAddress', asker(alice, { sourceAddress }))).toBe(false);
    },
  );

  test('tags with any key', () => {
    const keys = ['__proto__', 'constructor', '__entity', '__extn', '__expr', 'a b/c=ü', ''];
    const tags = keys.map((key) => ({ key, value: `value of ${key}` }));
    for (const { key, value } of tags) {
      const [k, v] = [JSON.stringify(key), JSON.stringify(value)];
      expect(sees(`resource.hasTag(${k}) && resource.getTag(${k}) == ${v}`, asker(alice), create({ tags }))).toBe(true);
    }
  });

  test('whether an add-on owns the association', () => {
    const { decide } = over(
      permitAll,
      forbidWhen('resource.ownedByAddon', 'forbid (principal, action, resource is PodIdentity::Association)'),
    );
    expect(decide(asker(alice), create()).allowed).toBe(true);
    for (const question of [view, update, remove]) {
      expect(decide(asker(alice), question()).allowed).toBe(true);
      expect(decide(asker(alice), question({ ownerArn: addon })).allowed).toBe(false);
    }
  });

  describe('of an update', () => {
    const onUpdate = 'forbid (principal, action == PodIdentity::Action::"UpdatePodIdentityAssociation", resource)';
    const sees = (condition: string, question: Question): boolean => {
      const { decide, failures } = over(permitAll, forbidWhen(condition, onUpdate));
      const { allowed } = decide(asker(alice), question);
      expect(failures).toEqual([]);
      return !allowed;
    };
    const legacy = 'arn:aws:iam::111122223333:role/legacy/batch';
    const archive = 'arn:aws:iam::444455556666:role/archive';

    test('the settings that it would have in the resource, those that it has in the context', () => {
      const question = update(
        { roleArn: legacy, disableSessionTags: null },
        { roleArn: `${legacy}-2`, targetRoleArn: archive, disableSessionTags: true, policy: '{}' },
      );
      expect(sees('resource.settings.role.name == "batch-2" && context.current.role.name == "batch"', question)).toBe(
        true,
      );
      expect(sees('resource.settings has targetRole && resource.settings.targetRole.name == "archive"', question)).toBe(
        true,
      );
      expect(sees('resource.settings.sessionTagsDisabled && resource.settings.hasSessionPolicy', question)).toBe(true);
      expect(sees('context.current has targetRole || context.current.sessionTagsDisabled', question)).toBe(false);
      expect(sees('context.current.hasSessionPolicy', question)).toBe(false);
    });

    test('what it clears is in the context only', () => {
      const before = { targetRoleArn: archive, disableSessionTags: true, policy: '{}' };
      const question = update(before, { targetRoleArn: null, disableSessionTags: false, policy: null });
      expect(sees('resource.settings has targetRole || resource.settings.hasSessionPolicy', question)).toBe(false);
      expect(sees('resource.settings.sessionTagsDisabled', question)).toBe(false);
      expect(
        sees('context.current has targetRole && context.current.targetRole.account == "444455556666"', question),
      ).toBe(true);
      expect(sees('context.current.sessionTagsDisabled && context.current.hasSessionPolicy', question)).toBe(true);
    });

    test('its place and its tags, which stay whatever else stands among what it sets', () => {
      const elsewhere = { namespace: 'search', serviceAccount: 'other', tags: [] };
      const question = update({}, { roleArn: legacy, ...elsewhere });
      expect(sees('resource.hasTag("team") && resource.getTag("team") == "payments"', question)).toBe(true);
      expect(
        sees(
          'resource == PodIdentity::Association::"111122223333/eu-central-1/apps-dev/payments/payments-api"',
          question,
        ),
      ).toBe(true);
      expect(sees('resource.namespace.name == "payments" && resource.serviceAccount == "payments-api"', question)).toBe(
        true,
      );
    });

    test('the circumstances, as of every question', () => {
      const { decide } = over(
        permitAll,
        forbidWhen('context has onBehalfOf && context has actor && context has sourceAddress && context.hasReason'),
      );
      const more = { onBehalfOf: 'x', actor: service('front'), sourceAddress: '203.0.113.7', hasReason: true };
      expect(decide(asker(alice, more), update())).toMatchObject({ allowed: false, failed: false });
      expect(decide(asker(alice), update()).allowed).toBe(true);
    });
  });

  test('of a delete, the settings that the association has', () => {
    const onDelete = 'forbid (principal, action == PodIdentity::Action::"DeletePodIdentityAssociation", resource)';
    const { decide } = over(permitAll, forbidWhen('resource.settings.role.name == "payments-api"', onDelete));
    expect(decide(asker(alice), remove()).allowed).toBe(false);
  });
});

describe('principals', () => {
  const weird = [
    '"',
    '\\',
    '\n',
    '\u0000',
    '*',
    'ä',
    '😀',
    '"; permit (principal, action, resource); //',
    '__proto__',
    'x'.repeat(5000),
  ];

  test.each(weird)('the id %j is itself and nothing else', (id) => {
    const odd = { ...alice, id };
    const trailOf = (of: string): Question => ({
      action: 'ReadAuditTrail',
      scope: { kind: 'principal', principal: { ...alice, id: of } },
    });
    expect(decide(asker(odd), create())).toMatchObject({ allowed: true, policyIds: ['owners-create'] });
    expect(decide(asker(odd), trailOf(id))).toMatchObject({ allowed: true, policyIds: ['own-trail'] });
    expect(decide(asker(odd), trailOf(`${id} `))).toMatchObject({ allowed: false, failed: false });
  });

  test('a group with any letters is itself and nothing else', () => {
    expect(decide(asker(person('eve', 'payments-team"', ' payments-team', 'Payments-Team')), create()).allowed).toBe(
      false,
    );
  });

  test('a registered service has the groups of the inventory besides those of its token', () => {
    const ci = 'iam:111122223333:role/ci-deployer';
    expect(decide(asker(service(ci)), create()).allowed).toBe(true);
    expect(decide(asker(service(ci, 'platform-admins')), create()).policyIds).toEqual([
      'owners-create',
      'platform-admins',
    ]);
    expect(decide(asker({ ...service(ci), kind: 'USER' }), create()).allowed).toBe(false);
  });

  test('a service that acts for itself stands in the request once, with the groups of the principal', () => {
    const ci = service('iam:111122223333:role/ci-deployer');
    expect(decide(asker(ci, { actor: { ...ci, groups: ['platform-admins'] } }), create())).toMatchObject({
      policyIds: ['owners-create'],
    });
  });
});
