import type { Value } from '../aws/value.ts';
import type { ApprovalStatus } from '../../../client/src/client/approval.ts';
import type { Refusal } from '../../../client/src/client/result.ts';

type ApprovalRequired = Extract<Refusal, { __typename: 'ApprovalRequired' }>;
type Need = ApprovalRequired['needs'][number];
type Vote = ApprovalStatus['needs'][number]['approvedBy'][number];

/** What a refusal says of its approval, a line each. The message of one that ended says how. */
export function approvalLines({ approval, needs, retryable }: ApprovalRequired): readonly string[] {
  if (approval === null) return needs.map(needLine);
  return retryable ? pendingLines(approval) : [];
}

/** What a refusal says of its approval, in a line. */
export function heldText({ approval, needs, message }: ApprovalRequired): string {
  if (approval === null) return message;
  const groups = needs.map((need) => `group ${approversText(need)}`).join(', ');
  return `Approvers: ${groups}. To approve it: pod-identity approve ${approval.id}`;
}

/** What a refusal says of its approval, as fields of the structured formats of errors. */
export function approvalFields({ approval, needs }: ApprovalRequired): Readonly<Record<string, Value>> {
  return {
    ...(approval && { ApprovalId: approval.id, ApprovalState: approval.state, ExpiresAt: approval.expiresAt }),
    Needs: needs.map((need) => ({ ...need })),
  };
}

/** Makes the function that says what became of an approval that is waited for. */
export function approvalTeller(say: (line: string) => void): (approval: ApprovalStatus) => void {
  let known: string | null = null;
  return (approval) => {
    if (approval.id !== known)
      for (const line of ['The request waits for an approval.', ...pendingLines(approval)]) say(line);
    else for (const line of changedLines(approval)) say(line);
    known = approval.id;
  };
}

function pendingLines({ id, needs, expiresAt }: ApprovalStatus): readonly string[] {
  return [...needs.map(needLine), `Approval: ${id}, until ${expiresAt}`, `To approve it: pod-identity approve ${id}`];
}

function needLine(need: Need): string {
  return `- Policy ${need.policyId}: ${need.message} Approvers: group ${approversText(need)}.`;
}

function approversText({ group, count }: Need): string {
  return count > 1 ? `${group} (${count} of its members)` : group;
}

function changedLines(approval: ApprovalStatus): readonly string[] {
  const { state, needs } = approval;
  const votes = needs.flatMap(({ approvedBy }) => approvedBy).map(voteText);
  if (state === 'APPROVED') return [`Approved by ${[...new Set(votes)].join(', ')}. The request is sent again.`];
  if (state !== 'PENDING') return endLines(approval);
  return needs.map(
    ({ policyId, count, approvedBy }) => `Policy ${policyId} has ${approvedBy.length} of ${count} approvals.`,
  );
}

function endLines({ id, state, rejectedBy }: ApprovalStatus): readonly string[] {
  return [rejectedBy === null ? `Approval: ${id} (${state})` : `Rejected by ${voteText(rejectedBy)}.`];
}

function voteText({ principal, comment }: Vote): string {
  return comment === null ? principal.principalId : `${principal.principalId} (${comment})`;
}
