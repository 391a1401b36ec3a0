import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbLedger } from '../ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../ledger/dynamodb-request.ts';
import { loadCompiledPolicy } from '../policy/load.ts';
import { createLog } from '../runtime/log.ts';
import { createAuthenticate, createDependencies } from './compose.ts';
import { readLambdaSettings } from './settings.ts';

/** The dependencies of both functions in AWS, created once for each execution environment while it starts. */
export function productionDependencies(access: 'change' | 'read') {
  const { idempotencyTable, auditTable, policiesDirectory, claims, ...settings } = readLambdaSettings();
  const log = createLog((line) => process.stdout.write(line));
  const policy = loadCompiledPolicy(policiesDirectory, (detail) =>
    log('error', 'Policy could not be evaluated.', { detail }),
  );
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, region: settings.home.region });
  const ledger = createDynamoDbLedger({ client, idempotencyTable, auditTable });
  return {
    deps: createDependencies({ ...settings, policy, ledger, log, access }),
    authenticate: createAuthenticate(policy, claims),
  };
}
