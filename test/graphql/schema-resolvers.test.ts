import { graphql, GraphQLScalarType } from 'graphql';
import type { Resolvers } from '../../src/generated/resolvers.ts';
import { makeSchema } from '../../src/graphql/schema.ts';

/** Resolvers of these types only, which the types of the generated resolvers may not have. */
const resolvers = (types: object) => types as Resolvers;

test('a resolver of a field that the schema does not have is an error', () => {
  expect(() => makeSchema(resolvers({ Query: { other: () => null } }))).toThrow('The schema has no Query.other');
});

test('a resolver of a type that the schema does not have is an error', () => {
  expect(() => makeSchema(resolvers({ Other: { create: () => null } }))).toThrow('The schema has no Other.create');
});

test('the implementation of a scalar serializes its values', async () => {
  const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: (value) => `at ${String(value)}` });
  const Query = { gateway: () => ({ deployedAt: 'noon' }) };
  const schema = makeSchema(resolvers({ DateTime, Query }));
  const { data } = await graphql({ schema, source: '{ gateway { deployedAt } }' });
  expect(data).toEqual({ gateway: { deployedAt: 'at noon' } });
});
