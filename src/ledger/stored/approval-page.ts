import type { Approval } from '../../model/approval.ts';
import type { ApprovalPartition } from '../approvals.ts';

/**
 * Where an approval is in a list that is sorted by a time in milliseconds since the epoch, and then
 * by key.
 */
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

/**
 * The position in the list of a partition. Those of all clusters are sorted by key, so that a page
 * of them reads no more than it has.
 */
export function positionIn({ kind }: ApprovalPartition, approval: Approval): ApprovalPosition {
  return kind === 'cluster' ? requestedPosition(approval) : { time: 0, key: approval.key };
}
