import { createHash } from 'node:crypto';
import type { Put, Update } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Approval } from '../../model/approval.ts';
import { approvalOfText, approvalText } from '../approval-text.ts';
import type { PendingLimits } from '../approvals.ts';
import type { ApprovalVersion } from '../approval-version.ts';
import type { Item } from './item.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { approvalItemKeyOf, approvalsKeyOf, livePartitions, pendingApprovalsKeyOf } from '../keys.ts';
import { ttlAttribute } from './tables.ts';

/**
 * How long an approval is kept after it ended, or could have, in milliseconds: as long as the
 * record of its token by default.
 */
const keptApprovalMs = 7 * 24 * 3_600_000;

/**
 * An approval as an item. In the lease index, it is listed by its cluster and the time at which it
 * was asked for. Until it ends, it is in the index by cluster too, under a key that all pending or
 * all approved ones share.
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

/**
 * The approval of an item that {@link approvalItem} made. Throws `UnsupportedFormat` if another
 * version made it.
 */
export function approvalOfItem(item: Item): Approval {
  requireSupported(`approval ${item.idempotencyKey?.S}`, item.v === undefined ? undefined : Number(item.v.N));
  return approvalOfText(item.approval?.S ?? '');
}

/**
 * The put of an approval over the version that must be stored; null: none. An item of another
 * format version is not replaced.
 */
export function approvalPut(TableName: string, expected: ApprovalVersion | null, next: Approval): Put {
  const put = { TableName, Item: approvalItem(next), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  if (expected === null) return { ...put, ConditionExpression: 'attribute_not_exists(idempotencyKey)' };
  return {
    ...put,
    ConditionExpression: 'approvalId = :id AND revision = :revision AND v = :v',
    ExpressionAttributeValues: marshall({ ':id': expected.id, ':revision': expected.revision, ':v': formatVersion }),
  };
}

/**
 * An update of the item with the keys of the pending approvals of a principal, and those for each
 * person.
 */
function pendingUpdate(TableName: string, { requested }: Approval, expressions: Partial<Update>): Update {
  return {
    TableName,
    Key: marshall({ idempotencyKey: pendingApprovalsKeyOf(requested.principal.id) }),
    UpdateExpression: undefined,
    ...expressions,
  };
}

/** The attribute with those for a person, whose name can have any characters. */
function personAttribute(onBehalfOf: string): string {
  return `${personPrefix}${createHash('sha256').update(onBehalfOf).digest('hex')}`;
}

const personPrefix = 'person/';

/**
 * Adds an approval to the pending ones of its principal, unless those are as many as it may have;
 * null: however many they are.
 */
export function addPending(table: string, next: Approval, limits: PendingLimits | null): Update {
  const { onBehalfOf } = next.requested;
  const ofPerson = onBehalfOf === null ? '' : ', #person :keys';
  const conditions = limits ? [below('pending', ':max')] : [];
  if (limits && limits.ofPerson !== null) conditions.push(below('#person', ':maxOfPerson'));
  return pendingUpdate(table, next, {
    UpdateExpression: `SET v = :v, #ttl = :ttl ADD pending :keys${ofPerson}`,
    ...(limits ? { ConditionExpression: conditions.join(' AND ') } : {}),
    ...namesAndValues(next, {
      ':keys': new Set([next.key]),
      ...(limits ? { ':key': next.key, ':max': limits.ofPrincipal } : {}),
      ...(limits && limits.ofPerson !== null ? { ':maxOfPerson': limits.ofPerson } : {}),
    }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

function below(set: string, max: string): string {
  return `(attribute_not_exists(${set}) OR size(${set}) < ${max} OR contains(${set}, :key))`;
}

/**
 * Replaces the pending approvals of a principal, as they were read, by those that can still be
 * decided and the next one.
 */
export function replacePending(table: string, next: Approval, stored: Item | null, live: readonly Approval[]): Update {
  const all = [...live, next];
  const byPerson = Map.groupBy(all, ({ requested: { onBehalfOf } }) => onBehalfOf && personAttribute(onBehalfOf));
  const kept = [...byPerson].flatMap(([name, ofPerson]) => (name === null ? [] : [{ name, keys: keysOf(ofPerson) }]));
  const gone = Object.keys(stored ?? {}).filter((name) => name.startsWith(personPrefix) && !byPerson.has(name));
  const removed = gone.length === 0 ? '' : ` REMOVE ${gone.map((_, index) => `#gone${index}`).join(', ')}`;
  const sets = kept.map((_, index) => `, #kept${index} = :kept${index}`).join('');
  const { ExpressionAttributeValues } = namesAndValues(next, {
    ':stored': pendingOfItem(stored),
    ':others': keysOf(all),
    ...Object.fromEntries(kept.map(({ keys }, index) => [`:kept${index}`, keys])),
  });
  return pendingUpdate(table, next, {
    UpdateExpression: `SET v = :v, #ttl = :ttl, pending = :others${sets}${removed}`,
    ConditionExpression: 'pending = :stored',
    ExpressionAttributeNames: {
      '#ttl': ttlAttribute,
      ...Object.fromEntries(kept.map(({ name }, index) => [`#kept${index}`, name])),
      ...Object.fromEntries(gone.map((name, index) => [`#gone${index}`, name])),
    },
    ExpressionAttributeValues,
  });
}

function keysOf(approvals: readonly Approval[]): Set<string> {
  return new Set(approvals.map(({ key }) => key));
}

function namesAndValues(next: Approval, values: Record<string, unknown>) {
  const { onBehalfOf } = next.requested;
  const ttl = Math.ceil((endOf(next) + keptApprovalMs) / 1000);
  return {
    ExpressionAttributeNames: {
      '#ttl': ttlAttribute,
      ...(onBehalfOf === null ? {} : { '#person': personAttribute(onBehalfOf) }),
    },
    ExpressionAttributeValues: marshall({ ':v': formatVersion, ':ttl': ttl, ...values }),
  };
}

/** Removes an approval from the pending ones of its principal. */
export function removePending(table: string, next: Approval): Update {
  const { onBehalfOf } = next.requested;
  return pendingUpdate(table, next, {
    UpdateExpression: `DELETE pending :keys${onBehalfOf === null ? '' : ', #person :keys'}`,
    ...(onBehalfOf === null ? {} : { ExpressionAttributeNames: { '#person': personAttribute(onBehalfOf) } }),
    ExpressionAttributeValues: marshall({ ':keys': keysOf([next]) }),
  });
}

/** The keys of the pending approvals of an item that {@link addPending} made. */
export function pendingOfItem(item: Item | null): Set<string> {
  return new Set(item?.pending?.SS ?? []);
}
