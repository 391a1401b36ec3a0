import type { Context } from 'aws-lambda';
import type { CurrentDependencies } from '../operations/dependencies.ts';
import { reconcile } from '../operations/reconcile.ts';
import type { ReconciliationResult } from '../operations/reconcile.ts';
import type { ReconcileDependencies } from '../operations/reconcile-operation.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/** Time kept back so that the run ends before the function times out. Milliseconds. */
const answerMs = 2_000;

/** The handler of the scheduled function: one run of the reconciler, with one line in the log. */
export function makeReconcileHandler(
  current: CurrentDependencies,
  observations: ReconcileDependencies['observations'],
) {
  return async (
    _event: unknown,
    context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
  ): Promise<ReconciliationResult> => {
    const deps = { ...(await current()), observations };
    const startedAt = deps.clock();
    const deadline = startedAt + context.getRemainingTimeInMillis() - answerMs;
    const meter = makeMeter();
    const result = await withMeter(meter, () => reconcile(deps, context.awsRequestId, deadline));
    const durationMs = deps.clock() - startedAt;
    const { policyVersion, policySetHash, inventoryHash } = deps.about;
    const live = policyVersion === null ? {} : { policyVersion: policyVersion.number };
    const policies = { policySetHash, inventoryHash, ...live };
    deps.log('info', 'Operations reconciled.', { ...result, durationMs, ...policies, ...meterFields(meter) });
    return result;
  };
}
