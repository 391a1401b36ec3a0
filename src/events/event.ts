import { createHash } from 'node:crypto';
import { publicApprovalId } from '../model/approval.ts';
import { auditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import { hasTrait, isOperation, namedSettings } from '../model/operation.ts';
import type { AuditedOperation, RequestedOperation } from '../model/operation.ts';
import type { RefusalCode } from '../model/outcome.ts';
import type { Principal } from '../model/principal.ts';
import { placementOf } from './event-types.ts';
import type { EventType } from './event-types.ts';

/**
 * Version of the schema of events, `docs/event.schema.json`. Fields and types may be added within a
 * version.
 */
const eventVersion = '1';

/** Who did something. */
type EventPrincipal = Pick<Principal, 'id' | 'kind'>;

/** What an event says of an approval: who has to approve it and until when, not what is asked for. */
interface EventApproval {
  /** Its public id. */
  readonly id: string;
  readonly needs: readonly { readonly group: string; readonly count: number }[];
  /** Until when it can be approved or, once it is approved, used: RFC 3339, UTC. */
  readonly expiresAt: string | null;
}

/**
 * An event: what became known of an operation, drift or a lock. It has the names and ids of an
 * entry of the audit trail, and no text that a caller or EKS wrote: no reason, no name of a person,
 * no message of EKS, no tags and no session policy.
 */
export interface GatewayEvent {
  readonly version: typeof eventVersion;
  /** Public id of the audit entry: equal in each repetition of the event. */
  readonly id: string;
  readonly type: EventType;
  /** When the entry was written: RFC 3339, UTC. */
  readonly time: string;
  readonly operationId: string;
  readonly entryId: string;
  /**
   * `entryId` of the event before it in the operation; null for the first, and for events outside
   * the order of an operation.
   */
  readonly predecessorId: string | null;
  readonly operation: AuditedOperation;
  readonly principal: EventPrincipal;
  /** The service that acted for the principal. */
  readonly actor: EventPrincipal | null;
  /** Null: events are kept where the name of a person can't be erased. */
  readonly onBehalfOf: null;
  readonly target: AssociationTarget | null;
  readonly associationArn: string | null;
  /**
   * When the association is deleted by the request: the expiry that policy decided about as a
   * delete. RFC 3339, UTC; null for other requests.
   */
  readonly deletesAt: string | null;
  /** The role before the change. */
  readonly roleArnBefore: string | null;
  /** The role that the request names; null if it names none. */
  readonly roleArn: string | null;
  readonly targetRoleArn: string | null;
  readonly refusalCode: RefusalCode | null;
  /** What a lock stops, of the events of locks. */
  readonly lock: string | null;
  /** Whether a person approved a request of their own (break-glass). */
  readonly ownRequest: boolean;
  /** The approval, of the events `approval.*`; null for others. */
  readonly approval: EventApproval | null;
  /** When the association ends, of `ending.near`: RFC 3339, UTC; null for other events. */
  readonly endsAt: string | null;
  /** The cluster, of `cluster.gone`; null for other events. */
  readonly cluster: ClusterRef | null;
}

/** The most needs of an approval in an event: policies can ask for more. */
const maxNeeds = 20;

/** The most characters of a text in an event: longer ones are cut, which no valid name is. */
const maxTextLength = 2_048;

/** The event of an entry. The entry must be selected, see {@link isSelected}. */
export function eventOf(entry: AuditEntry, predecessorId: string | null): GatewayEvent {
  const { operationId, entryId, time, operation, principal, actor, target, before } = entry;
  const placement = placementOf(entry.event);
  if (placement === null) throw new Error(`Audit entries ${entry.event} do not become events.`);
  const settings = requestedSettings(entry);
  return {
    version: eventVersion,
    id: auditEntryId(entry),
    type: placement.type,
    time,
    operationId,
    entryId,
    predecessorId,
    operation,
    principal: principalIn(principal),
    actor: actor && principalIn(actor),
    onBehalfOf: null,
    target: target && targetIn(target),
    associationArn: cut(entry.associationArn),
    deletesAt: entry.deleteDecision ? new Date(entry.deleteDecision.now).toISOString() : null,
    roleArnBefore: cut(before?.roleArn ?? null),
    roleArn: cut(settings.roleArn ?? null),
    targetRoleArn: cut(settings.targetRoleArn ?? null),
    refusalCode: entry.refusalCode,
    // Written by the command of operators from the scope of the lock. The messages of other entries
    // can quote EKS or a session policy.
    lock: operation === 'LOCK_CHANGES' ? cut(entry.message) : null,
    ownRequest: entry.isOwnRequest === true,
    approval: approvalIn(entry),
    endsAt: endIn(entry),
    cluster: entry.cluster ? clusterIn(entry.cluster) : null,
  };
}

/**
 * Whether an entry becomes an event. `denialShare` is the share of denials that do, from 0 to 1.
 */
export function isSelected(entry: Pick<AuditEntry, 'event' | 'fence' | 'entryId'>, denialShare: number): boolean {
  switch (placementOf(entry.event)?.selection) {
    case undefined:
      return false;
    case 'ALL':
      return true;
    case 'LEASED':
      return entry.fence !== null;
    case 'SAMPLED':
      return isSampled(entry.entryId, denialShare);
  }
}

/**
 * Whether an id is in a share of all ids. Depends on nothing else, so that a repetition and a
 * replay select the same entries.
 */
function isSampled(entryId: string, share: number): boolean {
  return createHash('sha256').update(entryId).digest().readUInt32BE() < share * 2 ** 32;
}

function requestedSettings(entry: AuditEntry) {
  if (!isOperation(entry.operation) || entry.request === null) return {};
  // A union that `operation` discriminates: TypeScript can't see that the row takes this request.
  const { operation, request } = entry as RequestedOperation;
  return (namedSettings[operation] as (of: typeof request) => { roleArn?: string; targetRoleArn?: string | null })(
    request,
  );
}

/** Entries of earlier versions have the id alone. */
function approvalIn({ operationId: id, approvalKey: key, approvalTerms }: AuditEntry): EventApproval | null {
  if (key === undefined) return null;
  const needs = (approvalTerms?.needs ?? []).slice(0, maxNeeds);
  return {
    id: publicApprovalId({ id, key }),
    needs: needs.map(({ group, count }) => ({ group: group.slice(0, maxTextLength).toWellFormed(), count })),
    expiresAt: approvalTerms?.expiresAt ?? null,
  };
}

function endIn(entry: AuditEntry): string | null {
  if (entry.event !== 'EXPIRY_WARNED' || !hasTrait('deletes', entry)) return null;
  return entry.request?.ending?.expiresAt ?? null;
}

function principalIn({ id, kind }: Principal): EventPrincipal {
  return { id: id.slice(0, maxTextLength), kind };
}

function targetIn({ accountId, region, clusterName, namespace, serviceAccount }: AssociationTarget): AssociationTarget {
  return { accountId, region, clusterName, namespace, serviceAccount };
}

function clusterIn({ accountId, region, clusterName }: ClusterRef): ClusterRef {
  return { accountId, region, clusterName };
}

function cut(text: string | null): string | null {
  return text === null ? null : text.slice(0, maxTextLength).toWellFormed();
}
