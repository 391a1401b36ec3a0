import { approvalKeyOf, fingerprintOf } from '../../idempotency/record.ts';
import type { ApprovalStore } from '../../ledger/approvals.ts';
import type { Approval } from '../../model/approval.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import { mayBePermitted, validatedRequest } from './known-states.ts';
import type { ChangeToCheck, Permissions, RequestToCheck } from './known-states.ts';

/**
 * The approvals of changes, read in one batch once the first of them needs one: those of the
 * changes that are valid and may be permitted. That of the change of a desired state is read alone.
 */
export function knownApprovals(
  permissions: Permissions,
  approvals: Pick<ApprovalStore, 'getApproval' | 'getApprovals'>,
  identity: RequestIdentity,
  changes: readonly ChangeToCheck[],
): Pick<ApprovalStore, 'getApproval'> {
  const readAll = async () => {
    const keys = [
      ...new Set(
        changes.flatMap((change) => (change.kind === 'ENSURE' ? [] : (keyOf(permissions, identity, change) ?? []))),
      ),
    ];
    const found = await approvals.getApprovals(keys);
    return new Map(keys.map((key, index) => [key, found[index] ?? null]));
  };
  let reading: Promise<ReadonlyMap<string, Approval | null>> | null = null;
  return {
    getApproval: async (key) => {
      const known = (await (reading ??= readAll())).get(key);
      return known === undefined ? approvals.getApproval(key) : known;
    },
  };
}

function keyOf(permissions: Permissions, identity: RequestIdentity, change: RequestToCheck): string | null {
  const validated = validatedRequest(change, permissions.home);
  if (validated.kind === 'invalid' || !mayBePermitted(permissions, identity, change)) return null;
  const { onBehalfOf, request } = validated;
  return approvalKeyOf({ identity, onBehalfOf, operation: change.kind, fingerprint: fingerprintOf(request) });
}
