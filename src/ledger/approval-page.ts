import type { Approval } from '../model/approval.ts';
import type { ApprovalPage, ApprovalPartition } from './approvals.ts';

/** Where an approval is in a list that is sorted by a time in milliseconds since the epoch, and then by key. */
export interface ApprovalPosition {
  readonly time: number;
  readonly key: string;
}

/** A position as text, which is not secret. */
export function positionText({ time, key }: ApprovalPosition): string {
  return `${time}.${key}`;
}

/** Whether a text is a position. */
export function isApprovalPosition(text: string): boolean {
  return positionPattern.test(text);
}

const positionPattern = /^(\d{1,15})\.([0-9a-f]{64})$/;

/** Parses a position. Throws an Error if it is none. */
export function parsePosition(text: string): ApprovalPosition {
  const [, time, key] = positionPattern.exec(text) ?? [];
  if (time === undefined || key === undefined)
    throw new Error(`Not a position in a list of approvals: ${JSON.stringify(text)}.`);
  return { time: Number(time), key };
}

/** The position in the list of a cluster. */
export function requestedPosition({ requestedAt, key }: Approval): ApprovalPosition {
  return { time: Date.parse(requestedAt), key };
}

/** The position in the list of pending approvals. */
function pendingPosition({ decideUntil, key }: Approval): ApprovalPosition {
  return { time: decideUntil, key };
}

/** The position in the list of a partition. */
export function positionIn({ kind }: ApprovalPartition, approval: Approval): ApprovalPosition {
  return kind === 'pending' ? pendingPosition(approval) : requestedPosition(approval);
}

/** A page of pending approvals, by the time until which they can be decided. */
export function pendingPage(
  approvals: readonly Approval[],
  limit: number,
  after: ApprovalPosition | null,
): ApprovalPage {
  const isAfter = ({ time, key }: ApprovalPosition, other: ApprovalPosition) =>
    time > other.time || (time === other.time && key > other.key);
  const following = approvals
    .filter(({ state }) => state === 'PENDING')
    .map((approval) => ({ approval, position: pendingPosition(approval) }))
    .filter(({ position }) => after === null || isAfter(position, after))
    .sort((one, other) => (isAfter(one.position, other.position) ? 1 : -1));
  const page = following.slice(0, limit);
  const last = following.length > limit ? page.at(-1) : undefined;
  return { approvals: page.map(({ approval }) => approval), next: last ? positionText(last.position) : null };
}
