import { loadPolicy, readInventoryText } from '../../src/policy/load.ts';
import { parseInventory, personOf } from '../../src/policy/inventory/inventory.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import {
  alice,
  context,
  create,
  forbidWhen,
  over,
  permitAll,
  remove,
  request,
  service,
  shipped,
  update,
  view,
} from '../support/policy-sample.ts';

const chatops = service('https://issuer.example#chatops');
const { authorize } = loadPolicy(shipped);

/** A request of the service for a person, decided by the shipped policies. */
const decide = (onBehalfOf: string, asked: AuthorizationRequest = create()) =>
  authorize(context(chatops, { onBehalfOf }), asked);

const search = {
  namespace: 'search',
  serviceAccount: 'search-api',
  roleArn: 'arn:aws:iam::111122223333:role/pods/search/search-api',
};

describe('a service that names a person', () => {
  test.each([
    ['a create', create()],
    ['an update', update()],
    ['a delete', remove()],
  ])('a service that names a person is permitted %s that the person may make too', (_what, asked) => {
    expect(decide('alice@example.com', asked)).toMatchObject({ allowed: true, violations: [] });
    expect(decide('https://issuer.example#alice', asked).allowed).toBe(true);
  });

  test.each([
    ['a create', create()],
    ['an update', update()],
    ['a delete', remove()],
  ])(
    'a service that names a person is denied %s that the person may not make, and the denial names the person',
    (_what, asked) => {
      const { allowed, violations } = decide('bob@example.com', asked);
      expect(allowed).toBe(false);
      expect(violations).toEqual([
        {
          policyId: 'default-deny',
          message: expect.stringMatching(/^No rule lets bob@example\.com .* namespace payments\.$/),
          advice: expect.stringContaining('or to add the person to the group.'),
          deniedTo: 'ON_BEHALF_OF',
        },
      ]);
    },
  );

  test('gains no permission of the person', () => {
    const { allowed, violations } = decide('bob@example.com', create(search));
    expect(allowed).toBe(false);
    expect(violations).toMatchObject([
      { message: expect.stringContaining('No rule lets you create'), deniedTo: 'PRINCIPAL' },
    ]);
  });

  test('a service that names a person is denied what neither may do, with one violation for each', () => {
    const orders = { namespace: 'orders', roleArn: 'arn:aws:iam::111122223333:role/pods/orders/x' };
    expect(decide('bob@example.com', create(orders)).violations).toMatchObject([
      { policyId: 'default-deny', deniedTo: 'PRINCIPAL' },
      { policyId: 'default-deny', deniedTo: 'ON_BEHALF_OF' },
    ]);
  });

  test('a service that names a person is told once what a guardrail forbids to both', () => {
    const { violations, policyIds } = decide('bob@example.com', create({ serviceAccount: 'default' }));
    expect(violations).toMatchObject([
      { policyId: 'no-default-service-account', deniedTo: 'BOTH' },
      { policyId: 'default-deny', deniedTo: 'ON_BEHALF_OF' },
    ]);
    expect(policyIds).toEqual(['no-default-service-account']);
  });

  test.each(['Alice@example.com', 'alice@example.com ', 'mallory@example.com', '__proto__'])(
    'a service that names a person is denied the name %j, which the inventory does not list',
    (name) => {
      const { allowed, violations, slice } = decide(name);
      expect({ allowed, slice }).toMatchObject({ allowed: false });
      expect(slice).not.toHaveProperty('person');
      expect(violations).toEqual([
        expect.objectContaining({
          policyId: 'on-behalf-of-is-known',
          message: 'The person in onBehalfOf is not known.',
        }),
      ]);
    },
  );

  test('a service that names a person is not shown an association that the person may not view', () => {
    expect(decide('alice@example.com', view()).allowed).toBe(true);
    expect(decide('bob@example.com', view()).allowed).toBe(false);
  });
});

test('the decision without onBehalfOf does not say to whom it is denied', () => {
  const { violations } = authorize(context(chatops), create(search));
  expect(violations).toHaveLength(1);
  expect(violations[0]).not.toHaveProperty('deniedTo');
});

