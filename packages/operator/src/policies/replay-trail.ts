import * as v from 'valibot';
import { anyObject, atLeast, list, parseJson, text, wholeNumber } from '../../../../src/policy/json.ts';
import { recordedRole } from '../../../../src/cases/model-schemas.ts';
import type { Authorize } from '../../../../src/policy/policy.ts';
import { withRoleAttributes } from '../../../../src/policy/role-attribute-use.ts';
import {
  circumstanceSchema,
  contextOf,
  decisionFields,
  operationSchema,
  requestOf,
  verdict,
} from './recorded-request.ts';
import type { RecordedRequest } from './recorded-request.ts';

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

/** The result of a replay, in numbers of recorded requests. */
export interface ReplayCounts {
  readonly replayed: number;
  readonly nowDenied: number;
  readonly nowAllowed: number;
  /** Allowed or denied as recorded, by other policies. */
  readonly otherReasons: number;
  /** Too large to be recorded whole. */
  readonly incomplete: number;
  /** Not decided: policies use attributes of a role that the entry does not have, as policies did not use them when it was written. */
  readonly withoutRoles: number;
  /** By principals of whom groups were left out, see `makeRecordPrincipal`: a policy that names these decides otherwise. */
  readonly withOtherGroups: number;
  /** Flipped requests by principal, the most first. */
  readonly affected: readonly (readonly [principalId: string, count: number])[];
}

/**
 * Replays the requests of audit entries at the time of their decision. Entries without a decision, and those that repeat the
 * request of an earlier entry of their operation, are skipped. Throws an Error that names the line of an invalid entry.
 *
 * @param lines one entry each, as JSON; empty lines are skipped
 * @param source names the lines for messages
 * @param onFlip receives each request on which the decision differs
 */
export async function replayTrail(
  lines: AsyncIterable<string>,
  source: string,
  authorize: Authorize,
  onFlip: (flip: Flip) => void,
): Promise<ReplayCounts> {
  const counts = {
    replayed: 0,
    nowDenied: 0,
    nowAllowed: 0,
    otherReasons: 0,
    incomplete: 0,
    withoutRoles: 0,
    withOtherGroups: 0,
  };
  const affected = new Map<string, number>();
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const name = `${source}:${number}`;
    if (line.trim() === '' || !isOwnRequest(parseJson(name, line, headSchema))) continue;
    const entry = parseJson(name, line, entrySchema);
    if (entry.omitted.some((path) => !unneeded.includes(path))) {
      counts.incomplete += 1;
      continue;
    }
    const request = requestOf(entry);
    const { roles = [] } = entry.decision.slice ?? {};
    const withRoles = withRoleAttributes(authorize, (arn) => roles.find((role) => role.arn === arn) ?? null);
    const decision = withRoles(contextOf(entry, entry.decision.now, name), request);
    if (decision.unknownRoles) {
      counts.withoutRoles += 1;
      continue;
    }
    const [recorded, replayed] = [verdict(entry.decision), verdict(decision)];
    counts.replayed += 1;
    if ([entry.principal, entry.actor].some((one) => one !== null && one.otherGroups !== null))
      counts.withOtherGroups += 1;
    if (decision.allowed === entry.decision.allowed) {
      if (recorded !== replayed) counts.otherReasons += 1;
      continue;
    }
    counts[decision.allowed ? 'nowAllowed' : 'nowDenied'] += 1;
    const principalId = entry.principal.id;
    affected.set(principalId, (affected.get(principalId) ?? 0) + 1);
    const { time, operationId, onBehalfOf } = entry;
    onFlip({
      time,
      operationId,
      principalId,
      onBehalfOf,
      action: request.action,
      target: targetOf(request),
      recorded,
      replayed,
    });
  }
  return { ...counts, affected: [...affected].sort(([, one], [, other]) => other - one) };
}

/** The fields that tell whether an entry is replayed. */
const headSchema = atLeast({
  operation: text(),
  event: text(),
  decision: v.nullish(anyObject, null),
  fence: v.nullish(wholeNumber, null),
});

/** Whether an entry has a decision of its own. Those that a lease holder wrote after its INTENT repeat the one of the INTENT. */
function isOwnRequest({ decision, fence, event }: v.InferOutput<typeof headSchema>): boolean {
  return decision !== null && (fence === null || event === 'INTENT');
}

/** The roles of a slice; the rest of it is that of an inventory which is not used here. */
const recordedRoles = v.nullish(atLeast({ roles: v.exactOptional(list(recordedRole)) }), null);

const entrySchema = v.intersect([
  circumstanceSchema,
  atLeast({ time: text(), operationId: text(), decision: atLeast({ ...decisionFields, slice: recordedRoles }) }),
  operationSchema,
]);

/** Parts of an entry that a decision does not depend on. */
const unneeded: readonly string[] = ['decision.slice', 'decision.violations', 'findings', 'invalidInput', 'reason'];

function targetOf({ association }: RecordedRequest): string {
  const { accountId, region, clusterName, namespace, serviceAccount } = association;
  return [accountId, region, clusterName, namespace, serviceAccount].join('/');
}
