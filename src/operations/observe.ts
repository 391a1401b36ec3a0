import type { CallBounds, Eks, EksError } from '../eks/eks.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import { maxTags, operationIdOf } from '../model/association.ts';
import type { Association, CreateRequest } from '../model/association.ts';
import { inconclusive } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import { differencesBetween } from './differences.ts';

/** What EKS shows for a service account. */
export type Seen =
  | { readonly kind: 'association'; readonly association: Association }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly error: EksError };

/** What a look says of a record's operation. */
export type Sight =
  /** The association that this request made. */
  | { readonly kind: 'ours'; readonly association: Association }
  /** Made by somebody else, or by another request. */
  | { readonly kind: 'anothers'; readonly association: Association }
  /** Equal to the request, and without room for the tag that would prove whose it is. */
  | { readonly kind: 'undetermined'; readonly association: Association }
  | { readonly kind: 'absent' }
  /** Nothing follows yet. */
  | { readonly kind: 'inconclusive'; readonly message: string };

/** What is seen of an association, once nothing is on its way any more. */
export type Whose = Extract<Sight, { association: Association }>;

/** Looks for the association of a request's service account. `associationId` shortens the way where it is known. */
export async function see(
  eks: Eks,
  request: CreateRequest,
  bounds: CallBounds,
  associationId: string | null = null,
): Promise<Seen> {
  const id = associationId === null ? await firstId(eks, request, bounds) : { kind: 'id' as const, id: associationId };
  if (id.kind !== 'id') return id;
  const described = await eks.describe(id.id, bounds);
  switch (described.kind) {
    case 'found':
      return { kind: 'association', association: described.association };
    case 'absent':
      return { kind: 'nothing' };
    case 'failed':
      return described;
  }
}

async function firstId(
  eks: Eks,
  request: CreateRequest,
  bounds: CallBounds,
): Promise<{ kind: 'id'; id: string } | Exclude<Seen, { kind: 'association' }>> {
  const listed = await eks.list(request, bounds);
  if (listed.kind === 'failed') return listed;
  const [id] = listed.associationIds;
  return id === undefined ? { kind: 'nothing' } : { kind: 'id', id };
}

/**
 * What a look proves. The operation's own tag is proof at any time. Whatever else is seen, or is not, proves nothing
 * before the operation is quiet: its create may still be on its way. `begunAt` is when the look began.
 */
export function judge(seen: Seen, record: IdempotencyRecord, request: CreateRequest, begunAt: number): Sight {
  const madeBy = seen.kind === 'association' ? operationIdOf(seen.association) : null;
  if (seen.kind === 'association' && madeBy === record.operationId) return { ...seen, kind: 'ours' };
  if (seen.kind === 'failed') {
    return { kind: 'inconclusive', message: `EKS could not be asked (${seen.error.exception}): not known yet.` };
  }
  if (begunAt <= record.inDoubtUntil) return { kind: 'inconclusive', message: notYetMessage(record) };
  return seen.kind === 'nothing' ? { kind: 'absent' } : judgeQuiet(seen.association, record, request, true);
}

/**
 * Whose an association is, without this operation's tag, once nothing of the operation is on its way. `inDoubt` tells
 * whether anything that the request may have made without proof could be it.
 */
export function judgeQuiet(
  association: Association,
  record: IdempotencyRecord,
  request: CreateRequest,
  inDoubt: boolean,
): Whose {
  const madeBy = operationIdOf(association);
  if (madeBy !== null && (madeBy === record.operationId || record.inDoubtOperationIds.includes(madeBy))) {
    return { kind: 'ours', association };
  }
  const noRoomForProof = request.tags.length >= maxTags;
  if (inDoubt && noRoomForProof && madeBy === null && differencesBetween(request, association).length === 0) {
    return { kind: 'undetermined', association };
  }
  return { kind: 'anothers', association };
}

function notYetMessage(record: IdempotencyRecord): string {
  const until = new Date(record.inDoubtUntil).toISOString();
  return `EKS shows no trace of this operation, which can still take effect until ${until}.`;
}

/** Nothing shows, and something can still come. */
export function notYet(record: IdempotencyRecord): Conclusion {
  return inconclusive(notYetMessage(record));
}
