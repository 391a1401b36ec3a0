import { stringify } from 'safe-stable-stringify';
import { sha256 } from '../../idempotency/record.ts';
import type { ApprovalBinding } from '../../model/approval.ts';
import type { ApprovalNeed } from '../../model/approval-vote.ts';
import type { Association } from '../../model/association.ts';
import type { AuditContext } from '../../model/audit.ts';
import type { Decision } from '../../model/decision.ts';
import { settingsOf } from '../../model/setting-fields.ts';

/**
 * What an approval of a request is bound to, as policy decided now. The delete that an expiry is
 * uses no other part of the inventory than the request. `before` is the association before the
 * operation; null for a create.
 */
export function bindingOf(
  needs: readonly ApprovalNeed[],
  { slice }: Pick<Decision, 'slice'>,
  { before, declaration }: Pick<AuditContext, 'before' | 'declaration'>,
): ApprovalBinding {
  return {
    needs: needs.toSorted((one, other) => (one.policyId < other.policyId ? -1 : 1)),
    sliceHash: sha256(stringify(slice)),
    ...(declaration === undefined ? {} : { declaration }),
    before: before && { settingsHash: sha256(stringify(shownOf(before))), modifiedAt: before.modifiedAt },
  };
}

/** What approvers see of an association that others can change. */
function shownOf(association: Association) {
  const tags = association.tags.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  return [association.associationId, settingsOf(association), tags];
}

/** What changed since an approval was asked for, as parts of a sentence; empty if it fits. */
export function changesBetween(asked: ApprovalBinding, now: ApprovalBinding): readonly string[] {
  const isChanged = stringify(asked.before) !== stringify(now.before);
  return [
    ...needChanges(asked.needs, now.needs),
    ...(asked.sliceHash === now.sliceHash ? [] : ['the part of the inventory that policy uses changed']),
    ...(isChanged ? ['the association changed'] : []),
    ...(asked.declaration === now.declaration ? [] : ['the request is of another declaration']),
  ];
}

function needChanges(asked: readonly ApprovalNeed[], now: readonly ApprovalNeed[]): string[] {
  const before = new Map(asked.map((need) => [keyOf(need), need]));
  const after = new Set(now.map(keyOf));
  const added = now.flatMap((need) => {
    const known = before.get(keyOf(need));
    if (known === undefined) return [`the policy ${need.policyId} asks for an approval too`];
    const isSame = known.policyHash === need.policyHash && known.group === need.group && known.count === need.count;
    return isSame ? [] : [`the policy ${need.policyId} changed`];
  });
  const gone = asked.filter((need) => !after.has(keyOf(need)));
  return [...added, ...gone.map(({ policyId }) => `the policy ${policyId} asks for no approval any more`)];
}

/** A policy can ask for an approval of the request and of the delete that its expiry is. */
function keyOf({ policyId, operation }: ApprovalNeed): string {
  return operation === undefined ? policyId : `${policyId} ${operation}`;
}
