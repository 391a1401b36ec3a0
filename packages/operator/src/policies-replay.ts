import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand, UsageError } from '../../../tools/command.ts';
import type { OptionValues } from '../../../tools/command.ts';
import { explainFailure, readingPolicies } from '../../../tools/explain.ts';
import { noFilters } from '../../../src/ledger/ledger.ts';
import { openExistingLedger } from '../../local-gateway/src/ledger.ts';
import { readLedgerSettings } from '../../local-gateway/src/settings.ts';
import { authorizeWith } from '../../../src/policy/authorize.ts';
import { makeEngine } from '../../../src/policy/engine.ts';
import { parseInventory } from '../../../src/policy/inventory.ts';
import { readInventoryText, readPolicySet } from '../../../src/policy/load.ts';
import type { Authorize } from '../../../src/policy/policy.ts';
import { readTime } from './time-option.ts';
import { replayDecision } from './replay-decision.ts';
import { replayTrail } from './replay-trail.ts';
import type { Flip, ReplayCounts } from './replay-trail.ts';

const shipped = join(import.meta.dirname, '../../../policies');

const options = {
  trail: { type: 'string' },
  since: { type: 'string' },
  policies: { type: 'string', default: shipped },
  inventory: { type: 'string' },
} as const;

type Values = OptionValues<typeof options>;

const help = `Replays recorded requests with other policies, and reports the decisions that differ.

Usage: npm run --silent policies:replay -- --trail FILE [--policies FOLDER] [--inventory FILE]
       npm run --silent policies:replay -- --since TIME [--policies FOLDER] [--inventory FILE]
       npm run --silent policies:replay -- ENTRY [FOLDER]

  --trail FILE       output of npm run audit:export: the requests are replayed with policies and inventory
  --since TIME       as --trail, with the entries of the ledger since this RFC 3339 time, newest first
  --policies FOLDER  folder of policies (default: policies beside package.json)
  --inventory FILE   inventory (default: inventory.json in the folder of policies)
  ENTRY              JSON file with one audit entry: its decision is replayed with the slice of the inventory that it
                     records
  FOLDER             folder of policies for ENTRY (default: policies beside package.json)
  -h, --help         print this text

The ledger is set by the environment variables of npm run audit:export. Exits with 0 when all decisions are as recorded, with
1 when one is not or can't be replayed, with 2 when the arguments are wrong.
`;

/** The policies and the inventory to replay with. Throws an Error that says what is wrong with them. */
function authorizeOf({ policies, inventory }: Values): Authorize {
  const advice = 'Name a folder with *.cedar files, schema.cedarschema and required-policies.json.';
  return readingPolicies(policies, advice, () => {
    const content = inventory === undefined ? readInventoryText(policies) : readFileSync(inventory, 'utf8');
    return authorizeWith(makeEngine(readPolicySet(policies)), parseInventory(content, inventory));
  });
}

/** The entries of the ledger since a time, as the export writes them. */
async function* entriesSince(since: number): AsyncGenerator<string> {
  const ledger = openExistingLedger(readLedgerSettings());
  try {
    const query = { partition: { kind: 'all' }, ...noFilters, since, until: Date.now(), limit: 250 } as const;
    let before: string | null = null;
    do {
      const page = await ledger.readTrail({ ...query, before });
      yield* page.entries.map((entry) => JSON.stringify(entry));
      before = page.next;
    } while (before !== null);
  } finally {
    ledger.close();
  }
}

function linesOf({ trail, since }: Values): { readonly source: string; readonly lines: AsyncIterable<string> } {
  if (trail !== undefined && since !== undefined) throw new UsageError('Give --trail or --since, not both.');
  if (trail !== undefined) return { source: trail, lines: createInterface({ input: createReadStream(trail) }) };
  return { source: 'ledger', lines: entriesSince(readTime('--since', since ?? '')) };
}

async function replayAll(values: Values): Promise<number> {
  const { source, lines } = linesOf(values);
  const authorize = authorizeOf(values);
  const replay = () => replayTrail(lines, source, authorize, (flip) => console.log(lineOf(flip)));
  const counts =
    values.trail === undefined
      ? await replay()
      : await explainFailure(`${values.trail} can't be replayed`, 'Give the output of npm run audit:export.', replay);
  console.log(summaryOf(counts));
  const { nowAllowed, nowDenied, incomplete, withoutRoles } = counts;
  return nowAllowed + nowDenied + incomplete + withoutRoles === 0 ? 0 : 1;
}

function lineOf({ time, operationId, principalId, onBehalfOf, action, target, recorded, replayed }: Flip): string {
  const person = onBehalfOf === null ? '' : ` on behalf of ${onBehalfOf}`;
  return `${time} ${action} ${target} by ${principalId}${person}, operation ${operationId}: ${recorded}; now ${replayed}`;
}

/** The counts, and below them the principals whose requests are decided otherwise. */
function summaryOf(counts: ReplayCounts): string {
  const { replayed, nowDenied, nowAllowed, otherReasons, incomplete, withoutRoles, withOtherGroups, affected } = counts;
  return [
    `${replayed} requests replayed: ${nowDenied} now denied, ${nowAllowed} now allowed, ${otherReasons} decided by other policies`,
    ...(incomplete > 0
      ? [`${incomplete} requests can't be replayed: their entries leave out parts for their size`]
      : []),
    ...(withoutRoles > 0
      ? [
          `${withoutRoles} requests can't be replayed: the policies use tags or boundaries of roles that their entries don't have`,
        ]
      : []),
    ...(withOtherGroups > 0
      ? [
          `${withOtherGroups} requests by principals with groups that are not recorded: a policy that names these groups can decide otherwise`,
        ]
      : []),
    ...affected.map(([principalId, count]) => `${count} of ${principalId}`),
  ].join('\n');
}

const command = {
  help,
  options,
  maxArguments: 2,
  run: (values: Values, [file, directory = shipped]: readonly string[]) => {
    if (values.trail !== undefined || values.since !== undefined) {
      if (file === undefined) return replayAll(values);
      throw new UsageError('Give an ENTRY, or --trail or --since, not both.');
    }
    if (file === undefined) throw new UsageError('Expected --trail, --since or the file of an audit entry.');
    const { same, report } = replayDecision(file, directory);
    console.log(report);
    return same ? 0 : 1;
  },
};

if (import.meta.main) process.exitCode = await runCommand(command);
