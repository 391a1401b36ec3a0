import { loadPolicy } from '../../src/policy/load.ts';
import type { Question } from '../../src/policy/policy.ts';
import {
  alice,
  asker,
  create,
  forbidWhen,
  onCreate,
  over,
  permitAll,
  person,
  service,
  shipped,
  view,
} from './sample.ts';

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
    const seen = view();
    if (seen.action !== 'DescribePodIdentityAssociation') throw new Error('not a view');
    const byAddon: Question = { ...seen, association: { ...seen.association, ownerArn: 'arn:aws:eks:…:addon/x' } };
    expect(decide(asker(alice), seen).allowed).toBe(true);
    expect(decide(asker(alice), create()).allowed).toBe(true);
    expect(decide(asker(alice), byAddon).allowed).toBe(false);
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
