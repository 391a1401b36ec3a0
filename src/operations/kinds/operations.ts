import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { adoptOperation } from './adopt.ts';
import { createOperation } from './create.ts';
import { deleteOperation } from './delete.ts';
import type { Operation, RequestSummary } from '../terms/operation.ts';
import { tagOperation, untagOperation } from './tags.ts';
import { updateOperation } from './update.ts';

/** Every operation. Complete by type: an operation without a row does not compile. */
export const operations = {
  CREATE_POD_IDENTITY_ASSOCIATION: createOperation,
  UPDATE_POD_IDENTITY_ASSOCIATION: updateOperation,
  DELETE_POD_IDENTITY_ASSOCIATION: deleteOperation,
  ADOPT_POD_IDENTITY_ASSOCIATION: adoptOperation,
  TAG_POD_IDENTITY_ASSOCIATION: tagOperation,
  UNTAG_POD_IDENTITY_ASSOCIATION: untagOperation,
} satisfies { readonly [Kind in OperationKind]: Operation<Kind> };

/**
 * The declaration of an operation; keeps the connection between kind and request for the compiler.
 */
export function operationOf<Kind extends OperationKind>(kind: Kind): Operation<Kind> {
  const table: { readonly [K in OperationKind]: Operation<K> } = operations;
  return table[kind];
}

/** What the audit trail shows of a request. */
export function summarize<Kind extends OperationKind>({
  operation,
  request,
}: RequestedOperation<Kind>): RequestSummary {
  return operationOf<Kind>(operation).summarize(request);
}
