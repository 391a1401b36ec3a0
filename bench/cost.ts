import { join } from 'node:path';
import { startDynamoDbLocal } from '../test/support/dynamodb-local.ts';
import { countAlarms } from './alarm-count.ts';
import { idleMonth, millionRequests, requestMetrics, storedMillion } from './cost-model.ts';
import type { Counted, Deployment } from './cost-model.ts';
import { measureIdleUnits, scheduled } from './idle-units.ts';
import { measureCreate } from './limits.ts';
import { listPrices, pricesOf } from './prices.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { measureRequestCosts } from './request-units.ts';

/** The deployments of the page, by their heads. */
const deployments: Readonly<Record<string, Deployment>> = {
  '10 clusters': { clusters: 10, associations: 50, accounts: 1 },
  '200 clusters in 20 accounts': { clusters: 200, associations: 50, accounts: 20 },
  '1,000 clusters in 1,000 accounts': { clusters: 1_000, associations: 50, accounts: 1_000 },
};

/** What the examples send in a month. */
const examples = [
  { name: 'a team', at: '10 clusters', changes: 2_000, reads: 100_000 },
  { name: 'an organization', at: '1,000 clusters in 1,000 accounts', changes: 50_000, reads: 2_000_000 },
] as const;

/** Counts what the page is about, against a DynamoDB Local and the EKS simulator. */
export async function countCosts(endpoint: string): Promise<Counted> {
  const { requests, metrics } = await measureRequestCosts(endpoint);
  return {
    idle: await measureIdleUnits(endpoint),
    requests,
    requestMetrics: metrics,
    alarms: countAlarms(),
    trail: await measureCreate(),
  };
}

/** The section with the tables of `docs/cost.md`. Requires Java. */
export async function measureCost(): Promise<Section> {
  const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
  try {
    return costSection(await countCosts(local.endpoint));
  } finally {
    await local.stop();
  }
}

const money = (value: number) => value.toFixed(2);
const whole = (value: number) => Math.round(value).toLocaleString('en');
const total = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((sum, part) => sum + part, 0);

/** The tables of `docs/cost.md`, from what was counted. They depend on the code, not on the machine. */
export function costSection(counted: Counted): Section {
  const parts: readonly (readonly [heading: string, tables: string])[] = [
    ['Idle, dollars a month', idleTable(counted)],
    ['Units of an idle deployment', unitTable(counted)],
    ['Two examples, dollars a month', exampleTable(counted)],
    ['A million requests', requestTable(counted)],
    ['Prices', priceTable()],
  ];
  const tables = parts.map(([heading, text]) => `## ${heading}\n\n${text}`).join('\n\n');
  return { name: 'cost', document: 'cost.md', isMeasured: false, tables };
}

function idleTable(counted: Counted): string {
  const columns = Object.values(deployments).map((deployment) => idleMonth(counted, deployment));
  const names = Object.keys(columns[0] ?? {});
  const rows = names.map((name) => [name, ...columns.map((parts) => money(parts[name] ?? 0))]);
  const longer = Object.values(deployments).map((deployment) =>
    money(total(idleMonth(counted, { ...deployment, scanIntervalMs: 1_800_000 }))),
  );
  const sums = columns.map((parts) => money(total(parts)));
  return table(
    ['', ...Object.keys(deployments)],
    [...rows, ['**together**', ...sums], ['with a scan in 30 minutes', ...longer]],
  );
}

function unitTable({ idle, alarms }: Counted): string {
  const runs = scheduled.map(
    (name) => [`a run of \`${name}\` that finds nothing`, idle.runs[name], idle.runs[name].logBytes] as const,
  );
  const reads = [
    ['a scan of a cluster in which nothing changed', idle.quietScan],
    ['each of its associations', idle.association],
    ['an association that is read again, once a day', idle.again],
    ['an account and region whose clusters are scanned', idle.account],
  ] as const;
  const rows = [...runs, ...reads].map(([name, { dynamoDbCalls, tableUnits, indexUnits, readUnits }, bytes]) => [
    ...[
      name,
      ...[dynamoDbCalls, tableUnits, indexUnits, readUnits].map((units) => String(Math.round(units * 100) / 100)),
    ],
    // Times and ids make lines longer or shorter by some bytes.
    bytes === undefined ? '' : whole(Math.ceil(bytes / 100) * 100),
  ]);
  const head = ['', 'DynamoDB calls', 'write units, tables', 'write units, indexes', 'read units', 'bytes of log'];
  const names = idle.metrics.map((name) => `\`${name}\``).join(', ');
  return [
    table(head, rows),
    `Metrics with values in each hour: ${names}. Alarms: ${alarms.metrics} metrics, ${alarms.composite} composite.`,
  ].join('\n\n');
}

function exampleTable(counted: Counted): string {
  const { requests } = counted;
  const dollars = (request: string) => {
    const found = requests.find((one) => one.request === request);
    if (!found) throw new Error(`No request was counted as ${request}.`);
    return total(millionRequests(found)) / 1e6;
  };
  const change = (dollars('create') + dollars('update') + dollars('delete')) / 3;
  const read = dollars('associations of the cluster');
  const columns = examples.map(({ at, changes, reads }) => {
    const deployment = deployments[at];
    if (!deployment) throw new Error(`No deployment has ${at}.`);
    return {
      idle: total(idleMonth(counted, deployment)),
      'metrics of requests, in each hour': requestMetrics(counted),
      changes: changes * change,
      reads: reads * read,
      'storage of the trail after a year': ((12 * changes) / 1e6) * storedMillion(counted),
    };
  });
  const names = Object.keys(columns[0] ?? {}) as (keyof (typeof columns)[number])[];
  const rows = names.map((name) => [name, ...columns.map((parts) => money(parts[name]))]);
  const heads = examples.map(
    ({ name, at, changes, reads }) => `${name}: ${at}, ${whole(changes)} changes, ${whole(reads)} reads`,
  );
  return table(['', ...heads], [...rows, ['**together**', ...columns.map((parts) => money(total(parts)))]]);
}

function requestTable({ requests, ...counted }: Counted): string {
  const rows = requests.map((cost) => {
    const { request, eksCalls, dynamoDbCalls, tableUnits, indexUnits, readUnits } = cost;
    const isRequest = !request.includes('that a scan');
    const { dynamoDb, others } = millionRequests(cost);
    return [
      ...[request, ...[eksCalls, dynamoDbCalls, tableUnits, indexUnits, readUnits].map(String)],
      ...[money(dynamoDb), isRequest ? money(others) : '', money(isRequest ? dynamoDb + others : dynamoDb)],
    ];
  });
  const head = [
    ...['', 'EKS calls', 'DynamoDB calls', 'write units, tables', 'write units, indexes', 'read units'],
    ...['DynamoDB, $', 'API, Lambda, logs, $', 'together, $'],
  ];
  const stored = money(storedMillion({ requests, ...counted }));
  return [
    table(head, rows),
    `A million creates leave entries that cost $${stored} a month to store, with indexes and backup.`,
  ].join('\n\n');
}

function priceTable(): string {
  const rows = Object.entries(listPrices).map(([what, dollars]) => [what, String(dollars)]);
  return [`List prices of us-east-1 on ${pricesOf}.`, table(['', '$'], rows)].join('\n\n');
}
