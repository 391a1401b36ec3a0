import * as v from 'valibot';
import { anyObject, atLeast, list, parseJson, text, wholeNumber } from '../../../../src/policy/inventory/json.ts';
import { recordedRole } from '../../../../src/cases/model-schemas.ts';
import type { RoleAttributes } from '../../../../src/model/decision.ts';
import type { Engine } from '../../../../src/policy/decide/engine.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { applyApproval, decisionResult } from '../../../../src/policy/policies/approvals.ts';
import { hasTrait, isOperation } from '../../../../src/model/operation.ts';
import {
  circumstanceSchema,
  contextOf,
  decisionFields,
  deleteDecision,
  deleteRequestOf,
  isErased,
  isOfRequest,
  operationSchema,
  requestOf,
  verdict,
} from './recorded-request.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { makeJudge } from './unknown-roles.ts';
import { collectUnrecordedGroups } from './unrecorded-groups.ts';
import type { UnrecordedGroups } from './unrecorded-groups.ts';

/** A recorded request on which the policies now decide otherwise. */
export interface Flip {
  /** RFC 3339. */
  readonly time: string;
  readonly operationId: string;
  readonly principalId: string;
  readonly onBehalfOf: string | null;
  readonly action: RecordedRequest['action'];
  /** `<account>/<region>/<cluster>/<namespace>/<service account>`. */
  readonly target: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** What recorded requests are replayed with. */
export interface ReplayPolicies {
  readonly engine: Engine;
  readonly inventory: Inventory;
  /** Roles that entries don't have. */
  readonly roles: readonly RoleAttributes[];
  /** See `collectUnrecordedGroups`. */
  readonly groupsNamedBy: (policySetHash: string) => readonly string[];
}

/** The result of a replay, in numbers of recorded requests. */
export interface ReplayCounts {
  readonly replayed: number;
  readonly nowDenied: number;
  readonly nowAllowed: number;
  readonly nowNeedingApproval: number;
  /** The same result as recorded, by other policies. */
  readonly otherReasons: number;
  /** Too large to be recorded whole. */
  readonly incomplete: number;
  /** Not replayable: their personal data were erased. */
  readonly erased: number;
  /**
   * Decided otherwise by some attributes of a role than by others, and the entry does not have
   * them.
   */
  readonly dependingOnRoles: number;
  /** These requests by role and by the policies that use its attributes, the most first. */
  readonly openRoles: readonly (readonly [roleAndPolicies: string, count: number])[];
  readonly unrecordedGroups: UnrecordedGroups;
  /** Flipped requests by principal, the most first. */
  readonly affected: readonly (readonly [principalId: string, count: number])[];
}

/**
 * Replays the requests of audit entries at the time of their decision. Entries without a decision,
 * and those that repeat the request of an earlier entry of their operation, are skipped. Throws an
 * Error that names the line of an invalid entry.
 *
 * @param lines one entry each, as JSON; empty lines are skipped
 * @param source names the lines for messages
 * @param onFlip receives each request on which the decision differs
 */
export async function replayTrail(
  lines: AsyncIterable<string>,
  source: string,
  { engine, inventory, roles: givenRoles, groupsNamedBy }: ReplayPolicies,
  onFlip: (flip: Flip) => void,
): Promise<ReplayCounts> {
  const counts = {
    replayed: 0,
    nowDenied: 0,
    nowAllowed: 0,
    nowNeedingApproval: 0,
    otherReasons: 0,
    incomplete: 0,
    erased: 0,
    dependingOnRoles: 0,
  };
  const judge = makeJudge(engine, inventory);
  const groups = collectUnrecordedGroups(engine.policySet, groupsNamedBy);
  const affected = new Map<string, number>();
  const openRoles = new Map<string, number>();
  for await (const { name, entry, recorded: of, request } of decisionsIn(lines, source)) {
    if (entry.omitted.some((path) => !unneeded.includes(path))) {
      counts.incomplete += 1;
      continue;
    }
    if (isErased(entry)) {
      counts.erased += 1;
      continue;
    }
    groups.note(entry);
    const context = contextOf(entry, of.now, name);
    const roles = [...(entry.decision.slice?.roles ?? []), ...givenRoles];
    const judged = judge(context, request, roles);
    if (judged.kind === 'depends') {
      counts.dependingOnRoles += 1;
      for (const arn of judged.roleArns) count(openRoles, `${arn}, by ${judged.policyIds.join(', ')}`);
      continue;
    }
    const { approval } = of;
    const decision = approval === undefined ? judged.decision : applyApproval(judged.decision, approval);
    groups.add(entry, { decision: judged.decision, context, request, judge: (other) => judge(other, request, roles) });
    const [recorded, replayed] = [verdict(of), verdict(decision)];
    counts.replayed += 1;
    const result = decisionResult(decision);
    if (result === decisionResult(of)) {
      if (recorded !== replayed) counts.otherReasons += 1;
      continue;
    }
    counts[countOf[result]] += 1;
    const { time, operationId, onBehalfOf, principal } = entry;
    count(affected, principal.id);
    const { action } = request;
    onFlip({
      time,
      operationId,
      onBehalfOf,
      action,
      recorded,
      replayed,
      principalId: principal.id,
      target: targetOf(request),
    });
  }
  return {
    ...counts,
    openRoles: mostFirst(openRoles),
    unrecordedGroups: groups.found(),
    affected: mostFirst(affected),
  };
}

/** The count of what requests are decided to be now. */
const countOf = { allowed: 'nowAllowed', denied: 'nowDenied', 'needs approval': 'nowNeedingApproval' } as const;

/**
 * The decisions of the entries that have one of their own, each with what it is about and the
 * entry's name for messages. An entry that sets an earlier expiry has two; of the outcome of a
 * create, which repeats the decision of its INTENT, only the one about a delete is its own.
 */
async function* decisionsIn(lines: AsyncIterable<string>, source: string) {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const name = `${source}:${number}`;
    if (line.trim() === '') continue;
    const head = parseJson(name, line, headSchema);
    const isOwn = isOwnRequest(head);
    if (!isOwn && (head.deleteDecision === null || !hasTrait('creates', head))) continue;
    const entry = parseJson(name, line, entrySchema);
    const { decision, deleteDecision: ofDelete } = entry;
    if (isOwn) yield { name, entry, recorded: decision, request: requestOf(entry) };
    if (ofDelete !== undefined) yield { name, entry, recorded: ofDelete, request: deleteRequestOf(entry) };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function mostFirst(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([, one], [, other]) => other - one);
}

/** The fields that tell whether an entry is replayed. */
const headSchema = atLeast({
  operation: text(),
  event: text(),
  decision: v.nullish(anyObject, null),
  deleteDecision: v.nullish(anyObject, null),
  request: v.nullish(atLeast({ changes: v.exactOptional(anyObject) }), null),
  fence: v.nullish(wholeNumber, null),
});

/**
 * Whether an entry has a decision of its own about a change. Those that a lease holder wrote after
 * its INTENT repeat the one of the INTENT, and votes are not changes. An update of the expiry alone
 * has no INTENT.
 */
function isOwnRequest(head: v.InferOutput<typeof headSchema>): boolean {
  const { decision, fence, event, operation, request } = head;
  if (decision === null || !isOfRequest({ event }) || operation === 'APPROVE_REQUEST') return false;
  const isExpiryOnly = request?.changes !== undefined && Object.keys(request.changes).length === 0;
  return (
    isExpiryOnly ||
    fence === null ||
    event === 'INTENT' ||
    event === 'APPROVAL_REQUESTED' ||
    (isOperation(operation) && !hasTrait('sendsChange', head))
  );
}

/**
 * The roles and the owners of a slice; the rest of it is that of an inventory which is not used
 * here.
 */
const recordedSlice = v.nullish(
  atLeast({
    namespace: v.nullish(atLeast({ owners: list(text()) }), null),
    roles: v.exactOptional(list(recordedRole)),
  }),
  null,
);

const entrySchema = v.intersect([
  circumstanceSchema,
  atLeast({
    time: text(),
    operationId: text(),
    decision: atLeast({ ...decisionFields, policySetHash: text(), inventoryHash: text(), slice: recordedSlice }),
    deleteDecision,
  }),
  operationSchema,
]);

/** Parts of an entry that a decision does not depend on. */
const unneeded: readonly string[] = [
  ...['decision', 'deleteDecision'].flatMap((field) => [`${field}.slice`, `${field}.violations`]),
  ...['findings', 'invalidInput', 'reason'],
];

function targetOf({ association }: RecordedRequest): string {
  const { accountId, region, clusterName, namespace, serviceAccount } = association;
  return [accountId, region, clusterName, namespace, serviceAccount].join('/');
}
