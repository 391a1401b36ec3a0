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
import { oneWrite } from '../../src/graphql/rules.ts';
import { selectedFields } from '../../src/graphql/selection.ts';
import { makeRules } from '../../src/graphql/server.ts';
import { brokenRules } from '../reliability/fuzz/fuzz.ts';
import { createDocument } from '../support/documents.ts';
import { openForAllTests } from '../support/each-test.ts';
import { input } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

describe('a hostile request is answered without an internal error, an error in the log or internals in the answer', () => {
  let gateway: Gateway;

  openForAllTests((opened) => ({ gateway } = opened));
  beforeEach(() => void gateway.logged.splice(0));

  /** The code of the first error, and the rules that the answer to a body breaks. */
  async function answerTo(body: string) {
    const response = await gateway.post(body, { authorization: `Bearer ${await gateway.tokenOf('alice')}` });
    const text = await response.text();
    const logLines = gateway.logged.map((line) => JSON.stringify(line));
    const broken = brokenRules({ status: response.status, body: text, logLines, entryBytes: [] });
    const { errors } = JSON.parse(text) as { errors?: { extensions: { code: string } }[] };
    return { broken, code: errors?.[0]?.extensions.code ?? null };
  }

  const query = (text: string, variables: unknown = {}) => JSON.stringify({ query: text, variables });
  const deep = (open: string, middle: string, close: string, levels: number) =>
    `${open.repeat(levels)}${middle}${close.repeat(levels)}`;
  const node = 'query ($id: ID!) { node(id: $id) { id } }';
  const scoped = 'query ($id: ID!) { auditTrail(scope: {operationId: $id}) { nodes { id } } }';
  const pages = 'query ($n: Int) { clusters(first: $n) { nodes { region } } }';

  test.each([
    ['a list of 2,400 levels', query(`{ node(id: ${deep('[', '', ']', 2_400)}) { id } }`), 'GRAPHQL_PARSE_FAILED'],
    [
      'a chain of 600 fragments',
      query(
        Array.from({ length: 600 }, (_, index) => `fragment F${index} on Query { ...F${index + 1} }`).join(' ') +
          ' fragment F600 on Query { viewer { id } } { ...F0 }',
      ),
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['fields of 2,400 levels', query(deep('{ a ', '', '}', 2_400)), 'GRAPHQL_PARSE_FAILED'],
    ['fields of 90 levels', query(deep('{ node(id: "x") ', '{ id }', '}', 90)), 'GRAPHQL_VALIDATION_FAILED'],
    ['a list of 99 levels', query(`{ node(id: ${deep('[', '', ']', 98)}) { id } }`), 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an object of 1,200 levels',
      query(`{ node(id: ${deep('{a: ', '1', '}', 1_200)}) { id } }`),
      'GRAPHQL_PARSE_FAILED',
    ],
    ['fields of 1,600 levels', query(deep('{ node ', '', '}', 1_600)), 'GRAPHQL_PARSE_FAILED'],
    ['fields of 1,200 levels', query(deep('{ a ', '{ b }', '}', 1_200)), 'GRAPHQL_PARSE_FAILED'],
    [
      'fragments in a cycle',
      query('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a variable of 100,000 levels',
      `{"query": "${node}", "variables": {"id": ${deep('[', '', ']', 100_000)}}}`,
      'BAD_USER_INPUT',
    ],
    [
      'an input of 100,000 levels',
      `{"query": ${JSON.stringify(createDocument)}, "variables": {"input": {"tags": ${deep('[', '', ']', 100_000)}}}}`,
      'BAD_USER_INPUT',
    ],
    [
      'a variable named like the prototype',
      query('query ($__proto__: ID!) { node(id: $__proto__) { id } }'),
      'BAD_USER_INPUT',
    ],
    ['the prototype as a variable', `{"query": "${node}", "variables": {"__proto__": {"id": "x"}}}`, 'BAD_USER_INPUT'],
    ['names of Object as variables', query('query ($toString: ID!) { node(id: $toString) { id } }'), 'BAD_USER_INPUT'],
    ['names of Object as fields', query('{ constructor { __proto__ } toString }'), 'GRAPHQL_VALIDATION_FAILED'],
    [
      'names of Object as an operation',
      JSON.stringify({ query: 'query A { __typename }', operationName: '__proto__' }),
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'names of Object in an input',
      `{"query": ${JSON.stringify(createDocument)}, "variables": {"input": {"__proto__": {"clusterName": "x"}}}}`,
      'BAD_USER_INPUT',
    ],
    ['a number beyond the range', `{"query": "${pages}", "variables": {"n": 1e400}}`, 'BAD_USER_INPUT'],
    ['a number of 200 digits', `{"query": "${pages}", "variables": {"n": ${'9'.repeat(200)}}}`, 'BAD_USER_INPUT'],
    [
      'a literal of 200 digits',
      query(`{ clusters(first: ${'9'.repeat(200)}) { nodes { region } } }`),
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['the largest Int', query(pages, { n: 2_147_483_647 }), 'BAD_USER_INPUT'],
    ['half of a surrogate pair as an id', query(node, { id: '\ud800' }), null],
    ['half of a surrogate pair as an operation', query(scoped, { id: '\udc00\ud800' }), 'BAD_USER_INPUT'],
    ['half of a surrogate pair in the document', query('{ node(id: "\ud800") { id } }'), 'GRAPHQL_PARSE_FAILED'],
    ['a subscription', query('subscription S { viewer { id } }'), 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription to nothing', query('subscription { nothing }'), 'GRAPHQL_VALIDATION_FAILED'],
    ['only fragments', query('fragment F on Query { viewer { id } }'), 'GRAPHQL_VALIDATION_FAILED'],
    [
      'null for a condition',
      query('query ($x: Boolean = true) { viewer @skip(if: $x) { id } }', { x: null }),
      'BAD_USER_INPUT',
    ],
    [
      'null in a literal',
      query('query ($x: String = "a") { auditTrail(scope: {cluster: {clusterName: $x}}) { nodes { id } } }', {
        x: null,
      }),
      'BAD_USER_INPUT',
    ],
    ['a batch', '[{"query": "{ __typename }"}, {"query": "{ __typename }"}]', 'BAD_REQUEST'],
    ['variables that are a list', '{"query": "{ __typename }", "variables": []}', 'BAD_REQUEST'],
    ['extensions that are a text', '{"query": "{ __typename }", "extensions": "x"}', 'BAD_REQUEST'],
    [
      'the wrong kind of hash',
      '{"extensions": {"persistedQuery": {"version": {}, "sha256Hash": []}}}',
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ],
    ['a persisted query that is null', '{"extensions": {"persistedQuery": null}}', 'BAD_REQUEST'],
    ['names of 100,000 characters', query(`{ ${'a'.repeat(100_000)} }`), 'GRAPHQL_VALIDATION_FAILED'],
    ['an operation with a long name', query(`query ${'a'.repeat(100_000)} { viewer { id } }`), null],
  ])('%s', async (_, body, expected) => {
    const { broken, code } = await answerTo(body);
    expect(broken).toEqual([]);
    expect(code).toBe(expected);
  });

  test.each<[string, object]>([
    ['200,000 tags', { tags: Array.from({ length: 200_000 }, (_, index) => ({ key: `k${index}`, value: '' })) }],
    [
      'a tag with 10,000 fields',
      { tags: [Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, 1]))] },
    ],
    ['100 lists of 100 lists', { tags: Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => [])) }],
  ])('%s are counted, not checked', async (_, fields) => {
    const { errors } = await gateway.send(createDocument, { input: { ...input, ...fields } });
    expect(errors).toMatchObject([
      {
        message: 'The variables have more than 5000 values. Send fewer at a time.',
        extensions: { code: 'BAD_USER_INPUT', findings: [{ path: 'variables', rule: 'too-many-values' }] },
      },
    ]);
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('variables that the document does not define are counted too', async () => {
    const other = Array.from({ length: 5_001 }, () => 0);
    expect(await answerTo(query('{ viewer { id } }', { other }))).toEqual({ broken: [], code: 'BAD_USER_INPUT' });
  });

  test('1,000 tags are invalid input, with findings', async () => {
    const tags = Array.from({ length: 1_000 }, (_, index) => ({ key: `k${index}`, value: '' }));
    expect(await gateway.create({ clientRequestToken: 'many', tags })).toMatchObject({
      refusal: { code: 'INVALID_INPUT', findings: [{ path: 'tags' }] },
    });
  });

  test('100,000 wrong values in one variable', async () => {
    const tags = Array.from({ length: 100_000 }, () => 1);
    expect(await answerTo(query(createDocument, { input: { tags } }))).toEqual({ broken: [], code: 'BAD_USER_INPUT' });
  });
});

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
  // oxlint-disable-next-line typescript/no-deprecated -- what Apollo Server passes
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
