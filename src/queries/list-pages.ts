import type { AssociationSummary, CallBounds, Eks, EksError } from '../eks/eks.ts';
import type { Finding } from '../model/refusal.ts';
import { outOfTime } from './describer.ts';
import { cursorFinding } from '../validation/paging.ts';

/**
 * A position in EKS's list: on which of its pages, and how far down. EKS's own tokens mark only the beginnings of its
 * pages, so one that begins in the middle of a page is read again from its top. The id finds the place where associations
 * above it were deleted meanwhile.
 */
export interface ListPosition {
  /** EKS's token of the page; null for the first one. */
  readonly token: string | null;
  /** How many of the page lie before the position. */
  readonly offset: number;
  /** The association just before the position; null at the top of a page. */
  readonly associationId: string | null;
}

/** What to read of a list. */
export interface ListRange {
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  /** Null: from the beginning. */
  readonly start: ListPosition | null;
  /** The most to read. */
  readonly limit: number;
}

/** An association, and the position behind it. */
export interface ListedSummary {
  readonly summary: AssociationSummary;
  readonly position: ListPosition;
}

/** What is read. */
export type ReadList =
  /** `next` is where more may follow; null when nothing does. */
  | { readonly kind: 'read'; readonly found: readonly ListedSummary[]; readonly next: ListPosition | null }
  /** EKS does not take the token in the cursor. */
  | { readonly kind: 'invalid'; readonly finding: Finding }
  | { readonly kind: 'failed'; readonly error: EksError };

const top: ListPosition = { token: null, offset: 0, associationId: null };

/** Reads a stretch of the list, in as many of EKS's pages as it lies on. */
export async function readList(eks: Eks, stretch: ListRange, bounds: CallBounds): Promise<ReadList> {
  const { namespace, serviceAccount, limit } = stretch;
  const start = stretch.start ?? top;
  const found: ListedSummary[] = [];
  for (let at = start; ;) {
    const { token } = at;
    const page = await eks.page({ namespace, serviceAccount, nextToken: token }, bounds);
    if (page.kind === 'token-refused' && at === start) return { kind: 'invalid', finding: refusedToken };
    if (page.kind !== 'page') return { kind: 'failed', error: failureAt(page.error, bounds.deadline) };

    const from = offsetIn(page.summaries, at);
    const end = Math.min(page.summaries.length, from + limit - found.length);
    page.summaries.slice(from, end).forEach((summary, index) => {
      const position = { token, offset: from + index + 1, associationId: summary.associationId };
      found.push({ summary, position });
    });
    const last = found.at(-1);
    const read = (next: ListPosition | null) => ({ kind: 'read', found: fitting(found, stretch), next }) as const;
    if (end < page.summaries.length) return read(last?.position ?? at);
    if (page.nextToken === null) return read(null);
    at = { token: page.nextToken, offset: 0, associationId: null };
    if (found.length >= limit) return read(at);
  }
}

/** Takes a cursor's content for a position; null when it can't be one. */
export function listPosition(value: unknown): ListPosition | null {
  if (typeof value !== 'object' || value === null) return null;
  const { token, offset, associationId } = value as Partial<Record<keyof ListPosition, unknown>>;
  if (token !== null && typeof token !== 'string') return null;
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return null;
  if (associationId !== null && typeof associationId !== 'string') return null;
  return { token, offset, associationId };
}

/** Where to go on: behind the association, or where it was if it is gone. */
function offsetIn(summaries: readonly AssociationSummary[], { offset, associationId }: ListPosition): number {
  if (associationId === null) return Math.min(offset, summaries.length);
  const index = summaries.findIndex((summary) => summary.associationId === associationId);
  return index >= 0 ? index + 1 : Math.min(Math.max(0, offset - 1), summaries.length);
}

/** A token of another list, put into a cursor by hand, must not show what policy was not asked about. */
function fitting(found: readonly ListedSummary[], { namespace, serviceAccount }: ListRange): ListedSummary[] {
  return found.filter(
    ({ summary }) =>
      (namespace === null || summary.namespace === namespace) &&
      (serviceAccount === null || summary.serviceAccount === serviceAccount),
  );
}

const refusedToken = cursorFinding('EKS does not take the position in after, or not any more.');

function failureAt(error: EksError, deadline: number): EksError {
  return Date.now() >= deadline ? outOfTime : error;
}
