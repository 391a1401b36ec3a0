import type { Context } from 'aws-lambda';
import type { CurrentDependencies } from '../operations/terms/dependencies.ts';
import { reconcile } from '../operations/flow/reconcile.ts';
import type { ReconciliationResult } from '../operations/flow/reconcile.ts';
import type { ReconcilePorts } from '../operations/flow/reconcile-operation.ts';
import { makeDeadline } from '../runtime/deadline.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/** Time kept back so that the run ends before the function times out. Milliseconds. */
const answerMs = 2_000;

/** The handler of the scheduled function: one run of the reconciler, with one line in the log. */
export function makeReconcileHandler(current: CurrentDependencies, observations: ReconcilePorts['observations']) {
  return async (
    _event: unknown,
    context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
  ): Promise<ReconciliationResult> => {
    const shared = await current();
    const startedAt = shared.clock();
    const deadline = makeDeadline(startedAt + context.getRemainingTimeInMillis() - answerMs, shared.clock);
    const { repairs = observations, ...stores } = shared.storesUntil(deadline);
    const deps = { ...shared, ...stores, observations: repairs };
    const meter = makeMeter();
    const result = await withMeter(meter, () => reconcile(deps, context.awsRequestId, deadline.at)).finally(
      deadline.end,
    );
    const durationMs = deps.clock() - startedAt;
    const { policyVersion, policySetHash, inventoryHash } = deps.about;
    const live = policyVersion === null ? {} : { policyVersion: policyVersion.number };
    const policies = { policySetHash, inventoryHash, ...live };
    deps.log('info', 'Operations reconciled.', { ...result, durationMs, ...policies, ...meterFields(meter) });
    return result;
  };
}
