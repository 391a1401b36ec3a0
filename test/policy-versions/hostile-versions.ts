import { shippedVersion } from '../support/policy-versions.ts';
import type { PolicyFiles } from '../../src/policy-versions/packed-policies.ts';

/** A version that must not be loaded, and the place and the reason that its author gets. */
export interface HostileVersion {
  readonly name: string;
  readonly version: PolicyFiles;
  readonly reason: RegExp;
}

const repeat = (count: number, text: (index: number) => string, separator = '') =>
  Array.from({ length: count }, (_, index) => text(index)).join(separator);

/** A policy whose condition is in line 3 of its file. */
const when = (condition: string) => `@id("hostile")\npermit (principal, action, resource)\nwhen { ${condition} };`;

const shipped = shippedVersion();

const ofPolicies = (name: string, hostile: string, reason: RegExp): HostileVersion => ({
  name,
  version: { ...shipped, policies: { ...shipped.policies, 'hostile.cedar': hostile } },
  reason,
});

const levels = /hostile\.cedar:3: an expression has more than 50 levels/;

const ofSchema = (name: string, added: string, reason: RegExp): HostileVersion => ({
  name,
  version: { ...shipped, schema: shipped.schema.replace(/\}\s*$/, `${added}\n}\n`) },
  reason,
});

const ofInventory = (name: string, inventory: string, reason: RegExp): HostileVersion => ({
  name,
  version: { ...shipped, inventory },
  reason,
});

const inventoryWith = (change: object) =>
  JSON.stringify({ ...(JSON.parse(shipped.inventory) as object), ...change }, null, 1);

const [caseFile = '', caseText = ''] = Object.entries(shipped.cases)[0] ?? [];
const caseWith = (change: object) => JSON.stringify({ ...(JSON.parse(caseText) as object), ...change }, null, 1);

const ofCases = (name: string, changes: Partial<PolicyFiles>, reason: RegExp): HostileVersion => ({
  name,
  // Another inventory than that of the package, whose policies would be used otherwise.
  version: { ...shipped, inventory: `${shipped.inventory}\n`, ...changes },
  reason,
});

