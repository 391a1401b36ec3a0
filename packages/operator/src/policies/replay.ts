import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { explainFailure, readingPolicies } from '../../../../tools/explain.ts';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import type { RoleAttributes } from '../../../../src/model/decision.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import { caseRole } from '../../../../src/cases/model-schemas.ts';
import { compilePolicies } from '../../../../src/policy/policies/compile.ts';
import type { PolicySet } from '../../../../src/policy/policies/compile.ts';
import { makeEngine } from '../../../../src/policy/decide/engine.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { list, parseJson } from '../../../../src/policy/inventory/json.ts';
import { readInventoryText, readPolicySet, readPolicySources } from '../../../../src/policy/load.ts';
import { groupsNamed } from '../../../../src/policy/policies/recorded-principal.ts';
import { makeWorld } from '../../../local-gateway/src/world/world.ts';
import type { Context } from '../cli/command.ts';
import { shippedPolicies } from '../options.ts';
import { withLedger } from '../session.ts';
import type { LocalWorld, WithWorld } from '../settings.ts';
import { replayDecision } from './replay-decision.ts';
import { replayTrail } from './replay-trail.ts';
import type { Flip, ReplayCounts, ReplayPolicies } from './replay-trail.ts';

/** What to replay. */
export type ReplayRequest =
  /** One entry, with the slice of the inventory that it records. */
  { readonly kind: 'entry'; readonly entry: string; readonly policies: string } | (Replacement & RecordedRequests);

/**
 * What the requests are replayed with; where the inventory is undefined, it is that of the world of
 * `npm start`, else of the folder.
 */
export interface Replacement {
  readonly policies: string;
  readonly inventory: string | undefined;
  /** File with roles that entries don't have. */
  readonly roles: string | undefined;
}

/**
 * The policies and the inventory to replay with. Throws an Error that says what is wrong with them.
 */
export function replayPoliciesOf(
  { policies, inventory }: Pick<Replacement, 'policies' | 'inventory'>,
  world: LocalWorld | null,
): Omit<ReplayPolicies, 'roles'> {
  const advice = 'Name a folder with *.cedar files, schema.cedarschema and required-policies.json.';
  return readingPolicies(policies, advice, () => {
    const content = inventoryTextOf(policies, inventory, world);
    const policySet = readPolicySet(policies);
    let known: readonly PolicySet[] | null = null;
    return {
      engine: makeEngine(policySet, undefined, true),
      inventory: parseInventory(content, inventory),
      groupsNamedBy: (hash) => {
        known ??= [policySet, ...packagedPolicySet()];
        return known.filter((one) => one.hash === hash).flatMap(groupsNamed);
      },
    };
  });
}

function inventoryTextOf(policies: string, inventory: string | undefined, world: LocalWorld | null): string {
  if (inventory !== undefined) return readFileSync(inventory, 'utf8');
  return world === null ? readInventoryText(policies) : makeWorld(world.name, world.text, world.defaults).inventoryText;
}

/** The roles of a file. Throws an Error that says what is wrong with it. */
export async function rolesIn({ roles }: Pick<Replacement, 'roles'>): Promise<readonly RoleAttributes[]> {
  if (roles === undefined) return [];
  const advice = 'Name a JSON file with a list of roles.';
  const content = await explainFailure("The roles can't be read", advice, () => readFileSync(roles, 'utf8'));
  return parseJson(roles, content, list(caseRole));
}

/**
 * The policies beside package.json, which are often those that decided; none if they are not valid.
 */
function packagedPolicySet(): readonly PolicySet[] {
  try {
    return [compilePolicies(readPolicySources(shippedPolicies))];
  } catch {
    return [];
  }
}

/** The entries of the ledger since a time, as the export writes them. */
async function* entriesSince(ledger: Ledger, since: number): AsyncGenerator<string> {
  const query = { partition: { kind: 'all' }, ...noFilters, since, until: Date.now(), limit: 250 } as const;
  let before: string | null = null;
  do {
    const page = await ledger.readTrail({ ...query, before });
    yield* page.entries.map((entry) => JSON.stringify(entry));
    before = page.next;
  } while (before !== null);
}

