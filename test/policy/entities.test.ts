import { makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import {
  addon,
  alice,
  context,
  create,
  forbidWhen,
  listOf,
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

const { authorize } = loadPolicy(shipped);

const onUpdate = onCreate.replace('CreatePod', 'UpdatePod');

const wholeTrail: AuthorizationRequest = { action: 'ReadAuditTrail', scope: { kind: 'gateway' } };

describe('policies can use', () => {
  /** Expects that a condition of a policy holds for a request, or does not hold. */
  const expectSeen = (condition: string, who = context(alice), request = create(), isSeen = true) => {
    const policies = over(permitAll, forbidWhen(condition, onCreate));
    expect(policies.authorize(who, request)).toMatchObject({ failed: false, allowed: !isSeen });
  };
  const expectUnseen = (condition: string, who = context(alice), request = create()) =>
    expectSeen(condition, who, request, false);

  test('the parts of a role ARN', () => {
    expectSeen('resource.settings.role.arn == "arn:aws:iam::111122223333:role/pods/payments/payments-api"');
    expectSeen('resource.settings.role.account == "111122223333"');
    expectSeen('resource.settings.role.path == "/pods/payments/"');
    expectSeen('resource.settings.role.name == "payments-api"');
    expectUnseen('resource.settings has targetRole');
    const plain = create({ targetRoleArn: 'arn:aws-us-gov:iam::444455556666:role/archive' });
    const target = 'resource.settings has targetRole && resource.settings.targetRole';
    expectSeen(`${target}.path == "/"`, context(alice), plain);
  });

  test('the settings', () => {
    expectUnseen('resource.settings.hasSessionPolicy || resource.settings.sessionTagsDisabled');
    expectSeen('resource.settings.hasSessionPolicy', context(alice), create({ policy: '{}' }));
    expectSeen('resource.settings.sessionTagsDisabled', context(alice), create({ disableSessionTags: true }));
  });

  test('cluster and namespace, by attributes, IDs and membership', () => {
    expectSeen('resource.cluster.environment == "dev" && resource.cluster.region == "eu-central-1"');
    expectSeen('resource.cluster.name == "apps-dev" && resource.cluster.account == "111122223333"');
    expectSeen('resource in PodIdentity::Account::"111122223333"');
    expectSeen('resource in PodIdentity::Cluster::"111122223333/eu-central-1/apps-dev"');
    expectSeen('resource in PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/payments"');
    expectSeen('resource == PodIdentity::Association::"111122223333/eu-central-1/apps-dev/payments/payments-api"');
    expectSeen('resource.namespace.owners == [PodIdentity::Group::"payments-team"]');
  });

  test('the context', () => {
    expectSeen('context.now == datetime("2026-11-02T00:00:00Z")');
    expectUnseen('context.hasReason');
    expectSeen('context.hasReason', context(alice, { hasReason: true }));
    expectUnseen('context has onBehalfOf || context has actor || context has sourceAddress');
    expectSeen('context has onBehalfOf && context.onBehalfOf == "x"', context(alice, { onBehalfOf: 'x' }));
  });

  test.each([
    ['UTC', '2026-11-27T00:00:00.000Z', 'Friday', 0],
    ['UTC', '2026-11-27T23:59:59.999Z', 'Friday', 23],
    ['Europe/Berlin', '2026-11-26T22:59:59.999Z', 'Thursday', 23],
    ['Europe/Berlin', '2026-11-26T23:00:00.000Z', 'Friday', 0],
    ['Europe/Berlin', '2026-07-03T10:00:00.000Z', 'Friday', 12],
    ['America/New_York', '2026-11-28T04:59:00.000Z', 'Friday', 23],
    ['Asia/Kolkata', '2026-11-29T18:30:00.000Z', 'Monday', 0],
  ])('the day of the week and the hour, in the time zone %s: at %s, %s and %i', (timeZone, time, weekday, hour) => {
    const condition = `context.weekday == "${weekday}" && context.hour == ${hour}`;
    const { schema } = readPolicySources(shipped);
    const texts = { 'test.cedar': `${permitAll} ${forbidWhen(condition)}` };
    const inventory = { ...parseInventory(readInventoryText(shipped)), timeZone };
    const inZone = makeAuthorize({ schema, policies: texts, inventory });
    for (const request of [create(), update(), remove(), view(), listOf('cluster'), wholeTrail]) {
      const decision = inZone(context(alice, { now: Date.parse(time) }), request);
      expect(decision.violations.map(({ policyId }) => policyId)).toEqual(['condition']);
      expect(decision).toMatchObject({ now: Date.parse(time), slice: { timeZone } });
    }
  });

  test('the qualified name of an association, also of an update', () => {
    expectSeen('resource.qualifiedName == "payments-payments-api"');
    const decision = over(permitAll, forbidWhen('resource.qualifiedName == "payments-x"', onUpdate));
    expect(decision.authorize(context(alice), update({ serviceAccount: 'x' })).allowed).toBe(false);
    expect(decision.authorize(context(alice), update({ serviceAccount: 'y' })).allowed).toBe(true);
  });

  test('the actor, with the groups and attributes of the inventory', () => {
    const chatops = 'https://issuer.example#chatops';
    const condition = `context has actor && context.actor == PodIdentity::Service::"${chatops}" &&
      context.actor.mayNamePeople && context.actor in PodIdentity::Group::"payments-team"`;
    expectSeen(condition, context(alice, { actor: service(chatops) }));
    expectUnseen('context has actor && context.actor.mayNamePeople', context(alice, { actor: service('x') }));
  });

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
  ])('the address %s as %s', (sourceAddress, seen) => {
    expectSeen(
      `context has sourceAddress && context.sourceAddress == ip("${seen}")`,
      context(alice, { sourceAddress }),
    );
  });

  test.each(['', 'unknown', '203.0.113.0/24', '203.0.113.7:443', 'fe80::1%eth0', '64:ff9b::203.0.113.7'])(
    'no address where %j is not an IP address of Cedar',
    (sourceAddress) => {
      expectUnseen('context has sourceAddress', context(alice, { sourceAddress }));
    },
  );

  test('tags with any key', () => {
    const keys = ['__proto__', 'constructor', '__entity', '__extn', '__expr', 'a b/c=ü', ''];
    const tags = keys.map((key) => ({ key, value: `value of ${key}` }));
    for (const { key, value } of tags) {
      const [k, v] = [JSON.stringify(key), JSON.stringify(value)];
      expectSeen(`resource.hasTag(${k}) && resource.getTag(${k}) == ${v}`, context(alice), create({ tags }));
    }
  });

  test('whether an add-on owns the association', () => {
    const { authorize } = over(
      permitAll,
      forbidWhen('resource.ownedByAddon', 'forbid (principal, action, resource is PodIdentity::Association)'),
    );
    expect(authorize(context(alice), create()).allowed).toBe(true);
    for (const request of [view, update, remove]) {
      expect(authorize(context(alice), request()).allowed).toBe(true);
      expect(authorize(context(alice), request({ ownerArn: addon })).allowed).toBe(false);
    }
  });

  describe('of an update', () => {
    const onUpdate = 'forbid (principal, action == PodIdentity::Action::"UpdatePodIdentityAssociation", resource)';
    const expectSeen = (condition: string, request: AuthorizationRequest, isSeen = true) => {
      const { authorize, failures } = over(permitAll, forbidWhen(condition, onUpdate));
      expect(authorize(context(alice), request).allowed).toBe(!isSeen);
      expect(failures).toEqual([]);
    };
    const expectUnseen = (condition: string, request: AuthorizationRequest) => expectSeen(condition, request, false);
    const legacy = 'arn:aws:iam::111122223333:role/legacy/batch';
    const archive = 'arn:aws:iam::444455556666:role/archive';

    test('the new settings in the resource, the current ones in the context', () => {
      const request = update(
        { roleArn: legacy, disableSessionTags: null },
        { roleArn: `${legacy}-2`, targetRoleArn: archive, disableSessionTags: true, policy: '{}' },
      );
      expectSeen('resource.settings.role.name == "batch-2" && context.current.role.name == "batch"', request);
      expectSeen('resource.settings has targetRole && resource.settings.targetRole.name == "archive"', request);
      expectSeen('resource.settings.sessionTagsDisabled && resource.settings.hasSessionPolicy', request);
      expectUnseen('context.current has targetRole || context.current.sessionTagsDisabled', request);
      expectUnseen('context.current.hasSessionPolicy', request);
    });

    test('a cleared setting in the context only', () => {
      const before = { targetRoleArn: archive, disableSessionTags: true, policy: '{}' };
      const request = update(before, { targetRoleArn: null, disableSessionTags: false, policy: null });
      expectUnseen('resource.settings has targetRole || resource.settings.hasSessionPolicy', request);
      expectUnseen('resource.settings.sessionTagsDisabled', request);
      expectSeen('context.current has targetRole && context.current.targetRole.account == "444455556666"', request);
      expectSeen('context.current.sessionTagsDisabled && context.current.hasSessionPolicy', request);
    });

    test('its namespace, service account and tags, which an update never changes', () => {
      const elsewhere = { namespace: 'search', serviceAccount: 'other', tags: [] };
      const request = update({}, { roleArn: legacy, ...elsewhere });
      expectSeen('resource.hasTag("team") && resource.getTag("team") == "payments"', request);
      expectSeen(
        'resource == PodIdentity::Association::"111122223333/eu-central-1/apps-dev/payments/payments-api"',
        request,
      );
      expectSeen('resource.namespace.name == "payments" && resource.serviceAccount == "payments-api"', request);
    });

    test('the context, as for every request', () => {
      const { authorize } = over(
        permitAll,
        forbidWhen('context has onBehalfOf && context has actor && context has sourceAddress && context.hasReason'),
      );
      const more = { onBehalfOf: 'x', actor: service('front'), sourceAddress: '203.0.113.7', hasReason: true };
      expect(authorize(context(alice, more), update())).toMatchObject({ allowed: false, failed: false });
      expect(authorize(context(alice), update()).allowed).toBe(true);
    });
  });

  test('of a delete, the current settings of the association', () => {
    const onDelete = 'forbid (principal, action == PodIdentity::Action::"DeletePodIdentityAssociation", resource)';
    const { authorize } = over(permitAll, forbidWhen('resource.settings.role.name == "payments-api"', onDelete));
    expect(authorize(context(alice), remove()).allowed).toBe(false);
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

  test.each(weird)('the ID %j matches itself only', (id) => {
    const odd = { ...alice, id };
    const trailOf = (of: string): AuthorizationRequest => ({
      action: 'ReadAuditTrail',
      scope: { kind: 'principal', principal: { ...alice, id: of } },
    });
    expect(authorize(context(odd), create())).toMatchObject({ allowed: true, policyIds: ['owners-create'] });
    expect(authorize(context(odd), trailOf(id))).toMatchObject({ allowed: true, policyIds: ['own-trail'] });
    expect(authorize(context(odd), trailOf(`${id} `))).toMatchObject({ allowed: false, failed: false });
  });

  test('a group with any characters matches itself only', () => {
    expect(
      authorize(context(person('eve', 'payments-team"', ' payments-team', 'Payments-Team')), create()).allowed,
    ).toBe(false);
  });

  test('a registered service has the groups of the inventory and of its token', () => {
    const ci = 'iam:111122223333:role/ci-deployer';
    expect(authorize(context(service(ci)), create()).allowed).toBe(true);
    expect(authorize(context(service(ci, 'platform-admins')), create()).policyIds).toEqual([
      'owners-create',
      'platform-admins',
    ]);
    expect(authorize(context({ ...service(ci), kind: 'USER' }), create()).allowed).toBe(false);
  });

  test('a service that is principal and actor is one entity, with the groups of the principal', () => {
    const chatops = service('https://issuer.example#chatops');
    expect(authorize(context(chatops, { actor: { ...chatops, groups: ['platform-admins'] } }), create())).toMatchObject(
      {
        policyIds: ['owners-create'],
      },
    );
  });
});
