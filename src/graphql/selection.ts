import { getDirectiveValues, GraphQLIncludeDirective, GraphQLSkipDirective, Kind } from 'graphql';
import type { FieldNode, GraphQLResolveInfo, SelectionNode, SelectionSetNode } from 'graphql';

type Selected = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues'>;

/**
 * Names of the fields that a request selects at the end of a path below the current field.
 * Fragments, `@skip` and `@include` are evaluated as in execution. No field of the path may be of
 * an interface or union type.
 */
export function selectedFields(info: Selected, path: readonly string[]): Set<string> {
  let fields: readonly FieldNode[] = info.fieldNodes;
  for (const name of path) fields = below(info, fields).filter((field) => field.name.value === name);
  return new Set(below(info, fields).map((field) => field.name.value));
}

function below(info: Selected, fields: readonly FieldNode[]): FieldNode[] {
  const visited = new Set<string>();
  return fields.flatMap(({ selectionSet }) => (selectionSet ? fieldsOf(info, selectionSet, visited) : []));
}

/**
 * The fields of a selection set. Visits each fragment once, as execution does: fragments can spread
 * each other many times.
 */
function fieldsOf(info: Selected, { selections }: SelectionSetNode, visited: Set<string>): FieldNode[] {
  return selections
    .filter((selection) => isIncluded(info, selection))
    .flatMap((selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return [selection];
        case Kind.INLINE_FRAGMENT:
          return fieldsOf(info, selection.selectionSet, visited);
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          if (visited.has(name)) return [];
          visited.add(name);
          const fragment = info.fragments[name];
          return fragment ? fieldsOf(info, fragment.selectionSet, visited) : [];
        }
      }
    });
}

function isIncluded({ variableValues }: Selected, selection: SelectionNode): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues);
  return skip?.if !== true && include?.if !== false;
}