/** Texts that trap Cedar, never end, or fill the memory, unless they are rejected before. */
export const hostileVersions: readonly HostileVersion[] = [
  ofPolicies('140 nested parentheses', when(`${'('.repeat(140)}true${')'.repeat(140)}`), levels),
  ofPolicies('50,000 nested parentheses', when(`${'('.repeat(50_000)}true${')'.repeat(50_000)}`), levels),
  ofPolicies('parentheses that are not closed', when('('.repeat(140)), levels),
  ofPolicies('nested sets', when(`${'['.repeat(300)}1${']'.repeat(300)} == 1`), levels),
  ofPolicies('nested records', when(`${'{a:'.repeat(300)}1${'}'.repeat(300)} == 1`), levels),
  ofPolicies('nested negations', when(`${'!('.repeat(300)}true${')'.repeat(300)}`), levels),
  ofPolicies('a chain of if', when(`${'if context.hour == 1 then true else '.repeat(1_000)}true`), levels),
  ofPolicies('a chain of &&', when(repeat(1_000, () => 'context.hour >= 9', ' && ')), levels),
  ofPolicies('a chain of ||', when(repeat(200, () => 'context.hour >= 9', ' || ')), levels),
  ofPolicies('a chain of +', when(`${repeat(1_000, () => '1', ' + ')} == 1`), levels),
  ofPolicies('a chain of *', when(`${repeat(200, () => '1', ' * ')} == 1`), levels),
  ofPolicies('a chain of attributes', when(`context${'.a'.repeat(300)}`), levels),
  ofPolicies('a chain of keys', when(`context${'["a"]'.repeat(300)}`), levels),
  ofPolicies('a chain of calls', when(`[1]${'.contains(1)'.repeat(300)}`), levels),
  ofPolicies(
    '1,000 conditions',
    `@id("hostile")\npermit (principal, action, resource)\n${'when { context.hour >= 9 } '.repeat(1_000)};`,
    levels,
  ),
  ofPolicies(
    'nesting after a comment that ends with a carriage return',
    when(`true // \r && ${'('.repeat(140)}true${')'.repeat(140)}`),
    levels,
  ),
  ofPolicies(
    'nesting after a string with brackets and quotes',
    when(`"}\\"" == "x" && ${'('.repeat(140)}true${')'.repeat(140)}`),
    levels,
  ),
  ofPolicies(
    '10,000 annotations',
    `@id("hostile")\n\n${repeat(10_000, (index) => `@a${index}("x") `)} permit (principal, action, resource);`,
    levels,
  ),
  ofPolicies(
    '1,300 policies',
    repeat(1_300, (index) => `@id("p-${index}") permit (principal, action, resource);`, '\n'),
    /hostile\.cedar:\d+: is policy 1201; write at most 1200/,
  ),
  ofPolicies(
    '600 policies about all namespaces',
    repeat(600, (index) => `@id("p-${index}") permit (principal, action, resource);`, '\n'),
    /\d+ policies can apply to one request; write at most 500/,
  ),
  ofPolicies(
    'a policy of 2 MB',
    when(`principal in [${repeat(50_000, (index) => `PodIdentity::Group::"group-${index}"`, ',')}]`),
    /hostile\.cedar: with the files before it has \d+ bytes; write at most 400000/,
  ),
  ofSchema(
    '1,500 nested sets in the schema',
    `entity X { a: ${'Set<'.repeat(1_500)}Long${'>'.repeat(1_500)} };`,
    /schema:\d+: is nested deeper/,
  ),
  ofSchema(
    '200 nested records in the schema',
    `entity X { a: ${'{ a: '.repeat(200)}Long${' }'.repeat(200)} };`,
    /schema:\d+: is nested deeper/,
  ),
  ofSchema(
    'types of the schema that double 40 times',
    `${repeat(40, (index) => `type T${index} = ${index < 39 ? `{ a: T${index + 1}, b: T${index + 1} }` : 'Long'};\n`)}entity X { a: T0 };`,
    /schema: has more than 10000 words, with its types written out/,
  ),
  ofSchema(
    '64,000 combinations of principals, actions and resources',
    `${repeat(40, (index) => `entity E${index};\n`)}action ${repeat(40, (index) => `"a${index}"`, ',')} appliesTo {
      principal: [${repeat(40, (index) => `E${index}`, ',')}], resource: [${repeat(40, (index) => `E${index}`, ',')}], context: {} };`,
    /schema: actions apply to \d+ combinations/,
  ),
  ofSchema(
    '3,000 entity types',
    repeat(3_000, (index) => `entity E${index};\n`),
    /schema has \d+ bytes; write at most 20000/,
  ),
  ofInventory(
    'an inventory of 200,000 nested lists',
    `{\n"accounts": ${'['.repeat(200_000)}`,
    /inventory\.json:2 is nested deeper than 20 levels/,
  ),
  ofInventory(
    'an inventory of 5 MB',
    `{\n"accounts": "${'x'.repeat(5_000_000)}"}`,
    /inventory\.json has \d+ bytes; write at most 4000000/,
  ),
  ofInventory(
    'an inventory with 100,000 wrong items',
    `{\n"accounts": [${repeat(100_000, () => '1', ',')}]}`,
    /inventory\.json:2: accounts\.0: 1 is not valid/,
  ),
  ofInventory(
    'an inventory with 2,000 paths of roles',
    inventoryWith({ rolePaths: Array.from({ length: 2_000 }, (_, index) => `/p${index}/{namespace}/`) }),
    /inventory\.json:\d+: rolePaths: has more than 100 paths/,
  ),
  ofInventory(
    'an inventory whose namespaces have 1,000 unknown environments',
    inventoryWith({
      namespaces: Array.from({ length: 1_000 }, (_, index) => ({
        name: `n-${index}`,
        owners: [],
        scope: { environment: `e-${index}` },
      })),
    }),
    /inventory\.json:\d+: namespaces\.0\.scope: no cluster has the environment/,
  ),
  ofCases(
    '2,000 cases',
    { cases: Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`cases/allow/${index}.json`, caseText])) },
    /cases: there are 2000; write at most 1500/,
  ),
  ofCases(
    'a case with 200,000 nested objects',
    { cases: { [caseFile]: caseWith({ inventory: {} }).replace('{}', `{ "a": ${'['.repeat(200_000)}`) } },
    /nested deeper than 20 levels/,
  ),
  ofCases(
    '110 cases of 480 policies',
    {
      policies: {
        ...shipped.policies,
        'more.cedar': repeat(
          450,
          (index) => `@id("p-${index}") permit (principal, action, resource) when { context.hour > 24 };`,
          '\n',
        ),
      },
      cases: Object.fromEntries(Array.from({ length: 110 }, (_, index) => [`cases/allow/${index}.json`, caseText])),
    },
    /cases: 481 policies that can apply to one request and 110 cases are more than 50000 evaluations/,
  ),
  ofCases(
    'cases that parse a large inventory again and again',
    {
      caseInventory: inventoryWith({
        padding: undefined,
        namespaces: Array.from({ length: 3_000 }, (_, index) => ({ name: `n-${index}`, owners: ['x'.repeat(100)] })),
      }),
      cases: Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [`cases/allow/${index}.json`, caseWith({ inventory: {} })]),
      ),
    },
    /cases: 300 of them change an inventory of \d+ bytes/,
  ),
  ofCases(
    'a permit of everything, which no case depends on',
    { policies: { ...shipped.policies, 'hostile.cedar': '@id("hostile") permit (principal, action, resource);' } },
    /cases\/allow\/owner-creates\.json: [^]*found: allowed by hostile, owners-create/,
  ),
  ofCases(
    'nested required policies',
    { required: `[\n${'['.repeat(10_000)}` },
    /required-policies\.json:2 is nested deeper/,
  ),
];

const sampled = [
  '140 nested parentheses',
  'a chain of keys',
  '200 nested records in the schema',
  'an inventory with 2,000 paths of roles',
  'nested required policies',
];

/** Of each kind of text one that is quick to reject: `poison.test.ts` has these, `hostile-versions.test.ts` the others. */
export const sampleVersions = hostileVersions.filter(({ name }) => sampled.includes(name));
