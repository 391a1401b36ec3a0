import type { Association } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { Decision } from '../../model/decision.ts';
import type { Difference, Refusal } from '../../model/refusal.ts';
import type { Warning } from '../../model/warning.ts';
import type { EnsureChange } from '../ensure/result.ts';

/** What a change would be answered, as far as policy and what was observed can tell. */
export interface CheckedChange {
  /** The change that a desired state needs; null for another one, and if it is not valid. */
  readonly change: EnsureChange | null;
  /** That a desired state needs no change, and is not the declaration's. */
  readonly warnings: readonly Warning[];
  /** Whether it would be sent to EKS. */
  readonly wouldBeAttempted: boolean;
  /** As in a dry run. */
  readonly onlyAsDryRun: boolean;
  readonly refusal: Refusal | null;
  /** Null if it is not valid, its association is not known, or it depends on role attributes. */
  readonly decision: Decision | null;
  /**
   * The roles whose attributes decide: they were not read. Empty if the decision does not depend on
   * them.
   */
  readonly unknownRoles: readonly string[];
  /**
   * The observed association of the service account; null if there is none that the principal may
   * view.
   */
  readonly existing: Association | null;
  readonly differences: readonly Difference[] | null;
  /**
   * How often the association changed or may have. 0 also where the change is not valid, and unless
   * policy allows it, only approvals are missing, or the principal may view the association: it
   * would tell which service accounts of others have one.
   */
  readonly revision: number;
}

/** The results, in the order of the changes. */
export interface CheckedChanges {
  readonly results: readonly CheckedChange[];
  readonly auditEntry: AuditEntry;
}
