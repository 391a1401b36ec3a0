import type { Put, Update } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Approval } from '../model/approval.ts';
import { approvalOfText, approvalText } from './approval-text.ts';
import type { ApprovalVersion } from './approval-version.ts';
import type { Item } from './dynamodb-item.ts';
import { formatVersion, requireSupported } from './format.ts';
import { approvalItemKeyOf, approvalsKeyOf, livePartitions, pendingApprovalsKeyOf } from './keys.ts';
import { ttlAttribute } from './tables.ts';

/** How long an approval is kept after it ended, or could have, in milliseconds: as long as the record of its token by default. */
const keptApprovalMs = 7 * 24 * 3_600_000;

/**
 * An approval as an item. In the lease index, it is listed by its cluster and the time at which it was asked for. Until it ends, it is in the index by
 * cluster too, under a key that all pending or all approved ones share.
 */
export function approvalItem(approval: Approval): Item {
  const { id, key, revision, state, requested, requestedAt } = approval;
  return marshall({
    v: formatVersion,
    idempotencyKey: approvalItemKeyOf(key),
    approvalId: id,
    revision,
    state,
    openShard: approvalsKeyOf(requested.target),
    leaseUntil: Date.parse(requestedAt),
    namespace: requested.target.namespace,
    ...(state === 'PENDING' || state === 'APPROVED' ? { clusterKey: livePartitions[state] } : {}),
    [ttlAttribute]: Math.ceil((endOf(approval) + keptApprovalMs) / 1000),
    approval: approvalText(approval),
  });
}

/** When it ends at the latest. */
function endOf({ decideUntil, useUntil }: Approval): number {
  return Math.max(decideUntil, useUntil ?? 0);
}

/** The approval of an item that {@link approvalItem} made. Throws `UnsupportedFormat` if another version made it. */
export function approvalOfItem(item: Item): Approval {
  requireSupported(`approval ${item.idempotencyKey?.S}`, item.v === undefined ? undefined : Number(item.v.N));
  return approvalOfText(item.approval?.S ?? '');
}

/** The put of an approval over the version that must be stored; null: none. An item of another format version is not replaced. */
export function approvalPut(TableName: string, expected: ApprovalVersion | null, next: Approval): Put {
  const put = { TableName, Item: approvalItem(next), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  if (expected === null) return { ...put, ConditionExpression: 'attribute_not_exists(idempotencyKey)' };
  return {
    ...put,
    ConditionExpression: 'approvalId = :id AND revision = :revision AND v = :v',
    ExpressionAttributeValues: marshall({ ':id': expected.id, ':revision': expected.revision, ':v': formatVersion }),
  };
}

/** An update of the item with the keys of the pending approvals of a principal. */
function pendingUpdate(TableName: string, { requested }: Approval, expressions: Partial<Update>): Update {
  return {
    TableName,
    Key: marshall({ idempotencyKey: pendingApprovalsKeyOf(requested.principal.id) }),
    UpdateExpression: undefined,
    ...expressions,
  };
}

/** Adds an approval to the pending ones of its principal, unless those are as many as it may have. */
export function addPending(table: string, next: Approval, maxPending: number): Update {
  return pendingUpdate(table, next, {
    UpdateExpression: 'SET v = :v, #ttl = :ttl ADD pending :keys',
    ConditionExpression: 'attribute_not_exists(pending) OR size(pending) < :max OR contains(pending, :key)',
    ...namesAndValues(next, { ':keys': new Set([next.key]), ':key': next.key, ':max': maxPending }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

/** Replaces the pending approvals of a principal, as they were read, by others. */
export function replacePending(table: string, next: Approval, stored: Set<string>, others: Set<string>): Update {
  return pendingUpdate(table, next, {
    UpdateExpression: 'SET v = :v, #ttl = :ttl, pending = :others',
    ConditionExpression: 'pending = :stored',
    ...namesAndValues(next, { ':stored': stored, ':others': others }),
  });
}

function namesAndValues(next: Approval, values: Record<string, unknown>) {
  const ttl = Math.ceil((endOf(next) + keptApprovalMs) / 1000);
  return {
    ExpressionAttributeNames: { '#ttl': ttlAttribute },
    ExpressionAttributeValues: marshall({ ':v': formatVersion, ':ttl': ttl, ...values }),
  };
}

/** Removes an approval from the pending ones of its principal. */
export function removePending(table: string, next: Approval): Update {
  return pendingUpdate(table, next, {
    UpdateExpression: 'DELETE pending :keys',
    ExpressionAttributeValues: marshall({ ':keys': new Set([next.key]) }),
  });
}

/** The keys of the pending approvals of an item that {@link addPending} made. */
export function pendingOfItem(item: Item | null): Set<string> {
  return new Set(item?.pending?.SS ?? []);
}
