import { buildASTSchema, GraphQLScalarType, isAbstractType, isObjectType } from 'graphql';
import type { GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema, GraphQLTypeResolver } from 'graphql';
import type { Resolvers } from '../generated/resolvers.ts';
import type { RequestContext } from '../queries/terms/request-context.ts';
import { schemaDocument } from './schema-document.ts';

/**
 * The resolvers of a type, by field; `__resolveType` for an interface or a union; the
 * implementation of a scalar.
 */
type TypeResolvers = Readonly<Record<string, unknown>> | GraphQLScalarType;

/**
 * The schema with its resolvers, without what `makeExecutableSchema` of GraphQL Tools does for
 * schemas in several parts. Throws an Error for a resolver of a type or a field that the schema
 * does not have.
 */
export function makeSchema(resolvers: Resolvers): GraphQLSchema {
  // `npm run codegen` and the tests validate the schema.
  const schema = buildASTSchema(schemaDocument, { assumeValid: true, assumeValidSDL: true });
  for (const [type, ofType] of Object.entries(resolvers)) placeResolvers(schema, type, ofType);
  return schema;
}

function placeResolvers(schema: GraphQLSchema, typeName: string, resolvers: TypeResolvers): void {
  const type = schema.getType(typeName);
  if (resolvers instanceof GraphQLScalarType && type instanceof GraphQLScalarType) {
    const { serialize, parseValue, parseLiteral } = resolvers;
    Object.assign(type, { serialize, parseValue, parseLiteral });
    return;
  }
  const { __resolveType: resolveType, ...ofFields } = resolvers as Readonly<Record<string, unknown>>;
  if (isObjectType(type) && resolveType === undefined) placeWhenRead(type, ofFields);
  else if (isAbstractType(type) && Object.keys(ofFields).length === 0) {
    type.resolveType = resolveType as GraphQLTypeResolver<unknown, RequestContext>;
  } else throw missing(typeName, Object.keys(resolvers)[0]);
}

/** Places the resolvers of fields when these are read first: a request reads those of few types. */
function placeWhenRead(type: GraphQLObjectType, resolvers: Readonly<Record<string, unknown>>): void {
  const getFields = type.getFields.bind(type);
  let placed: ReturnType<typeof getFields> | null = null;
  const place = () => {
    const fields = getFields();
    for (const [name, resolver] of Object.entries(resolvers)) {
      const field = fields[name];
      if (field === undefined) throw missing(type.name, name);
      field.resolve = resolver as GraphQLFieldResolver<unknown, RequestContext>;
    }
    return fields;
  };
  type.getFields = () => (placed ??= place());
}

const missing = (typeName: string, name = '') =>
  new Error(`The schema has no ${typeName}.${name}, for which there is a resolver.`);
