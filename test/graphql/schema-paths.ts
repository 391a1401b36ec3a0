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

/** Paths that begin with the same field of the same type. */
export type PathsOfField = readonly [SchemaPath, ...SchemaPath[]];

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

/** Paths by the field and the type that they begin with: one request can follow all of a group. */
export function together(paths: readonly SchemaPath[]): PathsOfField[] {
  const groups = Map.groupBy(paths, ([{ field, type }]) => `${field}<${type.name}`);
  // No group is empty.
  return [...groups.values()] as unknown as PathsOfField[];
}

/** One selection with all paths of a field, of its type: every field of scalars at the end of each, and the names of the types on the way. */
export function selectionOf(paths: PathsOfField): string {
  const [[{ type }]] = paths;
  return selectionAfter(
    paths.map(([, ...rest]) => rest),
    type,
  );
}

/** The selection of a type with what follows of each path: nothing where it ends. */
function selectionAfter(rests: readonly (readonly Step[])[], type: GraphQLObjectType): string {
  const isEnd = rests.some(({ length }) => length === 0);
  const steps = Map.groupBy(
    rests.filter(({ length }) => length > 0),
    ([next]) => `${next?.field}<${next?.type.name}`,
  );
  const selections = [...steps.values()].flatMap((following) => {
    const step = following[0]?.[0];
    if (step === undefined) return [];
    const inner = selectionAfter(
      following.map(([, ...rest]) => rest),
      step.type,
    );
    return [`${step.field} { ${step.isAbstract ? `__typename ... on ${step.type.name} { ${inner} }` : inner} }`];
  });
  return ['__typename', ...(isEnd ? [leavesOf(type)] : []), ...selections].join(' ');
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
