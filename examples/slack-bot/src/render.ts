import { personalAdvice, refusalWords, refusalWordsOf, shortApprovalId } from 'pod-identity-client';
import type { ApprovalStatus, GatewayClient, MutationResult, Refusal, Warning } from 'pod-identity-client';
import type { Card, Line } from './blocks.ts';
import { pageButtons } from './page.ts';
import type { BotRequest } from './requests.ts';

type Asked = Pick<BotRequest, 'token' | 'person' | 'input'>;
type Operation = Awaited<ReturnType<GatewayClient['operation']>>;

/** How long an operation can be in doubt, see the limits of the gateway. Milliseconds. */
const longestDoubtMs = 7 * 60_000;

/** What was asked for, and by whom. */
export function askedLines({ person, input }: Pick<Asked, 'person' | 'input'>): Line[] {
  const { clusterName, namespace, serviceAccount, roleArn, tags, reason, expiresAt } = input;
  return [
    [{ user: person.user }, ' binds ', { code: roleArn }],
    ['to ', { code: `${namespace}/${serviceAccount}` }, ' in cluster ', { code: clusterName }],
    ...(tags?.length ? [['Tags: ', { code: tags.map(({ key, value }) => `${key}=${value}`).join(', ') }]] : []),
    ...(expiresAt ? [['Until ', { time: expiresAt }]] : []),
    ...(reason ? [['Reason: ', reason]] : []),
  ];
}

export function checkingCard(asked: Asked): Card {
  return { title: 'Checking', lines: askedLines(asked) };
}

/** @param operation null if the person may not read it */
export function inProgressCard(asked: Asked, operation: Operation): Card {
  const why = operation?.entries.findLast(({ event }) => event === 'UNKNOWN')?.message;
  const start = operation === null ? Date.now() : Date.parse(operation.startedAt);
  return {
    title: 'In progress',
    lines: [
      ...askedLines(asked),
      [why ?? 'The gateway is still working on it.'],
      [
        'This message changes when it ends, at the latest ',
        { time: new Date(start + longestDoubtMs).toISOString() },
        '.',
      ],
    ],
  };
}

/** An operation that ended without a change. */
export function releasedCard(asked: Asked): Card {
  return { title: 'Not done', lines: [...askedLines(asked), ['Nothing was changed.']], buttons: [retryButton(asked)] };
}

/**
 * What came of a request.
 *
 * @param approval the approval that it was made with; null: none, or the person may not read it
 * @param pageUrl address of the page; null without one
 */
export function resultCard(
  asked: Asked,
  result: Exclude<MutationResult, { kind: 'inProgress' }>,
  approval: Pick<ApprovalStatus, 'needs'> | null,
  pageUrl: string | null = null,
): Card {
  if (result.kind === 'refused') return refusalCard(asked, result.refusal, pageUrl);
  const { association, warnings, adopted } = result;
  const id: Line = [adopted ? 'Adopted ' : 'Association ', { code: association.associationId }];
  const notes = warningLines(warnings);
  const approved = approval === null ? [] : approvedLines(approval);
  const buttons = pageButtons(pageUrl, 'operation', result.operationId);
  return { title: 'Done', lines: [...askedLines(asked), id, ...approved, ...notes], buttons };
}

/** What can keep pods from using the role, and what to do about it. */
export function warningLines(warnings: readonly Pick<Warning, 'message' | 'advice'>[]): Line[] {
  return warnings.flatMap(({ message, advice }): Line[] => [['Note: ', message], ...adviceLines(advice)]);
}

const approvedLines = ({ needs }: Pick<ApprovalStatus, 'needs'>): Line[] =>
  needs.flatMap(({ approvedBy }) =>
    approvedBy.map(({ principal, comment }): Line => [
      'Approved by ',
      principal.principalId,
      comment ? `: ${comment}` : '',
    ]),
  );

function refusalCard(asked: Asked, refusal: Refusal, pageUrl: string | null): Card {
  if (refusal.__typename === 'ApprovalRequired') return approvalCard(asked, refusal, pageUrl);
  const lines = [...askedLines(asked), ...refusalLines(refusal)];
  const { title } = refusalWordsOf(refusal.code);
  return { title, lines, buttons: refusal.retryable ? [retryButton(asked)] : [] };
}

