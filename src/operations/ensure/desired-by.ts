import type { AuthorizationContext } from '../../policy/policy.ts';
import type { DesiredState } from '../../validation/ensure.ts';

/** A valid desired state, and who desires it. */
export interface DesiredBy {
  readonly desired: DesiredState;
  readonly declaration: string | null;
  readonly authorization: AuthorizationContext;
  /** When reads must have been answered. Milliseconds since the epoch. */
  readonly readUntil: number;
}
