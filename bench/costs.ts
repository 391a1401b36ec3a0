import { join } from 'node:path';
import { defaultScanSettings } from '../src/observations/scan.ts';
import { runCommand, UsageError } from '../tools/command.ts';
import { startDynamoDbLocal } from '../test/support/dynamodb-local.ts';
import { costSection, countCosts } from './cost.ts';
import { idleMonth } from './cost-model.ts';
import { table } from './report.ts';

const help = `Counts what an idle deployment and requests consume, and prints the tables of docs/cost.md; with --clusters, what an
idle deployment of that size costs. Against DynamoDB Local and the EKS simulator, at list prices of us-east-1. Requires Java.

Usage: npm run bench -- costs [--clusters COUNT] [--accounts COUNT] [--associations COUNT] [--scan-minutes MINUTES]

  --clusters COUNT        clusters of the inventory
  --accounts COUNT        accounts and regions in which they are (default: 1)
  --associations COUNT    in each cluster (default: 50)
  --scan-minutes MINUTES  SCAN_INTERVAL_MS in minutes (default: ${defaultScanSettings.intervalMs / 60_000})
  -h, --help              print this text
`;

/** A count of the command line. */
function countOf(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) {
    throw new UsageError(`--${name} is ${JSON.stringify(text)}: give a whole number above 0.`);
  }
  return Number(text);
}

process.exitCode = await runCommand({
  help,
  options: {
    clusters: { type: 'string' },
    accounts: { type: 'string', default: '1' },
    associations: { type: 'string', default: '50' },
    'scan-minutes': { type: 'string', default: String(defaultScanSettings.intervalMs / 60_000) },
  },
  run: async ({ clusters, accounts, associations, 'scan-minutes': minutes }) => {
    const deployment = clusters !== undefined && {
      clusters: countOf('clusters', clusters),
      accounts: countOf('accounts', accounts),
      associations: countOf('associations', associations),
      scanIntervalMs: countOf('scan-minutes', minutes) * 60_000,
    };
    const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
    try {
      const counted = await countCosts(local.endpoint);
      if (!deployment) process.stdout.write(`${costSection(counted).tables}\n`);
      else {
        const parts = Object.entries(idleMonth(counted, deployment));
        const together = parts.reduce((sum, [, dollars]) => sum + dollars, 0);
        const rows = [...parts, ['together', together] as const].map(([name, dollars]) => [name, dollars.toFixed(2)]);
        process.stdout.write(`${table(['idle', '$ a month'], rows)}\n`);
      }
    } finally {
      await local.stop();
    }
    return 0;
  },
});
