import type { ApprovalNeed } from '../../../src/model/approval-vote.ts';

/** What a policy version asks approvers: the needs, and the time zone, which is a part of the inventory that decisions use. */
interface Asking {
  readonly needs: readonly ApprovalNeed[];
  readonly timeZone: string;
}

const timeZone = 'UTC';
const security = needOf('security', 1, 'a');

/** What policy versions ask of changes that they permit. Two of them differ, so an approval of one does not fit the other. */
export const policiesThatAsk = {
  nothing: { needs: [], timeZone },
  one: { needs: [security], timeZone },
  'one, in another text': { needs: [needOf('security', 1, 'b')], timeZone },
  'one, with another inventory': { needs: [security], timeZone: 'Europe/Berlin' },
  two: { needs: [needOf('security', 2, 'a')], timeZone },
  'two groups': { needs: [needOf('platform', 1, 'a'), security], timeZone },
} as const satisfies Record<string, Asking>;

/** The name of what a policy version asks. */
export type AskingName = keyof typeof policiesThatAsk;

/** What policies say of changes: whether they permit all or none of them, and what they ask approvers of those. */
export interface Judgement {
  readonly allows: boolean;
  readonly asking: AskingName;
  /** What they say of deletes, also of the one that an expiry is; absent: the same as of other changes. `held` where `asking` is `nothing` only. */
  readonly deletes?: 'forbidden' | 'held' | undefined;
  /** Who may not vote; absent: everybody in the group may. */
  readonly denied?: Approver | null;
}

/** What policies that hold deletes ask of them. */
export const askingForDeletes: AskingName = 'one';

/** Who votes, with their groups. */
export const approvers = { dan: ['security'], erin: ['security', 'platform'] } as const;

/** Name of an approver. */
export type Approver = keyof typeof approvers;

/** A vote, and which of the approvals it is about: 0 is the one that was asked for last. */
export interface Ballot {
  readonly by: Approver;
  readonly vote: 'APPROVE' | 'REJECT';
  readonly index: number;
}

/** Short, so that approvals end within a scenario; one expires while an operation that used it is in doubt, or later. */
export const approvalLimits = {
  decideMs: 900_000,
  useMs: 660_000,
  maxPending: 1_000_000,
  maxPendingOfService: 1_000_000,
};

function needOf(group: string, count: number, text: string): ApprovalNeed {
  const message = `A change needs an approval of the group ${group}.`;
  return { policyId: `asks-${group}`, policyHash: text.repeat(64), message, advice: null, group, count };
}
