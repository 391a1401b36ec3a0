import { GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { FieldNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';

/**
 * A request may contain one mutation field. Its time limit is that of one operation; a batch would time out halfway.
 */
export const oneMutation: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== OperationTypeNode.MUTATION) return;
    const [, second] = rootFields(context, operation.selectionSet, new Set());
    if (!second) return;
    const message = 'A request may contain one mutation field: send a request for each.';
    context.reportError(new GraphQLError(message, { nodes: second }));
  },
});

/** Reports a limit's rejection as a validation error; by default these rules throw, which becomes an internal error. */
export const reported = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) =>
      context?.reportError(new GraphQLError(error.message.replace(/^Syntax Error: /, ''))),
  ],
};

function rootFields(context: ValidationContext, { selections }: SelectionSetNode, seen: Set<string>): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(context, selection.selectionSet, seen);
    const fragment = context.getFragment(selection.name.value);
    if (!fragment || seen.has(fragment.name.value)) return [];
    return rootFields(context, fragment.selectionSet, new Set([...seen, fragment.name.value]));
  });
}
