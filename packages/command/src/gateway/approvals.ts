import type { Value } from '../aws/value.ts';
import type { Approval, ApprovalStatus } from '../../../client/src/client/approval.ts';
import type { Refusal } from '../../../client/src/client/result.ts';

import { shortApprovalId } from '../../../client/src/client/short-ids.ts';
import type { LinkOf } from './page-url.ts';

type ApprovalRequired = Extract<Refusal, { __typename: 'ApprovalRequired' }>;
type Need = ApprovalRequired['needs'][number];
type Vote = ApprovalStatus['needs'][number]['approvedBy'][number];

/**
 * What a refusal says of its approval, a line each. The message of one that ended says how.
 *
 * @param link on the page; null without one
 */
export function approvalLines(
  { approval, needs, retryable }: ApprovalRequired,
  link: string | null,
): readonly string[] {
  if (approval === null) return needs.map(needLine);
  return retryable ? [...pendingLines(approval), ...linkLines(link)] : [];
}

/**
 * What a refusal says of its approval, in a line.
 *
 * @param link on the page; null without one
 */
export function heldText({ approval, needs, message }: ApprovalRequired, link: string | null): string {
  if (approval === null) return message;
  const groups = needs.map((need) => `group ${approversText(need)}`).join(', ');
  const onPage = link === null ? '' : `, or ${link}`;
  return `Approvers: ${groups}. To approve it: pod-identity approve ${approval.id}${onPage}`;
}

/** What a refusal says of its approval, as fields of the structured formats of errors. */
export function approvalFields({ approval, needs }: ApprovalRequired): Readonly<Record<string, Value>> {
  return {
    ...(approval && { ApprovalId: approval.id, ApprovalState: approval.state, ExpiresAt: approval.expiresAt }),
    Needs: needs.map((need) => ({ ...need })),
  };
}

/** Makes the function that says what became of an approval that is waited for, once with its link. */
export function approvalTeller(say: (line: string) => void, linkOf: LinkOf): (approval: ApprovalStatus) => void {
  let known: string | null = null;
  return (approval) => {
    if (approval.id !== known) {
      for (const line of ['The request waits for an approval.', ...pendingLines(approval)]) say(line);
      void linkOf(approval.id).then((link) => linkLines(link).forEach(say));
    } else for (const line of changedLines(approval)) say(line);
    known = approval.id;
  };
}

/** What is asked for and by whom, for a person who is about to vote. Names are of others: they can't forge a line. */
export function requestLines(approval: Approval): readonly string[] {
  const { operation, principal, actor, onBehalfOf, reason, target, request, before, needs } = approval;
  const through = actor === null ? '' : ` through ${actor.principalId}`;
  const inName = onBehalfOf === null ? '' : ` for ${onBehalfOf}`;
  const { clusterName, namespace, serviceAccount, accountId, region } = target;
  const settings = Object.entries(request).flatMap(([name, value]) => settingText(name, value) ?? []);
  return [
    `${principal.principalId}${through}${inName} asks for ${operation}`,
    `Reason: ${reason ?? 'not given'}`,
    `For ${namespace}/${serviceAccount} in cluster ${clusterName} (${accountId}, ${region})`,
    ...settings,
    ...(before === null ? [] : [`When asked: ${before.roleArn}`]),
    ...needs.map(needLine),
    `Approval: ${approval.id}, until ${approval.expiresAt}`,
  ].map(onOneLine);
}

/** A setting of a request; null if it is not given. */
function settingText(name: string, value: unknown): string | null {
  const isGiven =
    value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
  return isGiven ? `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}` : null;
}

function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16) ?? ''}}`);
}

function pendingLines({ id, needs, expiresAt }: ApprovalStatus): readonly string[] {
  return [
    ...needs.map(needLine),
    `Approval: ${id} (short ID ${shortApprovalId(id)}), until ${expiresAt}`,
    `To approve it: pod-identity approve ${id}`,
  ];
}

function linkLines(link: string | null): readonly string[] {
  return link === null ? [] : [`On the page: ${link}`];
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
