import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import type { AssociationReads } from '../src/ledger/association-history.ts';
import type { ObservationStore } from '../src/ledger/cluster-scan.ts';
import { dynamoDbItems } from '../src/ledger/dynamodb/items.ts';
import { storedAssociationReads } from '../src/ledger/stored/association-reads.ts';
import { storedObservations } from '../src/ledger/stored/observations.ts';
import { makeDynamoDbLedger } from '../src/ledger/dynamodb/ledger.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { createTables } from '../src/ledger/dynamodb/tables.ts';
import { startDynamoDbLocal } from '../test/support/dynamodb-local.ts';
import { openGateway, withoutRateLimit } from '../test/support/gateway.ts';
import type { Gateway } from '../test/support/gateway.ts';
import { runCommand } from '../tools/command.ts';
import { localClient } from './capacity.ts';
import { associationOf, fillFleet, role } from './fleet-fill.ts';
import { clusters, home, makeFleetPolicies, perCluster } from './fleet-world.ts';
import { table } from './report.ts';
import { median } from './statistics.ts';

const help = `Measures queries over 200 clusters in 20 accounts with 10,000 associations, in both stores, beside a list with a role filter in each cluster.
Prints a Markdown table for each store.

Usage: npm run bench -- fleet

  -h, --help  print this text
`;

type Store = Ledger & ObservationStore & AssociationReads;

const fields = 'nodes { clusterName namespace serviceAccount roleArn origin observedAt }';
const ofRole = `filter: { roleArn: "${role(7)}" }`;

/** What is measured, by its name: a query, and how many items its answer has. */
const queries: Readonly<Record<string, readonly [string, number]>> = {
  'who uses a role': [`{ associations(${ofRole}) { ${fields} } }`, 25],
  'the same, with the coverage of 200 clusters': [
    `{ associations(${ofRole}) { ${fields} coverage { clusterName isKnown scannedAt } } }`,
    25,
  ],
  'a page of 50 of all': [`{ associations { ${fields} } }`, 50],
  'who used the role an hour ago': [`{ associations(${ofRole}, asOf: "AS_OF") { ${fields} } }`, 25],
};

/**
 * A list with a role filter in one cluster, without the limit of reads per second that a deployment
 * has.
 */
const listOfCluster = `{ podIdentityAssociations(clusterName: "cluster-0", roleArn: "${role(7)}", first: 100) { nodes { roleArn } } }`;

/** A request, as the gateway's log has it. Milliseconds. */
interface Measured {
  readonly ms: number;
  readonly decisions: number;
  readonly decisionsMs: number;
}

async function medianOf(gateway: Gateway, document: string, items: number): Promise<Measured> {
  const times: number[] = [];
  const lines: Gateway['logged'] = [];
  for (let round = 0; round < 20; round += 1) {
    gateway.logged.length = 0;
    const startedAt = performance.now();
    const { data } = await gateway.send<Record<string, { readonly nodes: readonly unknown[] }>>(document, {}, 'olivia');
    times.push(performance.now() - startedAt);
    lines.push(...gateway.logged.filter(({ fields }) => 'policyMs' in fields));
    const found = Object.values(data ?? {})[0]?.nodes.length;
    if (found !== items) throw new Error(`Expected ${items} items, got ${found}: ${document}`);
  }
  const ofLog = (name: string) => median(lines.map(({ fields }) => Number(fields[name])));
  return { ms: median(times), decisions: ofLog('policyCalls'), decisionsMs: ofLog('policyMs') };
}

async function measure(name: string, store: Store): Promise<string> {
  const policies = makeFleetPolicies();
  const gateway = await openGateway({ ledger: store, policies, change: withoutRateLimit });
  await fillFleet(store, gateway.clock.now() - 2 * 3_600_000);
  const [cluster] = clusters;
  gateway.simulator.control.addCluster({ accountId: home, region: 'eu-central-1', clusterName: 'cluster-0' });
  for (let index = 0; index < perCluster && cluster; index += 1) {
    const { namespace, serviceAccount } = associationOf(cluster, index);
    gateway.simulator.control.createAssociation({ ...cluster, namespace, serviceAccount, roleArn: role(7) });
  }
  const listMs = (await medianOf(gateway, listOfCluster, perCluster)).ms * clusters.length;
  const asOf = new Date(gateway.clock.now() - 3_600_000).toISOString();
  const rows: (string | number | null)[][] = [
    ['a list with a role filter in each cluster', listMs, 1, clusters.length * (perCluster + 1), null, null],
  ];
  for (const [query, [document, items]] of Object.entries(queries)) {
    const { ms, decisions, decisionsMs } = await medianOf(gateway, document.replace('AS_OF', asOf), items);
    rows.push([query, ms, Math.round(listMs / ms), 0, decisions, decisionsMs]);
  }
  await gateway.close();
  rmSync(policies, { recursive: true });
  const head = ['request', 'ms, median', 'times as fast', 'EKS calls', 'decisions', 'ms of decisions'];
  return `${name}:\n\n${table(head, rows)}\n\n`;
}

async function onDynamoDb(): Promise<string> {
  const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  const client = localClient(local.endpoint);
  await createTables(client, names);
  const settings = { client, ...names };
  const store = {
    ...makeDynamoDbLedger(settings),
    ...storedObservations(dynamoDbItems(settings)),
    ...storedAssociationReads(dynamoDbItems(settings)),
  };
  const result = await measure('DynamoDB Local', store);
  client.destroy();
  await local.stop();
  return result;
}

process.exitCode = await runCommand({
  help,
  options: {},
  run: async () => {
    process.stdout.write(await measure('SQLite', makeSqliteLedger({ file: ':memory:' })));
    process.stdout.write(await onDynamoDb());
    return 0;
  },
});
