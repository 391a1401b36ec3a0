import { GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { FieldNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';
import { operations } from '../operations/operations.ts';

/** The names of the queries that add an entry to the audit trail. */
const dryRuns: readonly string[] = Object.values(operations).map(({ action }) => `check${action}`);

/**
 * A request may contain one field that writes: a mutation, whose time limit is that of one operation, so that a batch would
 * time out halfway; or a dry run, which adds an entry to the audit trail.
 */
export const oneWrite: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    const isMutation = operation.operation === OperationTypeNode.MUTATION;
    const writes = ({ name }: FieldNode) => isMutation || dryRuns.includes(name.value);
    const [, second] = rootFields(context, operation.selectionSet, new Set()).filter(writes);
    if (!second) return;
    const message = `A request may contain one ${isMutation ? 'mutation' : 'check'} field: send a request for each.`;
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

/** The fields of a selection set. Visits each fragment once, as execution does: fragments can spread each other many times. */
function rootFields(context: ValidationContext, { selections }: SelectionSetNode, visited: Set<string>): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(context, selection.selectionSet, visited);
    const name = selection.name.value;
    if (visited.has(name)) return [];
    visited.add(name);
    const fragment = context.getFragment(name);
    return fragment ? rootFields(context, fragment.selectionSet, visited) : [];
  });
}
