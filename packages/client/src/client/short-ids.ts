import type { ApprovalScope } from '../generated/operations.ts';
import type { Approval } from './approval.ts';
import type { CallOptions } from './call.ts';
import type { GatewayClient } from './client.ts';

/** The form that people type: the last characters of the id of an approval. */
const shortLength = 8;

/** The most that is read to find one. */
const [pageSize, maxPages] = [200, 10];

/** The approvals among which a short id is looked for: the pending ones, or the caller's open ones. */
export type ShortIdScope = 'pending' | 'own';

const scopes = { pending: { gateway: 'PENDING' }, own: { own: 'OPEN' } } satisfies Record<ShortIdScope, ApprovalScope>;

/** The short form of the id of an approval. */
export function shortApprovalId(id: string): string {
  return id.slice(-shortLength);
}

/** Whether a text is the short form of an id, and not a whole one. */
export function isShortApprovalId(text: string): boolean {
  return new RegExp(`^[0-9a-f]{${shortLength}}$`, 'i').test(text);
}

/**
 * The approvals that the caller sees and whose id ends so: one is meant, several are ambiguous.
 * `isComplete` is false if there are more approvals than are read.
 */
export async function approvalsByShortId(
  client: Pick<GatewayClient, 'approvals'>,
  { shortId, among }: { readonly shortId: string; readonly among: readonly ShortIdScope[] },
  options?: CallOptions,
): Promise<{ readonly found: readonly Approval[]; readonly isComplete: boolean }> {
  const found = new Map<string, Approval>();
  let isComplete = true;
  for (const scope of among) {
    let after: string | undefined;
    for (let pages = 1; ; pages += 1) {
      const { nodes, pageInfo } = await client.approvals({ scope: scopes[scope], first: pageSize, after }, options);
      for (const one of nodes) if (shortApprovalId(one.id) === shortId.toLowerCase()) found.set(one.id, one);
      if (!pageInfo.hasNextPage || pageInfo.endCursor === null) break;
      if (pages === maxPages) isComplete = false;
      if (!isComplete) break;
      after = pageInfo.endCursor;
    }
  }
  return { found: [...found.values()], isComplete };
}
