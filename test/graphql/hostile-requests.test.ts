import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/local-gateway/src/sqlite/ledger.ts';
import { createDocument } from '../support/documents.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { brokenRules } from '../reliability/fuzz/fuzz.ts';

let ledger: Ledger;
let gateway: Gateway;

beforeAll(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger });
});

beforeEach(() => void gateway.logged.splice(0));

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

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

describe('a hostile request is answered without an internal error, an error in the log or internals in the answer', () => {
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
