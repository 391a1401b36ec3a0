import type { Association, AssociationTarget, MutationRequest } from '../model/association.ts';
import type { OperationKind } from '../model/audit.ts';
import type { Decision } from '../model/decision.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { AuthorizationContext } from '../policy/policy.ts';

/** A mutation under way, valid and allowed: who asks for what, since when and until when. */
export interface Call<Request extends MutationRequest = MutationRequest> {
  readonly operation: OperationKind;
  readonly identity: RequestIdentity;
  readonly request: Request;
  /** What it is about; of an association that exists, as EKS told it. */
  readonly target: AssociationTarget;
  /** The association as it was when it was read for this request; null for a create. */
  readonly before: Association | null;
  /** The caller's, or one made here. */
  readonly clientRequestToken: string;
  readonly reason: string | null;
  readonly onBehalfOf: string | null;
  readonly decision: Decision;
  /** `t0` of the protocol: read before anything was written. Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When the answer must be on its way. Milliseconds since the epoch. */
  readonly deadline: number;
}

/** Left of a request's time for what comes after EKS: one transaction, and the answer. */
const finishMs = 4_000;

/** Until when a request may wait for the ledger's claim, and for EKS. Milliseconds since the epoch. */
export function workDeadline({ deadline }: Pick<Call, 'deadline'>): number {
  return deadline - finishMs;
}

/** Who asks, for policy. */
export function authorizationContextOf(
  call: Pick<Call, 'identity' | 'reason' | 'onBehalfOf' | 'startedAt'>,
): AuthorizationContext {
  return { identity: call.identity, onBehalfOf: call.onBehalfOf, hasReason: call.reason !== null, now: call.startedAt };
}
