import { approvalKeyOf, fingerprintOf } from '../../idempotency/record.ts';
import type { ApprovalStore } from '../../ledger/approvals.ts';
import type { Approval } from '../../model/approval.ts';
import type { OperationKind } from '../../model/operation.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import type { InputOf } from '../terms/admission.ts';
import { operationOf } from '../kinds/operations.ts';
import { mayBePermitted } from './known-states.ts';
import type { ChangeToCheck, Permissions } from './known-states.ts';

/**
 * The approvals of changes, read in one batch once the first of them needs one: those of the
 * changes that are valid and may be permitted.
 */
export function knownApprovals(
  permissions: Permissions,
  approvals: Pick<ApprovalStore, 'getApprovals'>,
  identity: RequestIdentity,
  changes: readonly ChangeToCheck[],
): Pick<ApprovalStore, 'getApproval'> {
  const readAll = async () => {
    const keys = [...new Set(changes.flatMap((change) => keyOf(permissions, identity, change) ?? []))];
    const found = await approvals.getApprovals(keys);
    return new Map(keys.map((key, index) => [key, found[index] ?? null]));
  };
  let reading: Promise<ReadonlyMap<string, Approval | null>> | null = null;
  return { getApproval: async (key) => (await (reading ??= readAll())).get(key) ?? null };
}

function keyOf<Kind extends OperationKind>(
  permissions: Permissions,
  identity: RequestIdentity,
  change: { readonly kind: Kind; readonly input: InputOf[Kind] },
): string | null {
  const validated = operationOf<Kind>(change.kind).validate(change.input, permissions.home);
  if (validated.kind === 'invalid' || !mayBePermitted(permissions, identity, change)) return null;
  const { onBehalfOf, request } = validated;
  return approvalKeyOf({ identity, onBehalfOf, operation: change.kind, fingerprint: fingerprintOf(request) });
}
