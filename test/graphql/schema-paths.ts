import { getNamedType, isAbstractType, isLeafType, isObjectType } from 'graphql';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';

/** A step of a path: a field and, where its type is abstract, the object type that is selected of it. */
interface Step {
  readonly field: string;
  readonly type: GraphQLObjectType;
  readonly isAbstract: boolean;
}

/** A path from a root field to an object type. */
export type SchemaPath = readonly [Step, ...Step[]];

/** How often one type can occur on a path: twice is enough to leave an object and to return to its type. */
const maxVisits = 2;

/** Every path from the fields of a root type to one of the target types, of at most `maxDepth` fields. */
export function pathsTo(
  schema: GraphQLSchema,
  root: GraphQLObjectType,
  targets: readonly string[],
  maxDepth: number,
): SchemaPath[] {
  const found: SchemaPath[] = [];
  const extend = (path: readonly Step[], from: GraphQLObjectType) => {
    for (const [field, { type }] of Object.entries(from.getFields())) {
      const named = getNamedType(type);
      if (isLeafType(named) || path.length === maxDepth) continue;
      const isAbstract = isAbstractType(named);
      const types = isAbstractType(named) ? schema.getPossibleTypes(named) : isObjectType(named) ? [named] : [];
      for (const next of types) {
        if (path.filter((step) => step.type === next).length === maxVisits) continue;
        const longer: SchemaPath = [...path, { field, type: next, isAbstract }] as unknown as SchemaPath;
        if (targets.includes(next.name)) found.push(longer);
        extend(longer, next);
      }
    }
  };
  extend([], root);
  return found;
}

/** A path as text: `auditTrail.nodes.before`. */
export function pathText(path: SchemaPath): string {
  return path.map(({ field, type, isAbstract }) => (isAbstract ? `${field}<${type.name}>` : field)).join('.');
}

/**
 * The selection of a path: every field of scalars at its end, and the ids on the way. `rootArguments` follow the first field.
 */
export function selectionOf(path: SchemaPath, rootArguments: string): string {
  return path.reduceRight((inner, { field, type, isAbstract }, index) => {
    const selected = inner === '' ? leavesOf(type) : inner;
    const selection = isAbstract ? `__typename ... on ${type.name} { ${selected} }` : `__typename ${selected}`;
    return `${field}${index === 0 ? rootArguments : ''} { ${selection} }`;
  }, '');
}

/** The fields of a type that hold scalars or objects of scalars. */
function leavesOf(type: GraphQLObjectType): string {
  return Object.entries(type.getFields())
    .flatMap(([name, field]) => {
      const named = getNamedType(field.type);
      if (isLeafType(named)) return [name];
      const fields = isObjectType(named) ? Object.entries(named.getFields()) : [];
      const isFlat = fields.length > 0 && fields.every(([, { type: inner }]) => isLeafType(getNamedType(inner)));
      return isFlat ? [`${name} { ${fields.map(([inner]) => inner).join(' ')} }`] : [];
    })
    .join(' ');
}
