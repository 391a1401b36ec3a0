import { derivedToken } from '../../idempotency/derived-token.ts';
import { fingerprintOf } from '../../idempotency/record.ts';
import type { RequestedOperation } from '../../model/operation.ts';
import type { DesiredBy } from './read.ts';

/**
 * The token of a change: from the desired state and its declaration, and from the request, which has
 * all that was read: revision, id and `modifiedAt`, and tags where they are changed. So it stands for
 * one kind of change, and a request that read anything else has another one.
 */
export function tokenOf(
  { desired: { target, association }, declaration }: Pick<DesiredBy, 'desired' | 'declaration'>,
  { operation, request }: RequestedOperation,
): string {
  return derivedToken([target, association, declaration, operation, fingerprintOf(request)]);
}
