// Forbids that an approval lifts: those of the file `approvals.cedar`. Elsewhere no annotation
// makes a forbid one of them.
import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { ApprovalNeed, ApprovalVote, UsedApproval } from '../../model/approval-vote.ts';
import type { Decision } from '../../model/decision.ts';
import { isPersonWithToken } from '../../model/principal.ts';
import type { Principal } from '../../model/principal.ts';
import type { PolicyJson } from '../cedar/cedar.ts';
import { actionsOf } from './policy-head.ts';

/** Policies by `@id`, such as those of a policy set. */
interface Policies {
  readonly policies: Readonly<Record<string, PolicyJson>>;
}

/** The file of the forbids that an approval lifts. */
export const approvalsFile = 'approvals.cedar';

/**
 * The annotations that a forbid of this file may have. A misspelled `@count` would ask for fewer
 * people.
 */
const annotationNames: readonly string[] = ['id', 'message', 'advice', 'approvers', 'count', 'readers'];

/** The changes. A read can't wait for an approval, nor can a vote on one. */
const actions: readonly string[] = ['Create', 'Update', 'Delete', 'Adopt', 'Tag', 'Untag'].map(
  (name) => `PodIdentity::Action::"${name}PodIdentityAssociation"`,
);

/** As long as the groups of a token: see `auth/claims.ts`. */
const groupPattern = /^\P{Cc}{1,256}$/u;

/**
 * What is wrong with a policy of a file as one that an approval lifts, or that pretends to be one.
 */
export function approvalProblems(file: string, policy: PolicyJson): readonly string[] {
  const annotations = policy.annotations ?? {};
  if (file !== approvalsFile) {
    return ['approvers', 'count']
      .filter((name) => Object.hasOwn(annotations, name))
      .map((name) => `@${name} is for ${approvalsFile} only; move the forbid there, or remove the annotation.`);
  }
  if (policy.effect !== 'forbid') return [`${approvalsFile} has forbids only; move the permit to another file.`];
  const problems: string[] = [];
  if (!groupPattern.test(annotations.approvers ?? '')) {
    problems.push('write @approvers("…") above the forbid: the group whose approval lifts it.');
  }
  if (Object.hasOwn(annotations, 'count') && !/^[1-5]$/.test(annotations.count ?? '')) {
    problems.push('@count is not a whole number from 1 to 5: write how many people must approve.');
  }
  const unknown = Object.keys(annotations).filter((name) => !annotationNames.includes(name));
  if (unknown.length > 0) {
    problems.push(`@${unknown.join(', @')} is not known here; use ${annotationNames.join(', ')}.`);
  }
  const named = actionsOf(policy);
  if (named === null || [...named].some((name) => !actions.includes(name))) {
    problems.push('name the actions in the head: create, update, delete or adopt, and no others. Only these can wait.');
  }
  return problems;
}

/** Whether an approval lifts a policy. */
export function isLiftable(policy: PolicyJson | undefined): boolean {
  return typeof policy?.annotations?.approvers === 'string';
}

/** The ids of the policies that an approval lifts, sorted. */
export function liftableIds({ policies }: Policies): readonly string[] {
  return Object.keys(policies)
    .filter((id) => isLiftable(policies[id]))
    .sort();
}

/**
 * The needs of a request on which these policies apply. An IAM session or a service proves no
 * person: who is behind it could approve with a token of their own. So a request of one needs two
 * people.
 *
 * @param policyIds sorted
 */
export function needsOf(
  { policies }: Policies,
  policyIds: readonly string[],
  principal: Principal,
): readonly ApprovalNeed[] {
  const least = isPersonWithToken(principal) ? 1 : 2;
  return policyIds.map((policyId) => {
    const policy = policies[policyId];
    const { message = policyId, advice = null, approvers = '', count = '1' } = policy?.annotations ?? {};
    return {
      policyId,
      policyHash: createHash('sha256')
        .update(stringify(policy) ?? '', 'utf8')
        .digest('hex'),
      message,
      advice,
      group: approvers,
      count: Math.max(least, Number(count)),
    };
  });
}

/** Whether enough different people approved for every need. */
function areMet(needs: readonly ApprovalNeed[], votes: readonly ApprovalVote[]): boolean {
  return needs.every(({ policyId, count }) => {
    const approving = votes.filter(({ vote, policyIds }) => vote === 'APPROVE' && policyIds.includes(policyId));
    return new Set(approving.map(({ principal }) => principal.id)).size >= count;
  });
}

/**
 * The decision on a request with the approval that it uses: allowed if policy asks for approvals
 * only and the votes are enough for all of them. Any other decision stays as it is, so that no
 * approval lifts a denial.
 */
export function applyApproval<D extends Omit<Decision, 'inventoryHash'>>(decision: D, used: UsedApproval): D {
  const { allowed, needs } = decision;
  if (allowed || needs === undefined || !areMet(needs, used.votes)) return decision;
  return { ...decision, allowed: true, violations: [], approval: used };
}

/** What policy says of a request. */
export type DecisionResult = 'allowed' | 'needs approval' | 'denied';

/** The result of a decision: one of three. */
export function decisionResult({
  allowed,
  needs,
}: {
  readonly allowed: boolean;
  readonly needs?: unknown;
}): DecisionResult {
  if (allowed) return 'allowed';
  return needs === undefined ? 'denied' : 'needs approval';
}
