import {
  buildSchema,
  getIntrospectionQuery,
  Kind,
  parse,
  specifiedRules,
  TypeInfo,
  validate,
  ValidationContext,
  visit,
} from 'graphql';
import type { FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { typeDefs } from '../../src/generated/schema.ts';
import { maxTokens } from '../../src/graphql/http.ts';
import { makeRules } from '../../src/graphql/server.ts';
import { oneWrite } from '../../src/graphql/rules.ts';
import { selectedFields } from '../../src/graphql/selection.ts';

const schema = buildSchema(typeDefs);
const fragmentCount = 16;

/** Fragments of which each spreads the next one twice: the last one is reached in 2^15 ways. */
function chain(type: string, field: string): string {
  return Array.from({ length: fragmentCount }, (_, index) => {
    const next = `...F${index + 1}`;
    return `fragment F${index} on ${type} { ${index === fragmentCount - 1 ? field : `${next} ${next}`} }`;
  }).join('\n');
}

/** The errors of the rule, and how often it looked a fragment up. */
function checkOneWrite(source: string) {
  const document = parse(source);
  const errors: string[] = [];
  const context = new ValidationContext(schema, document, new TypeInfo(schema), ({ message }) => errors.push(message));
  const getFragment = jest.spyOn(context, 'getFragment');
  visit(document, oneWrite(context));
  return { errors, lookups: getFragment.mock.calls.length };
}

/** The fields below the first one of a document, and how often a fragment was looked up. */
function select(source: string) {
  const { definitions } = parse(source);
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode;
  const fragments = definitions.filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION);
  let lookups = 0;
  const counting = new Proxy(Object.fromEntries(fragments.map((one) => [one.name.value, one])), {
    get: (all, name: string) => {
      lookups += 1;
      return all[name];
    },
  });
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD) throw new Error('The document must begin with a field.');
  const fields = selectedFields({ fieldNodes: [field], fragments: counting, variableValues: {} }, ['nodes']);
  return { fields: [...fields], lookups };
}

describe('a document whose fragments spread each other many times', () => {
  test('a document whose fragments spread each other many times is checked for a second mutation with one visit of each fragment', () => {
    const { errors, lookups } = checkOneWrite(`mutation { ...F0 } ${chain('Mutation', 'a: __typename b: __typename')}`);
    expect(errors).toEqual(['A request may contain one mutation field: send a request for each.']);
    expect(lookups).toBeLessThanOrEqual(fragmentCount);
  });

  test('may spread one mutation field many times, since GraphQL executes it once', () => {
    expect(checkOneWrite(`mutation { ...F0 } ${chain('Mutation', '__typename')}`).errors).toEqual([]);
  });

  test('has its selection read with one visit of each fragment', () => {
    const { fields, lookups } = select(`{ list { nodes { ...F0 } } } ${chain('PodIdentityAssociation', 'id roleArn')}`);
    expect(fields).toEqual(['id', 'roleArn']);
    expect(lookups).toBeLessThanOrEqual(fragmentCount);
  });

  test('a document whose fragments spread each other many times is checked, and its selection read, if the fragments form a cycle', () => {
    const cycle = 'fragment F0 on Mutation { __typename ...F1 } fragment F1 on Mutation { ...F0 }';
    expect(checkOneWrite(`mutation { ...F0 } ${cycle}`).errors).toEqual([]);
    expect(select(`{ list { nodes { ...F0 } } } ${cycle}`).fields).toEqual(['__typename']);
  });
});

test('a fragment that is skipped in one place is selected in another', () => {
  const fragment = 'fragment F on PodIdentityAssociation { roleArn }';
  expect(select(`{ list { nodes { ...F @skip(if: true) ...F } } } ${fragment}`).fields).toEqual(['roleArn']);
});

/** Validates a document with all rules. Returns the errors, and how often the rules looked at the name of a field or fragment. */
function validateCounting(source: string) {
  const document = parse(source, { maxTokens });
  let steps = 0;
  visit(document, {
    enter: (node) => {
      if (!('name' in node) || (node.kind !== Kind.FIELD && node.kind !== Kind.FRAGMENT_SPREAD)) return;
      const { name } = node;
      Object.defineProperty(node, 'name', {
        enumerable: true,
        get: () => {
          steps += 1;
          return name;
        },
      });
    },
  });
  steps = 0;
  const errors = validate(schema, document, [...specifiedRules, ...makeRules()]);
  return { messages: errors.map(({ message }) => message), steps };
}

