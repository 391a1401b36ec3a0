import { clusterIn } from '../../../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { namespaceIn } from '../../../../src/policy/inventory/namespaces.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { aligned } from '../cli/table.ts';
import { readLocalInventory } from '../inventory/read.ts';
import { clusterName, coverageOf, gapsIn, observedAssociations } from '../observed-associations.ts';
import type { Coverage, ObservedAssociation } from '../observed-associations.ts';
import { withLedger } from '../session.ts';
import type { WithWorld } from '../settings.ts';
import { csvLine } from './csv.ts';

/** What to review, and how to print it. */
export interface ReviewRequest {
  /** Only the namespaces of this group; null: all. */
  readonly owner: string | null;
  /** Path of the inventory; undefined: that of the world of `npm start`, else of the package. */
  readonly inventory: string | undefined;
  readonly output: 'table' | 'csv' | 'json';
}

/**
 * An association in the review of an owner. Also the columns of CSV, in this order. Times are RFC
 * 3339.
 */
type Row = ReturnType<typeof rowOf>;

/** Prints the associations of each owner. Gives the exit code. */
export async function run(request: ReviewRequest, context: Context<LedgerSettings & WithWorld>): Promise<number> {
  const { settings, print, warn, stdout } = context;
  const inventory = readLocalInventory(request.inventory, settings.world);
  if (request.owner !== null) requireOwner(inventory, request.owner);
  const { rows, coverage } = await withLedger(settings, async (ledger) => {
    const found: Row[] = [];
    for await (const page of observedAssociations(ledger, inventory.clusters)) {
      for (const observed of page) found.push(...rowsOf(inventory, observed, request.owner));
    }
    return { rows: found.sort(byOwner), coverage: await coverageOf(ledger, inventory.clusters) };
  });
  if (request.output === 'json') print(JSON.stringify({ associations: rows, coverage }, null, 2));
  if (request.output === 'table') for (const line of [...tables(rows), ...coverageLines(coverage)]) print(line);
  if (request.output === 'csv') {
    stdout.write(csvLine(columns));
    for (const row of rows) stdout.write(csvLine(Object.values(row)));
    for (const line of coverageLines(coverage)) warn(line);
  }
  return 0;
}

/** A review of a name that is misspelled would be empty. */
function requireOwner({ namespaces }: Inventory, owner: string): void {
  const owners = [...new Set(namespaces.flatMap((namespace) => namespace.owners))].sort();
  if (owners.includes(owner)) return;
  throw new Error(`No namespace of the inventory has the owner ${owner}. Its owners are ${owners.join(', ')}.`);
}

const columns = [
  ...['owner', 'accountId', 'region', 'clusterName', 'namespace', 'serviceAccount', 'roleArn', 'targetRoleArn'],
  ...['createdAt', 'ageDays', 'modifiedAt', 'origin', 'operationId', 'principalId', 'onBehalfOf', 'observedAt'],
];

/** The rows of an association: one for each owner of its namespace, or one without an owner. */
function rowsOf(inventory: Inventory, observed: ObservedAssociation, wanted: string | null): readonly Row[] {
  const { association } = observed;
  const cluster = clusterIn(inventory, association);
  const owners = cluster === null ? [] : namespaceIn(inventory, cluster, association.namespace).owners;
  const listed = owners.length === 0 ? [null] : owners;
  return listed.filter((owner) => wanted === null || owner === wanted).map((owner) => rowOf(owner, observed));
}

function rowOf(owner: string | null, { association, origin, operationId, entry, observedAt }: ObservedAssociation) {
  const { accountId, region, clusterName: name, namespace, serviceAccount } = association;
  const { roleArn, targetRoleArn, createdAt, modifiedAt } = association;
  return {
    owner,
    accountId,
    region,
    clusterName: name,
    namespace,
    serviceAccount,
    roleArn,
    targetRoleArn,
    createdAt,
    ageDays: daysSince(createdAt),
    modifiedAt,
    origin,
    operationId,
    principalId: entry?.principal.id ?? null,
    onBehalfOf: entry?.onBehalfOf ?? null,
    observedAt: new Date(observedAt).toISOString(),
  };
}

/** Whole days. A clock of EKS that is ahead does not make an age negative. */
function daysSince(time: string): number {
  return Math.max(0, Math.floor((Date.now() - Date.parse(time)) / 86_400_000));
}

/** By owner, in code units; without an owner last. The order of associations stays. */
function byOwner({ owner: one }: Row, { owner: other }: Row): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? 1 : -1;
  return one < other ? -1 : 1;
}

const header = [
  ...['cluster', 'namespace', 'service account', 'role', 'target role', 'age', 'last change', 'origin', 'by'],
  'on behalf of',
];

/** One table for each owner, with an empty line after it. */
function tables(rows: readonly Row[]): readonly string[] {
  return [...Map.groupBy(rows, ({ owner }) => owner)].flatMap(([owner, ofOwner]) => [
    `${owner ?? 'no owner'}: associations ${ofOwner.length}`,
    ...aligned([header, ...ofOwner.map(cellsOf)]),
    '',
  ]);
}

function cellsOf(row: Row): readonly string[] {
  const { namespace, serviceAccount, roleArn, targetRoleArn, ageDays, modifiedAt, origin } = row;
  const { principalId, onBehalfOf } = row;
  return [
    ...[clusterName(row), namespace, serviceAccount, roleArn, targetRoleArn ?? '-', `${ageDays} d`, modifiedAt, origin],
    ...[principalId ?? '-', onBehalfOf ?? '-'],
  ];
}

function coverageLines(coverage: Coverage): readonly string[] {
  const { clusters, oldestScan } = coverage;
  const oldest = oldestScan === null ? 'none' : `${oldestScan.scannedAt} of ${oldestScan.cluster}`;
  return [`clusters ${clusters}, oldest complete scan: ${oldest}`, ...gapsIn(coverage)];
}