/** Why a request was refused: the rules with their advice, whom to ask, what to change. */
export function refusalLines(refusal: Refusal): Line[] {
  if (refusal.__typename === 'ApprovalRequired') {
    return refusal.needs.map((need): Line => {
      const { group, count, message: why } = need;
      const needed = count === 1 ? `an approval of ${group}` : `${count} approvals of ${group}`;
      return ['Needs ', { bold: needed }, `${needOf(need)}: ${why}`];
    });
  }
  if (refusal.__typename === 'InvalidInput') {
    return refusal.findings.map((one): Line => [`${one.message} ${one.advice}`]);
  }
  const said: Line[] = [[refusal.message], ...adviceLines(personalAdvice(refusal))];
  if (refusal.__typename === 'ChangesLocked') return [...said, ['Reason of the lock: ', refusal.reason ?? 'not given']];
  if (refusal.__typename !== 'PolicyDenied') return said;
  const rules = refusal.violations.flatMap((one): Line[] => [
    ['Rule ', { code: one.policyId }, `: ${one.message}`],
    ...adviceLines(one.advice),
  ]);
  const owners: Line[] = refusal.owners.length > 0 ? [['Owners: ', { bold: refusal.owners.join(', ') }]] : [];
  return [...(rules.length > 0 ? rules : said), ...owners];
}

/** What an approval is needed for, where it is not the request itself. */
export function needOf({ operation }: { readonly operation: string | null }): string {
  return operation === null ? '' : ' for the deletion at its end';
}

const voidReasons = {
  VOTER_LOCKED: 'the voter was locked since',
  POLICY_DENIED: 'policy does not permit it any more',
  GROUP_NOT_RECORDED: 'policy now compares a group that was not recorded with it',
} as const;

/** The votes that do not count any more, and why. */
export function voidedLines({ voidedVotes }: Pick<ApprovalStatus, 'voidedVotes'>): Line[] {
  return voidedVotes.map(({ principal, reason }) => [
    `The vote of ${principal.principalId} does not count any more: ${voidReasons[reason]}.`,
  ]);
}

const adviceLines = (advice: string | null): Line[] => (advice === null ? [] : [['What to do: ', advice]]);

type Held = Extract<Refusal, { __typename: 'ApprovalRequired' }>;

/** While an approval is pending, with buttons; once it is not, with the outcome in their place. */
function approvalCard(asked: Asked, refusal: Held, pageUrl: string | null): Card {
  const { approval, code, message } = refusal;
  const approved = approval === null ? [] : approvedLines(approval);
  const voided = approval === null ? [] : voidedLines(approval);
  const lines = [...askedLines(asked), ...refusalLines(refusal), ...approved, ...voided];
  if (approval === null || !refusal.retryable) {
    const rejection = approval?.rejectedBy;
    const end: Line = rejection
      ? ['Rejected by ', rejection.principal.principalId, rejection.comment ? `: ${rejection.comment}` : '']
      : [message];
    return {
      title: refusalWordsOf(code).title,
      lines: [...lines, end, ...adviceLines(personalAdvice(refusal))],
    };
  }
  return {
    title: refusalWords.APPROVAL_REQUIRED.title,
    lines: [...lines, ['Until ', { time: approval.expiresAt }, ', short ID ', { code: shortApprovalId(approval.id) }]],
    buttons: [reviewButton(approval.id), ...pageButtons(pageUrl, 'approval', approval.id)],
  };
}

/**
 * The button that opens the request, as who presses it may see it.
 *
 * @param label tells the buttons of several approvals apart
 */
export const reviewButton = (approvalId: string, label = '') =>
  ({ text: `Review${label}…`, action: `review${label}`, value: approvalId, style: 'primary' }) as const;

/** Sends the same request with the same token again. */
export const retryButton = ({ token }: Pick<Asked, 'token'>) => ({ text: 'Try again', action: 'resume', value: token });