const repeat = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');

describe('the work of validation', () => {
  const within: [string, string][] = [
    ['500 equal fields', `{ gateway { ${repeat(499, () => 'version')} } }`],
    ['250 equal fields with selections', `{ ${repeat(250, () => 'gateway { version }')} }`],
    ['fields with equal arguments', `{ ${repeat(250, () => 'node(id: "a") { __typename }')} }`],
    ['a chain of fragments', `{ ...F0 } ${chain('Query', '__typename')}`],
    [
      'a long chain',
      `{ ...F0 } ${repeat(49, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F49 on Query { __typename }`,
    ],
    [
      'a fan of fragments',
      `{ ${repeat(50, (i) => `...F${i}`)} } ${repeat(50, (i) => `fragment F${i} on Query { ${repeat(9, () => '__typename')} }`)}`,
    ],
    [
      'a cycle of fragments',
      `{ ...F0 } ${repeat(50, (i) => `fragment F${i} on Query { __typename ...F${(i + 1) % 50} ...F${(i + 7) % 50} }`)}`,
    ],
    ['deep literals', `{ node(id: ${'['.repeat(1_100)}1${']'.repeat(1_100)}) { __typename } }`],
    [
      'deep input objects',
      `{ checkDeletePodIdentityAssociation(input: ${'{a:'.repeat(600)}1${'}'.repeat(600)}) { __typename } }`,
    ],
    [
      'deep selections',
      `{ node(id: "a") ${'{ ... on Operation { entries { operation '.repeat(150)} { id } ${'} } }'.repeat(150)} }`,
    ],
    [
      'many operations',
      `${repeat(10, (i) => `query Q${i} { ...F }`)} fragment F on Query { ${repeat(200, () => 'gateway { version }')} }`,
    ],
  ];

  test.each(within)('has a bound for %s', (_what, source) => {
    expect(validateCounting(source).steps).toBeLessThan(2_000_000);
  });

  const beyond: [string, string, string][] = [
    ['2,400 equal fields', `{ gateway { ${repeat(2_400, () => 'version')} } }`, 'fields'],
    [
      'a cycle of 240 fragments',
      `{ ...F0 } ${repeat(240, (i) => `fragment F${i} on Query { ...F${(i + 1) % 240} }`)}`,
      'fragments',
    ],
    [
      'a fan of 1,000 spreads',
      `{ ${repeat(1_000, () => '...F')} } fragment F on Query { __typename }`,
      'fragment spreads',
    ],
    ['100 operations', repeat(100, (i) => `query Q${i} { __typename }`), 'operations'],
  ];

  test.each(beyond)('the work of validation is not done for %s', (_what, source, name) => {
    const { messages, steps } = validateCounting(source);
    expect(messages).toEqual([expect.stringContaining(`more than`) as string]);
    expect(messages[0]).toContain(name);
    expect(steps).toBe(0);
  });

  test('includes introspection', () => {
    expect(validateCounting(getIntrospectionQuery()).messages).toEqual([]);
  });
});

describe('a second dry run in a request', () => {
  const field = 'checkDeletePodIdentityAssociation(input: {clusterName: "a", associationId: "b"}) { wouldBeAttempted }';
  const message = 'A request may contain one check field: send a request for each.';

  test.each([
    ['under another name', `{ a: ${field} b: ${field} }`],
    ['in a fragment', `{ a: ${field} ...F } fragment F on Query { b: ${field} }`],
    ['of another kind', `{ ${field} ${field.replace('Delete', 'Create')} }`],
  ])('a second dry run in a request is refused %s', (_where, source) => {
    expect(checkOneWrite(source).errors).toEqual([message]);
  });

  test('a second dry run in a request is not refused beside reads', () => {
    expect(checkOneWrite(`{ ${field} gateway { version } viewer { id } }`).errors).toEqual([]);
  });
});
