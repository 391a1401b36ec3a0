import { getNamedType, isAbstractType, isLeafType, isObjectType, isRequiredArgument } from 'graphql';
import type { GraphQLNamedType, GraphQLSchema } from 'graphql';

/**
 * Every field of a type that needs no argument, and of the types that it leads to: each type once on a path, up to so many
 * fields deep, without those of a name, or of a type and a name, in `left`.
 */
export function wholeSelection(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  depth: number,
  left: readonly string[] = [],
  path: readonly GraphQLNamedType[] = [],
): string {
  if (isAbstractType(type)) {
    const parts = schema
      .getPossibleTypes(type)
      .map((one) => `... on ${one.name} { ${wholeSelection(schema, one, depth, left, path)} }`);
    return ['__typename', ...parts].join(' ');
  }
  if (!isObjectType(type)) return '';
  const selections = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    if (left.includes(field.name) || left.includes(`${type.name}.${field.name}`) || field.args.some(isRequiredArgument))
      return [];
    if (isLeafType(inner)) return [field.name];
    if (depth === 1 || [...path, type].includes(inner)) return [];
    return [`${field.name} { ${wholeSelection(schema, inner, depth - 1, left, [...path, type])} }`];
  });
  return ['__typename', ...selections].join(' ');
}
