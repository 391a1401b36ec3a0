import { toCedar } from '../entities/entities.ts';
import { sessionPolicyOf } from '../entities/session-policy.ts';
import type { InventorySlice, Violation } from '../../model/decision.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy.ts';
import type { Engine } from './engine.ts';
import { sessionPolicyNotRead } from './explain.ts';
import type { Verdict } from './on-behalf-of.ts';

/** A session policy whose text can't be read, on which policies depend. */
interface UnreadSessionPolicy {
  readonly violation: Violation;
  /** The policies that use it. */
  readonly readers: readonly string[];
}

/** Null if the session policy can be read, if there is none, or if no policy uses it. */
export function unreadSessionPolicy(
  engine: Engine,
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
): UnreadSessionPolicy | null {
  const policy = sessionPolicyOf(request);
  if (policy?.kind !== 'unreadable') return null;
  const readers = engine.sessionPolicyReaders(toCedar(context, request, slice));
  return readers.length === 0 ? null : { violation: sessionPolicyNotRead(policy.problem), readers };
}

/**
 * The denial of a request whose session policy can't be read. It has the violations of other
 * policies too: what those that use it decided about an absent one says nothing.
 */
export function withUnread(
  { violation, readers }: UnreadSessionPolicy,
  { policyIds, violations, ...verdict }: Verdict,
) {
  const isDenied = !verdict.allowed && !verdict.needsApproval;
  const isOther = (id: string) => isDenied && !readers.includes(id);
  return {
    policyIds: policyIds.filter(isOther),
    violations: [violation, ...violations.filter(({ policyId }) => isOther(policyId))],
  };
}
