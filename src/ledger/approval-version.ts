import type { Approval } from '../model/approval.ts';

/** A version of a stored approval. */
export type ApprovalVersion = Pick<Approval, 'id' | 'revision'>;

/**
 * What a commit writes of the approval by which its operation begins. Its entry is among those of
 * the commit.
 */
export interface ApprovalUse {
  /** The version that must be stored. */
  readonly expected: ApprovalVersion;
  /** The approval, USED by the operation. */
  readonly next: Approval;
}
