import type { Association, AssociationTarget } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { OperationKind } from '../../model/operation.ts';
import type { RequestStatus } from '../../model/outcome-row.ts';
import type { Difference, Refusal } from '../../model/refusal.ts';
import type { Warning } from '../../model/warning.ts';
import type { DryRunResult } from '../dry-run.ts';
import type { MutationResult } from '../terms/result.ts';

/** The change that a desired state needs; the values of `EnsureChange` in the schema. */
export type EnsureChange = 'NONE' | 'CREATE' | 'UPDATE' | 'ADOPT' | 'TAG' | 'UNTAG' | 'DELETE';

/** The result of a desired state. */
export interface EnsureResult {
  readonly status: RequestStatus;
  /** Null if it was refused before one was chosen. */
  readonly change: EnsureChange | null;
  readonly isSettled: boolean;
  /** The service account whose association was read; null: nothing was read. */
  readonly read: AssociationTarget | null;
  /** Between what was read and what is desired; empty if nothing was there. */
  readonly differences: readonly Difference[];
  /** After the change; null if there is none, and unless SUCCEEDED. */
  readonly association: Association | null;
  /** When the association ends: RFC 3339, UTC; null if it does not end by itself. */
  readonly expiresAt: string | null;
  /** Set exactly when REFUSED. */
  readonly refusal: Refusal | null;
  /** Whole seconds; null where waiting does not help. */
  readonly retryAfterSeconds: number | null;
  /** The derived token; null without a change. */
  readonly clientRequestToken: string | null;
  /** Those about the desired state; the change has its own. */
  readonly notices: readonly Warning[];
  /** Null if the request wrote none. */
  readonly auditEntry: AuditEntry | null;
  /** The mutation that was sent; null without one. */
  readonly mutation: { readonly operation: OperationKind; readonly result: MutationResult } | null;
}

/** What a dry run of a desired state finds. */
export interface EnsureCheck {
  readonly change: EnsureChange | null;
  readonly differences: readonly Difference[];
  /** The dry run of the change; null without one. */
  readonly check: DryRunResult | null;
  readonly warnings: readonly Warning[];
}