describe('policies see', () => {
  test('the person as the principal, and the service as its actor', () => {
    const ofPerson = `principal == PodIdentity::User::"${alice.id}" && context has actor &&
      context.actor == PodIdentity::Service::"${chatops.id}" && !(context has onBehalfOf) && !(context has onBehalfOfPerson)`;
    const { violations } = over(permitAll, forbidWhen(ofPerson)).authorize(
      context(chatops, { onBehalfOf: 'alice@example.com' }),
      create(),
    );
    expect(violations).toEqual([
      expect.objectContaining({
        policyId: 'condition',
        message: 'm (This concerns alice@example.com, the person in onBehalfOf.)',
        deniedTo: 'ON_BEHALF_OF',
      }),
    ]);
  });

  test('the person with their groups in the request of the service', () => {
    const ofService = `context has onBehalfOfPerson && context.onBehalfOfPerson == PodIdentity::User::"${alice.id}" &&
      context.onBehalfOfPerson in PodIdentity::Group::"payments-team" && !(context has actor)`;
    const { violations } = over(permitAll, forbidWhen(ofService)).authorize(
      context(chatops, { onBehalfOf: 'alice@example.com' }),
      update(),
    );
    expect(violations).toMatchObject([{ policyId: 'condition', deniedTo: 'PRINCIPAL' }]);
  });

  test('the rules on actors apply to a service that names a person', () => {
    const noBots = forbidWhen(`context has actor && context.actor == PodIdentity::Service::"${chatops.id}"`);
    const { authorize } = over(permitAll, noBots);
    const denied = (who: ReturnType<typeof context>) => !authorize(who, create()).allowed;
    expect(denied(context(chatops, { onBehalfOf: 'alice@example.com' }))).toBe(true);
    expect(denied(context(alice, { actor: chatops }))).toBe(true);
    expect(denied(context(alice))).toBe(false);
  });

  test('a policy that fails for the person denies the request', () => {
    const overflow =
      'principal is PodIdentity::User && context.now.offset(duration("9223372036854775807ms")) > context.now';
    const decision = over(permitAll, forbidWhen(overflow)).authorize(
      context(chatops, { onBehalfOf: 'alice@example.com' }),
      create(),
    );
    expect(decision).toMatchObject({ allowed: false, failed: true, policyIds: ['condition'] });
  });
});

describe('people of the inventory', () => {
  const content = readInventoryText(shipped);
  const withPeople = (people: unknown) => parseInventory(JSON.stringify({ ...JSON.parse(content), people }));
  const person = { id: 'https://issuer.example#alice', names: ['alice@example.com'], groups: [] };

  test('people of the inventory are found by their id and by each of their names', () => {
    const inventory = withPeople([person]);
    expect(personOf(inventory, person.id)).toEqual(person);
    expect(personOf(inventory, 'alice@example.com')).toEqual(person);
    expect(personOf(inventory, 'alice')).toBeNull();
  });

  test('people of the inventory are optional, and so are their names', () => {
    expect(withPeople(undefined).people).toEqual([]);
    expect(personOf(withPeople([{ id: 'a', groups: [] }]), 'a')).toEqual({ id: 'a', names: [], groups: [] });
  });

  test.each([
    [[person, { ...person, names: [] }], 'people.1: https://issuer.example#alice is a duplicate'],
    [[person, { id: 'x', names: ['alice@example.com'], groups: [] }], 'people.1: alice@example.com is a duplicate'],
    [[{ ...person, groups: undefined }], 'people.0.groups: is missing; write a list'],
    [[{ ...person, names: [''] }], 'people.0.names.0: "" is not valid'],
    [[{ ...person, names: ['\u200b'] }], 'people.0.names.0: "\u200b" is not valid'],
  ])('%j are rejected', (people, message) => {
    expect(() => withPeople(people)).toThrow(message);
  });
});

test('the slice has the groups of the person, so that the decision can be replayed', () => {
  const { slice } = decide('alice@example.com', create(request));
  expect(slice.person).toEqual({ id: alice.id, groups: ['payments-team'] });
});
