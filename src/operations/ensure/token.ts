import { derivedToken } from '../../idempotency/derived-token.ts';
import { fingerprintOf } from '../../idempotency/record.ts';
import type { RequestedOperation } from '../../model/operation.ts';
import type { DesiredBy } from './desired-by.ts';

/**
 * The token of a change: from the desired state, its terms and its declaration, and from the request, which has
 * all that was read: revision, id and `modifiedAt`, and tags where they are changed. So it stands for
 * one kind of change, and a request that read anything else has another one.
 */
export function tokenOf(
  { desired: { target, association, takeOver, attempt }, declaration }: Pick<DesiredBy, 'desired' | 'declaration'>,
  { operation, request }: RequestedOperation,
): string {
  return derivedToken([target, association, takeOver, attempt, declaration, operation, fingerprintOf(request)]);
}
