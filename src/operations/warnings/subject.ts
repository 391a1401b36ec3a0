import type { AssociationTarget } from '../../model/association.ts';
import type { AuditContext } from '../../model/audit.ts';
import type { OperationKind, RequestOf } from '../../model/operation.ts';
import { isAllowed } from '../terms/decisions.ts';
import type { Operation } from '../terms/operation.ts';

/** An association, as it is or would be, whose pods need credentials. */
export interface PreflightSubject extends AssociationTarget {
  readonly roleArn: string;
  readonly targetRoleArn: string | null;
  /**
   * What identifies the association to its target role; null if it has none, or EKS has not set it
   * yet.
   */
  readonly externalId: string | null;
  readonly disableSessionTags: boolean | null;
}

/** What an association would be after a request. */
export interface DryRunSubject extends PreflightSubject {
  /** Whether it does not exist yet. */
  readonly isNew: boolean;
}

/**
 * What the association would be after a request; null if policy does not allow the request, and for
 * a delete.
 */
export function preflightSubject<Kind extends OperationKind>(
  { expectedState }: Operation<Kind>,
  request: RequestOf[Kind],
  { target, before, ...decisions }: AuditContext,
): DryRunSubject | null {
  const settings = expectedState(request, before)?.settings;
  if (!target || !settings || !isAllowed(decisions)) return null;
  return { ...target, ...settings, externalId: before?.externalId ?? null, isNew: before === null };
}
