import type { Approval } from '../../model/approval.ts';
import type { RequestIdentity } from '../../model/principal.ts';

/**
 * Whether an identity is the one that asked: the same principal, through the same actor. A person
 * without the service through which they asked is another one, and so is the service alone.
 */
export function isAskedBy(
  { requested }: Pick<Approval, 'requested'>,
  { principal, actor }: Pick<RequestIdentity, 'principal' | 'actor'>,
): boolean {
  return requested.principal.id === principal.id && (requested.actor?.id ?? null) === (actor?.id ?? null);
}