/** Replays what is requested, and prints the decisions that differ. Gives the exit code. */
export async function run(
  request: ReplayRequest,
  { settings, print }: Context<WithWorld & { readonly ledger: LedgerSettings | null }>,
): Promise<number> {
  if (request.kind === 'entry') {
    const { same, report } = replayDecision(request.entry, request.policies);
    print(report);
    return same ? 0 : 1;
  }
  const policies = { ...replayPoliciesOf(request, settings.world), roles: await rolesIn(request) };
  const counts = await replayRecorded(request, settings.ledger, policies, (flip) => print(lineOf(flip)));
  print(summaryOf(counts));
  return isAsRecorded(counts) ? 0 : 1;
}

/** Whether no decision differs, or may differ. */
export function isAsRecorded(counts: ReplayCounts): boolean {
  const { nowAllowed, nowDenied, nowNeedingApproval, incomplete, dependingOnRoles } = counts;
  return nowAllowed + nowDenied + nowNeedingApproval + incomplete + dependingOnRoles === 0;
}

/**
 * Recorded requests: those of a file, or of the ledger since a time in milliseconds since the
 * epoch.
 */
export type RecordedRequests =
  { readonly kind: 'trail'; readonly trail: string } | { readonly kind: 'ledger'; readonly since: number };

/** Replays recorded requests. Throws an Error that says what can't be read. */
export function replayRecorded(
  request: RecordedRequests,
  settings: LedgerSettings | null,
  policies: ReplayPolicies,
  onFlip: (flip: Flip) => void,
): Promise<ReplayCounts> {
  const replay = (lines: AsyncIterable<string>, source: string) => replayTrail(lines, source, policies, onFlip);
  if (request.kind === 'trail') {
    const { trail } = request;
    const advice = 'Give the output of pod-identity-operator trail export.';
    const lines = () => createInterface({ input: createReadStream(trail) });
    return explainFailure(`${trail} can't be replayed`, advice, () => replay(lines(), trail));
  }
  if (settings === null) throw new Error('There are no settings of the ledger.');
  return withLedger(settings, (ledger) => replay(entriesSince(ledger, request.since), 'ledger'));
}

/** A request on which the decision differs, in words. */
export function lineOf({
  time,
  operationId,
  principalId,
  onBehalfOf,
  action,
  target,
  recorded,
  replayed,
}: Flip): string {
  const person = onBehalfOf === null ? '' : ` on behalf of ${onBehalfOf}`;
  return `${time} ${action} ${target} by ${principalId}${person}, operation ${operationId}: ${recorded}; now ${replayed}`;
}

/**
 * The counts, the roles on which decisions depend, and the principals whose requests are decided
 * otherwise.
 */
export function summaryOf(counts: ReplayCounts): string {
  const { replayed, nowDenied, nowAllowed, nowNeedingApproval, otherReasons } = counts;
  const { incomplete, erased, dependingOnRoles, openRoles, affected } = counts;
  const { requests, groups } = counts.unrecordedGroups;
  return [
    `${replayed} requests replayed: ${nowDenied} now denied, ${nowAllowed} now allowed, ${nowNeedingApproval} now needing approval, ${otherReasons} decided by other policies`,
    ...(incomplete > 0
      ? [`${incomplete} requests can't be replayed: their entries leave out parts for their size`]
      : []),
    ...(erased > 0 ? [`${erased} requests are not replayable: their personal data were erased`] : []),
    ...(dependingOnRoles > 0
      ? [
          `${dependingOnRoles} requests depend on tags or the permissions boundary of roles, which their entries don't have: give the roles with --roles`,
        ]
      : []),
    ...openRoles.map(([roleAndPolicies, count]) => `${count} with ${roleAndPolicies}`),
    ...(requests > 0
      ? [
          `${requests} requests can be decided otherwise: their entries don't say whether the principals are in ${groups.join(', ')}`,
        ]
      : []),
    ...affected.map(([principalId, count]) => `${count} of ${principalId}`),
  ].join('\n');
}
