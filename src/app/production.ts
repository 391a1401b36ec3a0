import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbLedger } from '../ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../ledger/dynamodb-request.ts';
import { loadCompiledPolicy } from '../policy/load.ts';
import { createLog } from '../runtime/log.ts';
import { createDependencies } from './compose.ts';
import type { Composition } from './compose.ts';
import type { LambdaSettings } from './settings.ts';

/**
 * The dependencies of a function in AWS, created once for each execution environment while it starts. `eks` is what the
 * function does at EKS.
 */
export function productionDependencies(
  lambdaSettings: LambdaSettings,
  eks: Required<Pick<Composition, 'access' | 'executorRoleArn'>>,
) {
  const { idempotencyTable, auditTable, policiesDirectory, ...settings } = lambdaSettings;
  const log = createLog((line) => process.stdout.write(line));
  const policy = loadCompiledPolicy(policiesDirectory, (detail) =>
    log('error', 'Policy could not be evaluated.', { detail }),
  );
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, region: settings.home.region });
  const ledger = createDynamoDbLedger({ client, idempotencyTable, auditTable });
  return createDependencies({ ...settings, policy, ledger, log, ...eks });
}
