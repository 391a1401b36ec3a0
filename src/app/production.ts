import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbLedger } from '../ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../ledger/dynamodb-request.ts';
import { loadCompiledPolicy } from '../policy/load.ts';
import { createLog } from '../runtime/log.ts';
import { createIdentify, createParts } from './compose.ts';
import { readLambdaSettings } from './settings.ts';

/** The parts that both functions run on in AWS. Made once an execution environment, while Lambda initialises it. */
export function productionParts() {
  const { home, tokensTable, auditTable, policiesDirectory, claims, times, describeLimits } = readLambdaSettings();
  const log = createLog((line) => process.stdout.write(line));
  const policy = loadCompiledPolicy(policiesDirectory, (detail) =>
    log('error', 'Policy could not be evaluated.', { detail }),
  );
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, region: home.region });
  const ledger = createDynamoDbLedger({ client, tokensTable, auditTable });
  return {
    parts: createParts({ policy, ledger, home, times, describeLimits, log }),
    identify: createIdentify(policy, claims),
  };
}
