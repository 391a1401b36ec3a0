import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoDbLedger } from '../ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../ledger/dynamodb-request.ts';
import type { TableNames } from '../ledger/tables.ts';
import type { CurrentDependencies, Dependencies } from '../operations/dependencies.ts';
import { snapshotProblem } from '../policy/cedar.ts';
import { loadCompiledPolicy } from '../policy/load.ts';
import { makeDynamoDbCompiledStore } from '../policy-versions/compiled-store.ts';
import { readCompilerHash } from '../policy-versions/compiled-version.ts';
import { makeDynamoDbStore } from '../policy-versions/dynamodb-store.ts';
import { makeLog } from '../runtime/log.ts';
import { logRejectedCodeCaches } from './code-caches.ts';
import { makeDependencies, makeLiveDependencies } from './compose.ts';
import type { Composition } from './compose.ts';
import { metricsIn } from './metrics.ts';
import type { LambdaSettings } from './settings.ts';
import { lineContext } from './trace.ts';

/** What requests need besides the ledger. */
export type RequestStores = Required<Pick<Composition, 'associations' | 'approvals' | 'policyTexts'>>;

/**
 * The dependencies of a function in AWS, created once for each execution environment while it starts. Requests and runs take
 * theirs from `current`. `eks` is what the function does at EKS, `makeStores` what else its requests read and write.
 */
export function productionDependencies(
  lambdaSettings: LambdaSettings,
  eks: Required<Pick<Composition, 'access' | 'executorRoleArn'>>,
  makeStores?: (settings: { readonly client: DynamoDBClient } & TableNames) => RequestStores,
): { readonly deps: Dependencies; readonly current: CurrentDependencies; readonly client: DynamoDBClient } {
  const { idempotencyTable, auditTable, policiesDirectory, livePolicies, metricsNamespace, ...settings } =
    lambdaSettings;
  const log = makeLog((line) => process.stdout.write(line), {
    metricsOf: metricsIn(metricsNamespace),
    context: () => lineContext(),
  });
  if (snapshotProblem !== null) {
    log('error', 'Snapshot of Cedar rejected.', { reason: snapshotProblem, rejectedSnapshots: 1 });
  }
  logRejectedCodeCaches(log);
  const onFailure = (detail: string) => log('error', 'Policy could not be evaluated.', { detail });
  const policy = loadCompiledPolicy(policiesDirectory, onFailure);
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, region: settings.home.region });
  const ledger = makeDynamoDbLedger({ client, idempotencyTable, auditTable });
  const stores = makeStores?.({ client, idempotencyTable, auditTable });
  const composition = { ...settings, policy, ledger, log, ...eks, ...stores };
  if (livePolicies === null) {
    const deps = makeDependencies(composition);
    return { deps, current: () => Promise.resolve(deps), client };
  }
  const { table, compiledTable, ...liveSettings } = livePolicies;
  const compilerHash = readCompilerHash(policiesDirectory);
  const live = {
    store: makeDynamoDbStore(client, table),
    compiled:
      compiledTable === null || compilerHash === null
        ? null
        : { store: makeDynamoDbCompiledStore(client, compiledTable), compilerHash },
    settings: liveSettings,
    onFailure,
  };
  return { ...makeLiveDependencies(composition, live), client };
}
