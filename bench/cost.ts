import { join } from 'node:path';
import { startDynamoDbLocal } from '../test/support/dynamodb-local.ts';
import { prices } from './prices.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { measureRequestCosts } from './request-units.ts';

/**
 * Counts calls and units of each outcome, against DynamoDB Local and the EKS simulator. Requires
 * Java.
 */
export async function measureCost(): Promise<Section> {
  const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
  try {
    const costs = await measureRequestCosts(local.endpoint);
    const rows = costs.map(({ request, eksCalls, dynamoDbCalls, tableUnits, indexUnits, readUnits }) => [
      request,
      ...[eksCalls, dynamoDbCalls, tableUnits, indexUnits, readUnits].map(String),
      (tableUnits + indexUnits) * prices.writeUnits + readUnits * prices.readUnits,
    ]);
    const head = [
      ...['request', 'EKS calls', 'DynamoDB calls', 'write units, tables', 'write units, indexes', 'read units'],
      'DynamoDB, $ a million',
    ];
    return { name: 'cost', tables: table(head, rows) };
  } finally {
    await local.stop();
  }
}
