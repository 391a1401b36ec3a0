import type { AssociationSummary, CallBounds, Eks, EksError } from '../../eks/eks.ts';
import { endlessList } from '../../eks/errors.ts';
import type { Finding } from '../../model/refusal.ts';
import type { Clock } from '../../runtime/clock.ts';
import { cursorFinding } from '../../validation/paging.ts';
import { outOfTime } from '../../eks/rate-limited.ts';

/**
 * A position in EKS's list: one of its pages, and an offset in it. EKS's tokens mark only the start
 * of a page, so a page of ours that starts in the middle of one reads that page again from its
 * start. The id finds the place even if associations before it were deleted meanwhile.
 */
export interface ListPosition {
  /** EKS's token of the page; null for the first page. */
  readonly token: string | null;
  /** Number of associations of the page before the position. */
  readonly offset: number;
  /** The association just before the position; null at the start of a page. */
  readonly associationId: string | null;
}

/** Which associations to read. */
export interface ListRange {
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  /** Null: from the start of the list. */
  readonly start: ListPosition | null;
  /** Maximum number of associations. */
  readonly limit: number;
}

/** An association, and the position after it. */
export interface ListedSummary {
  readonly summary: AssociationSummary;
  readonly position: ListPosition;
}

/** The result of reading a range. */
export type ListPage =
  /** `next` is where more may follow; null at the end of the list. */
  | { readonly kind: 'read'; readonly found: readonly ListedSummary[]; readonly next: ListPosition | null }
  /** EKS rejects the token in the cursor. */
  | { readonly kind: 'invalid'; readonly finding: Finding }
  | { readonly kind: 'failed'; readonly error: EksError };

const firstPage: ListPosition = { token: null, offset: 0, associationId: null };

/**
 * Reads a range of the list from as many of EKS's pages as it spans. `clock` returns milliseconds
 * since the epoch.
 */
export async function readList(eks: Eks, range: ListRange, bounds: CallBounds, clock: Clock): Promise<ListPage> {
  const { namespace, serviceAccount, limit } = range;
  const start = range.start ?? firstPage;
  const found: ListedSummary[] = [];
  const tokens = new Set<string | null>();
  for (let at = start; ;) {
    const { token } = at;
    if (tokens.has(token)) return { kind: 'failed', error: endlessList(null) };
    tokens.add(token);
    const page = await eks.page({ namespace, serviceAccount, nextToken: token }, bounds);
    if (page.kind === 'token-refused' && at === start) return { kind: 'invalid', finding: rejectedToken };
    if (page.kind !== 'page') {
      return { kind: 'failed', error: clock() >= bounds.deadline ? outOfTime : page.error };
    }

    const from = offsetIn(page.summaries, at);
    const end = Math.min(page.summaries.length, from + limit - found.length);
    page.summaries.slice(from, end).forEach((summary, index) => {
      const position = { token, offset: from + index + 1, associationId: summary.associationId };
      found.push({ summary, position });
    });
    const read = (next: ListPosition | null) => ({ kind: 'read', found: matching(found, range), next }) as const;
    if (end < page.summaries.length) return read(found.at(-1)?.position ?? at);
    if (page.nextToken === null) return read(null);
    at = { token: page.nextToken, offset: 0, associationId: null };
    if (found.length >= limit) return read(at);
  }
}

/** Parses the content of a cursor; null if it is not a position. */
export function listPosition(value: unknown): ListPosition | null {
  if (typeof value !== 'object' || value === null) return null;
  const { token, offset, associationId } = value as Partial<Record<keyof ListPosition, unknown>>;
  if (token !== null && typeof token !== 'string') return null;
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return null;
  if (associationId !== null && typeof associationId !== 'string') return null;
  return { token, offset, associationId };
}

/** Where to continue: after the association, or where it was if it is gone. */
function offsetIn(summaries: readonly AssociationSummary[], { offset, associationId }: ListPosition): number {
  if (associationId === null) return Math.min(offset, summaries.length);
  const index = summaries.findIndex((summary) => summary.associationId === associationId);
  return index >= 0 ? index + 1 : Math.min(Math.max(0, offset - 1), summaries.length);
}

/**
 * A cursor forged with the token of another list must not disclose associations that were not
 * authorized.
 */
function matching(found: readonly ListedSummary[], { namespace, serviceAccount }: ListRange): ListedSummary[] {
  return found.filter(
    ({ summary }) =>
      (namespace === null || summary.namespace === namespace) &&
      (serviceAccount === null || summary.serviceAccount === serviceAccount),
  );
}

const rejectedToken = cursorFinding('EKS rejects the position in after, which may have expired.');
