import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { makeDifferentOwners } from '../../src/policy/decide/owner-sets.ts';
import { makePreauthorize } from '../../src/policy/decide/preauthorize.ts';
import { context, person, shipped } from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const permitWhen = (condition: string) =>
  `@id("p") permit (principal, action, resource is PodIdentity::Association) when { ${condition} };`;
const compiled = (policies: string) => compilePolicies({ schema, policies: { 'test.cedar': policies } });

describe('owners that can make a difference', () => {
  const user = {
    uid: { type: 'PodIdentity::User', id: 'x' },
    attrs: {},
    parents: [{ type: 'PodIdentity::Group', id: 'own' }],
  };
  const { policies } = compiled(permitWhen('resource.namespace.owners.contains(PodIdentity::Group::"named")'));
  const differentOwners = makeDifferentOwners(policies);

  test('owners that can make a difference are one set of all those with groups of other principals only', () => {
    const others = Array.from({ length: 1_000 }, (_, index) => [`team-${index}`, `guests-${index}`]);
    expect(differentOwners([user], [[], ...others])).toHaveLength(2);
  });

  test('owners that can make a difference are those with a group of the principal, or one that a policy names, with and without others', () => {
    const sets = [['own'], ['own', 'a'], ['own', 'b'], ['named'], ['named', 'own'], ['own', 'named'], ['a']];
    const kinds = differentOwners([user], sets).map((owners) =>
      owners.filter((group) => group !== 'a' && group !== 'b'),
    );
    expect(kinds.map((kind) => [...kind].sort())).toEqual([['own'], ['own'], ['named'], ['named', 'own'], []]);
  });
});

describe('before the association is known, a permit about the owners of a namespace', () => {
  const text = readInventoryText(shipped);
  const teams = Array.from({ length: 50 }, (_, index) => ({ name: `team-${index}`, owners: [`group-${index}`] }));
  const whole = JSON.parse(text) as { readonly namespaces: readonly object[] };
  const inventory = parseInventory(
    JSON.stringify({
      ...whole,
      namespaces: [...whole.namespaces, ...teams, { name: 'shared', owners: ['first', 'second', 'third'] }],
    }),
  );
  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
  const mayBePermitted = (condition: string, ...groups: string[]) =>
    makePreauthorize(compiled(permitWhen(condition)), inventory)(
      context(person('someone', ...groups)),
      'DeletePodIdentityAssociation',
      cluster,
    ) === null;
  const group = (id: string) => `PodIdentity::Group::"${id}"`;
  const owners = 'resource.namespace.owners';

  test.each([
    ['the principal is one of them', `principal in ${owners}`, 'group-49'],
    ['the principal is one of several', `principal in ${owners}`, 'second'],
    ['there are none', `${owners}.isEmpty()`, 'none'],
    ['there are some', `!${owners}.isEmpty()`, 'none'],
    ['a named group is one', `${owners}.contains(${group('group-7')})`, 'none'],
    ['any of several is one', `${owners}.containsAny([${group('nobody')}, ${group('third')}])`, 'none'],
    ['several are among them', `${owners}.containsAll([${group('first')}, ${group('third')}])`, 'none'],
    ['they are exactly these', `${owners} == [${group('third')}, ${group('second')}, ${group('first')}]`, 'none'],
    ['one is not', `!${owners}.contains(${group('first')})`, 'none'],
    [
      'they are exactly one of the principal',
      `${owners} == [${group('group-3')}] && principal in ${owners}`,
      'group-3',
    ],
  ])('may apply where %s', (_what, condition, member) => {
    expect(mayBePermitted(condition, member)).toBe(true);
  });

  test.each([
    ['the principal is none of them', `principal in ${owners}`, 'group-50'],
    ['no namespace has both', `${owners}.containsAll([${group('group-1')}, ${group('group-2')}])`, 'group-1'],
    ['no namespace has exactly these', `${owners} == [${group('first')}, ${group('second')}]`, 'first'],
    ['no namespace has the named group', `${owners}.contains(${group('nobody')})`, 'group-1'],
  ])('does not apply where %s', (_what, condition, member) => {
    expect(mayBePermitted(condition, member)).toBe(false);
  });
});
