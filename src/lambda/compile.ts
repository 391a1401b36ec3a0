import { makeCompileHandler } from '../app/compile-handler.ts';
import { readCompileSettings } from '../app/compile-settings.ts';
import { metricsIn } from '../app/metrics.ts';
import { lineContext } from '../app/trace.ts';
import { clientWithin, openDynamoDb, sharedCallMs } from '../ledger/dynamodb/client.ts';
import { loadCompiledPolicy } from '../policy/load.ts';
import { makeDynamoDbCompiledStore } from '../policy-versions/compiled-store.ts';
import { readCompilerHash } from '../policy-versions/compiled-version.ts';
import { makeDynamoDbStore } from '../policy-versions/dynamodb-store.ts';
import { makeLog } from '../runtime/log.ts';

const { region, policyTable, compiledPolicyTable, policiesDirectory, metricsNamespace } = readCompileSettings();
const client = clientWithin(openDynamoDb({ region }), sharedCallMs, Date.now);
const compilerHash = readCompilerHash(policiesDirectory);
if (compilerHash === null) throw new Error(`${policiesDirectory} is not that of a package: it has no compiler.sha256.`);

/**
 * The scheduled function that compiles the policy version in force, so that the others start fast
 * with it.
 */
export const handler = makeCompileHandler({
  store: makeDynamoDbStore(client, policyTable),
  compiled: makeDynamoDbCompiledStore(client, compiledPolicyTable),
  packaged: loadCompiledPolicy(policiesDirectory),
  compilerHash,
  clock: Date.now,
  log: makeLog((line) => process.stdout.write(line), {
    metricsOf: metricsIn(metricsNamespace),
    context: () => lineContext(),
  }),
});
