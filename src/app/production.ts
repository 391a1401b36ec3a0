import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AssociationReads } from '../ledger/association-history.ts';
import { makeDynamoDbLedger } from '../ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../ledger/dynamodb-request.ts';
import type { TableNames } from '../ledger/tables.ts';
import type { CurrentDependencies, Dependencies } from '../operations/dependencies.ts';
import { snapshotProblem } from '../policy/cedar.ts';
import { loadCompiledPolicy } from '../policy/load.ts';
import { makeDynamoDbStore } from '../policy-versions/dynamodb-store.ts';
import { makeLog } from '../runtime/log.ts';
import { makeDependencies, makeLiveDependencies } from './compose.ts';
import type { Composition } from './compose.ts';
import { metricsIn } from './metrics.ts';
import type { LambdaSettings } from './settings.ts';
import { lineContext } from './trace.ts';

/**
 * The dependencies of a function in AWS, created once for each execution environment while it starts. Requests and runs take
 * theirs from `current`. `eks` is what the function does at EKS, `makeReads` how it reads what is known of associations.
 */
export function productionDependencies(
  lambdaSettings: LambdaSettings,
  eks: Required<Pick<Composition, 'access' | 'executorRoleArn'>>,
  makeReads?: (settings: { readonly client: DynamoDBClient } & TableNames) => AssociationReads,
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
  const onFailure = (detail: string) => log('error', 'Policy could not be evaluated.', { detail });
  const policy = loadCompiledPolicy(policiesDirectory, onFailure);
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, region: settings.home.region });
  const ledger = makeDynamoDbLedger({ client, idempotencyTable, auditTable });
  const associations = makeReads?.({ client, idempotencyTable, auditTable });
  const composition = { ...settings, policy, ledger, log, ...eks, ...(associations ? { associations } : {}) };
  if (livePolicies === null) {
    const deps = makeDependencies(composition);
    return { deps, current: () => Promise.resolve(deps), client };
  }
  const store = makeDynamoDbStore(client, livePolicies.table);
  return { ...makeLiveDependencies(composition, { store, settings: livePolicies, onFailure }), client };
}
