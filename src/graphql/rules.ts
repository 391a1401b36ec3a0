import { GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { FieldNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';

/**
 * A request may name one mutation, once. Its time and its answers are those of one operation; a batch would run out of
 * the function's time in the middle.
 */
export const oneMutation: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== OperationTypeNode.MUTATION) return;
    const [, second] = rootFields(context, operation.selectionSet, new Set());
    if (!second) return;
    const message = 'A request may name one mutation, once: send one request for each.';
    context.reportError(new GraphQLError(message, { nodes: second }));
  },
});

/** Makes a limit's rejection one of the findings of validation, which the rules would otherwise throw as a bug. */
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
