import { GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { FieldNode, FragmentDefinitionNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';
import { operations } from '../operations/kinds/operations.ts';

/** The names of the queries that add an entry to the audit trail. */
const dryRuns: readonly string[] = [
  ...Object.values(operations).map(({ action }) => `check${action}`),
  'checkPodIdentityAssociations',
  'checkEnsurePodIdentityAssociation',
  'checkEnsureNoPodIdentityAssociation',
];

/**
 * A request may contain one field that writes: a mutation, whose time limit is that of one
 * operation, so that a batch would time out halfway; or a dry run, which adds an entry to the audit
 * trail.
 */
export const oneWrite: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    const isMutation = operation.operation === OperationTypeNode.MUTATION;
    const writes = ({ name }: FieldNode) => isMutation || dryRuns.includes(name.value);
    const [, second] = rootFields(operation.selectionSet, (name) => context.getFragment(name)).filter(writes);
    if (!second) return;
    const message = `A request may contain one ${isMutation ? 'mutation' : 'check'} field: send a request for each.`;
    context.reportError(new GraphQLError(message, { nodes: second }));
  },
});

/**
 * Reports a limit's rejection as a validation error; by default these rules throw, which becomes an
 * internal error.
 */
export const reported = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) =>
      context?.reportError(new GraphQLError(error.message.replace(/^Syntax Error: /, ''))),
  ],
};

/**
 * Rejects subscriptions. The rules of graphql-js accept fields of an operation whose type the
 * schema does not have.
 */
export const noSubscription: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return;
    const message = 'The schema has no subscriptions: follow an operation IN_PROGRESS with the query operation.';
    context.reportError(new GraphQLError(message, { nodes: operation }));
  },
});

type GetFragment = (name: string) => FragmentDefinitionNode | null | undefined;

/**
 * The fields of a selection set. Visits each fragment once, as execution does: fragments can spread
 * each other many times.
 */
export function rootFields(
  { selections }: SelectionSetNode,
  getFragment: GetFragment,
  visited = new Set<string>(),
): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, getFragment, visited);
    const name = selection.name.value;
    if (visited.has(name)) return [];
    visited.add(name);
    const fragment = getFragment(name);
    return fragment ? rootFields(fragment.selectionSet, getFragment, visited) : [];
  });
}
