import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ledgerOn, makeDynamoDbLedger } from '../ledger/dynamodb/ledger.ts';
import { clientUntil, clientWithin, openDynamoDb, sharedCallMs } from '../ledger/dynamodb/client.ts';
import { locksKey } from '../ledger/stored/locks.ts';
import type { TableNames } from '../ledger/dynamodb/tables.ts';
import type { CurrentDependencies, Dependencies, Stores, StoresUntil } from '../operations/terms/dependencies.ts';
import { snapshotProblem } from '../policy/cedar/cedar.ts';
import { loadCompiledPolicy } from '../policy/load.ts';
import { makeDynamoDbCompiledStore } from '../policy-versions/compiled-store.ts';
import { readCompilerHash } from '../policy-versions/compiled-version.ts';
import { makeDynamoDbStore } from '../policy-versions/dynamodb-store.ts';
import { makeClockCheck } from '../runtime/clock-check.ts';
import { makeLog } from '../runtime/log.ts';
import { logRejectedCodeCaches } from './code-caches.ts';
import { makeDependencies, makeLiveDependencies } from './compose.ts';
import type { Composition } from './compose.ts';
import { metricsIn } from './metrics.ts';
import type { LambdaSettings } from './settings.ts';
import { lineContext } from './trace.ts';

/**
 * The dependencies of a function in AWS, created once for each execution environment while it
 * starts. Requests and runs take theirs from `current`. `eks` is what the function does at EKS,
 * `makeStores` what else it reads and writes.
 */
export function productionDependencies<Others extends Partial<Stores>>(
  lambdaSettings: LambdaSettings,
  eks: Required<Pick<Composition, 'access' | 'executorRoleArn'>> & Pick<Composition, 'policyTexts'>,
  makeStores: (tables: { readonly client: DynamoDBClient } & TableNames) => Others,
): { readonly deps: Dependencies; readonly current: CurrentDependencies; readonly stores: Others } {
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
  const clock = Date.now;
  const check = makeClockCheck({ clock, clockErrorMs: settings.times.clockErrorMs, log });
  const opened = openDynamoDb({ region: settings.home.region }, { check, idempotencyTable, readableKey: locksKey });
  const client = clientWithin(opened, sharedCallMs, clock);
  const names = { idempotencyTable, auditTable };
  const ledger = makeDynamoDbLedger({ client, ...names });
  const stores = makeStores({ client, ...names });
  const storesUntil: StoresUntil = (deadline) => {
    const tables = { client: clientUntil(opened, deadline), ...names };
    return { ledger: ledgerOn(tables), ...makeStores(tables) };
  };
  const composition = { ...settings, policy, ledger, log, clock, clockCheck: check, storesUntil, ...eks, ...stores };
  if (livePolicies === null) {
    const deps = makeDependencies(composition);
    return { deps, current: () => Promise.resolve(deps), stores };
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
  return { ...makeLiveDependencies(composition, live), stores };
}
