import type { PendingLimits } from '../../ledger/approvals.ts';
import type { RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { Approval } from '../../model/approval.ts';
import type { ApprovalNeed, VoidedVote, VoidReason } from '../../model/approval-vote.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { ApprovalRefusal } from '../../model/refusal.ts';

/**
 * The refusal of a request that needs approvals. `approval` is null in a dry run, which asks for
 * none. `changes` are why an earlier approval does not fit, as parts of a sentence.
 */
export function approvalRequired(
  needs: readonly ApprovalNeed[],
  approval: Approval | null,
  changes: readonly string[] = [],
): ApprovalRefusal {
  const notFitting = changes.length === 0 ? '' : ` An earlier approval does not fit any more: ${changes.join(', ')}.`;
  const why = [notFitting, ...voidedTexts(approval?.voidedVotes ?? []).map((text) => ` ${text}`)].join('');
  const missing = needs.map((need) => missingOf(need, approval)).filter((one) => one !== null);
  const message = `Approvals are missing: ${missing.join('; ')}.${why} ${needs.map((need) => need.message).join(' ')}`;
  const given = needs.flatMap(({ advice }) => advice ?? []).join(' ');
  const fields = refusalFields('APPROVAL_REQUIRED', message);
  const advice = given === '' ? fields.advice : `${given} ${fields.advice}`;
  return { ...fields, advice, kind: 'ApprovalRequired', needs, approval };
}

const voidReasons: Readonly<Record<VoidReason, string>> = {
  VOTER_LOCKED: 'a lock was set on the voter, or on the service through which they voted',
  POLICY_DENIED: 'policy does not permit it any more',
  GROUP_NOT_RECORDED: 'policy now compares a group that was not recorded with it',
};

/** Which votes do not count any more and why, a sentence each. */
export function voidedTexts(votes: readonly Pick<VoidedVote, 'principal' | 'time' | 'reason'>[]): readonly string[] {
  return votes.map(({ principal, time, reason }) => {
    return `The vote of ${principal.id} at ${time} does not count any more: ${voidReasons[reason]}.`;
  });
}

/** Which approvals a need lacks; null if it lacks none. */
export function missingOf(
  { policyId, group, count, operation }: ApprovalNeed,
  approval: Pick<Approval, 'votes'> | null,
): string | null {
  const left = count - (approval ? approversOf(approval, policyId).length : 0);
  const of = operation === undefined ? '' : ' (deletion at expiresAt)';
  return left <= 0 ? null : `${left} of the group ${group} for the policy ${policyId}${of}`;
}

/** The votes that approve for a policy. */
export function approversOf({ votes }: Pick<Approval, 'votes'>, policyId: string) {
  return votes.filter(({ vote, policyIds }) => vote === 'APPROVE' && policyIds.includes(policyId));
}

/**
 * The refusal of a request that can't be asked for now. `reason` is a sentence; `advice` is that of
 * the limit by default.
 */
export function notAskedFor(needs: readonly ApprovalNeed[], reason: string, advice?: string): ApprovalRefusal {
  const fields = refusalFields('APPROVAL_LIMIT_REACHED', `${reason} No approval was asked for.`);
  return { ...fields, advice: advice ?? fields.advice, kind: 'ApprovalRequired', needs, approval: null };
}

/**
 * Why a principal may not wait for one more approval: its own limit, or that of the person on whose
 * behalf a service asks.
 */
export function limitText(
  result: 'limit-reached' | 'person-limit-reached',
  { ofPrincipal, ofPerson }: PendingLimits,
  onBehalfOf: string | null,
): string {
  if (result === 'limit-reached') return `You have ${ofPrincipal} pending approvals, as many as you may have.`;
  return `You have ${ofPerson} pending approvals for ${onBehalfOf}, as many as a service may have for a person.`;
}

/** An approval that ended without being used. */
export type EndedApproval = Approval & { readonly state: keyof typeof endings };

const endings = {
  REJECTED: { outcome: 'APPROVAL_REJECTED', textOf: rejection },
  EXPIRED: { outcome: 'APPROVAL_EXPIRED', textOf: expiration },
  WITHDRAWN: { outcome: 'APPROVAL_WITHDRAWN', textOf: withdrawal },
} as const;

/** The final answer of a token whose approval was rejected or withdrawn, or expired. */
export function approvalEnded(approval: EndedApproval): RefusedConclusion {
  const { outcome, textOf } = endings[approval.state];
  const [message, comment] = textOf(approval);
  const { needs } = approval.binding;
  // The trail has the comment in the entry of the vote, where it can be erased.
  const answer = comment === null ? message : `${message.slice(0, -1)}: ${comment}`;
  const refusal: ApprovalRefusal = { ...refusalFields(outcome, answer), kind: 'ApprovalRequired', needs, approval };
  return { outcome, message, refusal, association: null, associationArn: null, eksRequestId: null };
}

/** What became of an approval, as a sentence, and the comment of who decided it. */
type Ending = [message: string, comment: string | null];

/** Who rejected a request when, and with which comment. */
function rejection({ votes }: Approval): Ending {
  const by = votes.find(({ vote }) => vote === 'REJECT');
  const comment = by?.comment ?? '';
  return [`${by?.principal.id} rejected the request at ${by?.time}.`, comment === '' ? null : comment];
}

function expiration(approval: Approval): Ending {
  return [[expiryOf(approval), ...voidedTexts(approval.voidedVotes ?? [])].join(' '), null];
}

function withdrawal(): Ending {
  return ['The request was withdrawn.', null];
}

/** What became of an approval whose time is over, as a sentence. */
export function expiryOf({ decideUntil, useUntil }: Approval): string {
  const [what, until] = useUntil === null ? ['approved', decideUntil] : ['used', useUntil];
  return `The request was not ${what} until ${new Date(until).toISOString()}.`;
}

/**
 * Seconds after which a held request is worth sending again: more the longer it has been held.
 * `now` is in milliseconds since the epoch.
 */
export function heldRetrySeconds({ requestedAt }: Pick<Approval, 'requestedAt'>, now: number): number {
  const heldSeconds = (now - Date.parse(requestedAt)) / 1_000;
  return Math.round(Math.min(300, Math.max(60, heldSeconds / 10)));
}
