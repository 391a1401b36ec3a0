import { clusterIn } from '../../../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { makeSlots } from '../../../../src/runtime/slots.ts';
import type { Context } from '../cli/command.ts';
import { makeProgress } from '../cli/progress.ts';
import { readInventory } from './read.ts';
import { connectAws, readAccount, readCaller, readOrganization } from './aws.ts';
import type { AwsConnection, Reading, Wanted } from './aws.ts';
import { goneFrom, notesOn, ownerlessIn, suggestionOf, tableOf } from './suggestion.ts';

/** What to read, and how to print it. */
export interface SuggestRequest {
  /** Path of the inventory. */
  readonly inventory: string;
  /**
   * Name of the role to assume, with its path; null: only the account of the credentials is read.
   */
  readonly roleName: string | null;
  /** Empty: those of the organization. */
  readonly accounts: readonly string[];
  /** Empty: those of the inventory. */
  readonly regions: readonly string[];
  readonly environmentTag: string;
  readonly withNamespaces: boolean;
  readonly output: 'json' | 'table';
  /** Whether the exit code says that the inventory lacks something. */
  readonly isDetailed: boolean;
}

/**
 * Accounts that are read at the same time. Each has one open request, far below the limits of EKS
 * for an account.
 */
const maxAccounts = 8;

/**
 * Prints what the inventory lacks. Gives the exit code. Throws an Error if the inventory or the
 * list of accounts can't be read.
 */
export async function run(
  request: SuggestRequest,
  context: Context<{ readonly region: string | null }>,
): Promise<number> {
  const { settings, print, warn } = context;
  const inventory = readInventory(request.inventory);
  const regions = regionsToRead(request, inventory, settings.region);
  const connection = connectAws(settings.region ?? regions[0] ?? '');
  try {
    const accounts = await accountsToRead(connection, request);
    const environmentOf: Wanted['environmentOf'] = (cluster) => clusterIn(inventory, cluster)?.environment ?? null;
    const reading = await readAll(connection, accounts, { ...request, regions, environmentOf }, context);
    const suggestion = suggestionOf(inventory, accounts.names, reading.clusters);
    print(request.output === 'json' ? JSON.stringify(suggestion, null, 2) : tableOf(inventory, suggestion));
    for (const failure of reading.failures) warn(`FAILED ${failure}`);
    for (const gone of goneFrom(inventory, reading, accounts.active)) warn(`GONE ${gone}`);
    for (const namespace of ownerlessIn(inventory, reading.clusters)) warn(`NO OWNER ${namespace}`);
    for (const note of notesOn(inventory, suggestion, request.environmentTag)) warn(`NOTE ${note}`);
    if (reading.failures.length > 0) return 1;
    const isLacking = suggestion.accounts.length > 0 || suggestion.clusters.length > 0;
    return isLacking && request.isDetailed ? 2 : 0;
  } finally {
    connection.requestHandler.destroy();
  }
}

function regionsToRead(
  { regions }: SuggestRequest,
  { accounts }: Inventory,
  fallback: string | null,
): readonly string[] {
  if (regions.length > 0) return regions;
  const served = [...new Set(accounts.flatMap((account) => account.regions))];
  if (served.length > 0) return served;
  if (fallback === null) throw new Error('The inventory names no region: give --region, or set AWS_REGION.');
  return [fallback];
}

/** The accounts to read, with what is needed to read each. */
type Accounts = Awaited<ReturnType<typeof accountsToRead>>;

async function accountsToRead(connection: AwsConnection, { accounts, roleName }: SuggestRequest) {
  const { accountId: own, partition } = await readCaller(connection);
  const isOrganization = accounts.length === 0 && roleName !== null;
  const given = accounts.length === 0 ? [own] : accounts;
  const names = isOrganization
    ? await readOrganization(connection)
    : new Map<string, string | null>(given.map((id) => [id, null]));
  return {
    own,
    names,
    ids: [...names.keys()].sort(),
    /** The accounts of the organization; null where it was not read. */
    active: isOrganization ? new Set(names.keys()) : null,
    roleIn: (accountId: string) => (roleName === null ? null : `arn:${partition}:iam::${accountId}:role/${roleName}`),
  };
}

/** Reads the accounts, a few at once. Shows the progress on a terminal. */
async function readAll(
  connection: AwsConnection,
  { ids, own, roleIn }: Accounts,
  wanted: Wanted,
  { stderr }: Pick<Context<unknown>, 'stderr'>,
): Promise<Reading> {
  const readings = ids.map((): Reading => ({ clusters: [], complete: new Set(), failures: [] }));
  const inSlot = makeSlots(maxAccounts);
  const counts = { accounts: 0, clusters: 0 };
  const progress = makeProgress(stderr);
  const work = readings.map((reading, index) =>
    inSlot(async () => {
      const accountId = ids[index] ?? '';
      const role = accountId === own ? null : roleIn(accountId);
      if (accountId !== own && role === null) {
        reading.failures.push(`${accountId}: the credentials are of ${own}; give --role-name, a role to assume.`);
      } else await readAccount(connection, { accountId, role }, wanted, reading);
      counts.accounts += 1;
      counts.clusters += reading.clusters.length;
      progress.show(`accounts ${counts.accounts} of ${ids.length}, clusters ${counts.clusters}`);
    }),
  );
  await Promise.all(work);
  progress.clear();
  return {
    clusters: readings.flatMap(({ clusters }) => clusters),
    complete: new Set(readings.flatMap(({ complete }) => [...complete])),
    failures: readings.flatMap(({ failures }) => failures),
  };
}
