import { GraphQLError, Kind } from 'graphql';
import type { ASTNode, DocumentNode, FieldNode, ValidationRule } from 'graphql';

/**
 * The most parts of a document. The validation of GraphQL compares fields of the same name, and
 * fragments, with each other, so its time grows with the square of their number, and a long cycle
 * of fragments exhausts the call stack. A selection of every field of the schema has about half as
 * many.
 */
const limits: Readonly<Partial<Record<ASTNode['kind'], { readonly most: number; readonly name: string }>>> = {
  [Kind.FIELD]: { most: 500, name: 'fields' },
  [Kind.FRAGMENT_DEFINITION]: { most: 50, name: 'fragments' },
  [Kind.FRAGMENT_SPREAD]: { most: 200, name: 'fragment spreads' },
  [Kind.OPERATION_DEFINITION]: { most: 10, name: 'operations' },
};

/**
 * Rejects a document with too many parts before any other rule looks at it. Visits each part of the
 * document once.
 */
export const boundedDocument: ValidationRule = (context) => ({
  Document(document) {
    const message = tooManyParts(document);
    if (message === null) return undefined;
    context.reportError(new GraphQLError(message));
    // Null removes the document from the traversal, so that no rule visits what it contains.
    return null;
  },
});

function tooManyParts(document: DocumentNode): string | null {
  const counts = new Map<ASTNode['kind'], number>();
  const waiting: ASTNode[] = [document];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const { kind } = node;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const limit = limits[kind];
    if (limit && count > limit.most)
      return `The document has more than ${limit.most} ${limit.name}. Send several requests.`;
    waiting.push(...partsOf(node));
  }
  return null;
}

/**
 * The definitions of a document, and the selections of a definition, a field or an inline fragment.
 */
function partsOf(node: ASTNode): readonly ASTNode[] {
  const { definitions, selectionSet } = node as Partial<
    Pick<DocumentNode, 'definitions'> & Pick<FieldNode, 'selectionSet'>
  >;
  return definitions ?? selectionSet?.selections ?? [];
}
