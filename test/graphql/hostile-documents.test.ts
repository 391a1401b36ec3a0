import { buildSchema, Kind, parse, TypeInfo, ValidationContext, visit } from 'graphql';
import type { FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { typeDefs } from '../../src/generated/schema.ts';
import { oneMutation } from '../../src/graphql/rules.ts';
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
function checkOneMutation(source: string) {
  const document = parse(source);
  const errors: string[] = [];
  const context = new ValidationContext(schema, document, new TypeInfo(schema), ({ message }) => errors.push(message));
  const getFragment = jest.spyOn(context, 'getFragment');
  visit(document, oneMutation(context));
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
  test('is checked for a second mutation with one visit of each fragment', () => {
    const { errors, lookups } = checkOneMutation(
      `mutation { ...F0 } ${chain('Mutation', 'a: __typename b: __typename')}`,
    );
    expect(errors).toEqual(['A request may contain one mutation field: send a request for each.']);
    expect(lookups).toBeLessThanOrEqual(fragmentCount);
  });

  test('may spread one mutation field many times, since GraphQL executes it once', () => {
    expect(checkOneMutation(`mutation { ...F0 } ${chain('Mutation', '__typename')}`).errors).toEqual([]);
  });

  test('has its selection read with one visit of each fragment', () => {
    const { fields, lookups } = select(`{ list { nodes { ...F0 } } } ${chain('PodIdentityAssociation', 'id roleArn')}`);
    expect(fields).toEqual(['id', 'roleArn']);
    expect(lookups).toBeLessThanOrEqual(fragmentCount);
  });

  test('is checked, and its selection read, if the fragments form a cycle', () => {
    const cycle = 'fragment F0 on Mutation { __typename ...F1 } fragment F1 on Mutation { ...F0 }';
    expect(checkOneMutation(`mutation { ...F0 } ${cycle}`).errors).toEqual([]);
    expect(select(`{ list { nodes { ...F0 } } } ${cycle}`).fields).toEqual(['__typename']);
  });
});

test('a fragment that is skipped in one place is selected in another', () => {
  const fragment = 'fragment F on PodIdentityAssociation { roleArn }';
  expect(select(`{ list { nodes { ...F @skip(if: true) ...F } } } ${fragment}`).fields).toEqual(['roleArn']);
});
