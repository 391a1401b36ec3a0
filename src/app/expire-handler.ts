import type { Context } from 'aws-lambda';
import type { ApprovalStore } from '../ledger/approvals.ts';
import type { ObservationStore } from '../ledger/cluster-scan.ts';
import type { CurrentDependencies } from '../operations/terms/dependencies.ts';
import { expire } from '../operations/expiry/run.ts';
import type { ExpireResult, ExpireSettings } from '../operations/expiry/run.ts';
import { makeDeadline } from '../runtime/deadline.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/** Time kept back so that the run ends before the function times out. Milliseconds. */
const answerMs = 2_000;

/** What a run reads and writes besides the ledger. */
interface ExpireStores {
  readonly observations: ObservationStore;
  readonly approvals: ApprovalStore;
}

/**
 * The handler of the scheduled function: one run that ends associations and approvals whose time is
 * over, with one line in the log.
 */
export function makeExpireHandler(current: CurrentDependencies, stores: ExpireStores, settings: ExpireSettings) {
  return async (
    _event: unknown,
    context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
  ): Promise<ExpireResult> => {
    const shared = await current();
    const startedAt = shared.clock();
    const deadline = makeDeadline(startedAt + context.getRemainingTimeInMillis() - answerMs, shared.clock);
    const deps = { ...shared, ...stores, ...shared.storesUntil(deadline) };
    const meter = makeMeter();
    const result = await withMeter(meter, () => expire(deps, settings, context.awsRequestId, deadline.at)).finally(
      deadline.end,
    );
    const { suspended: suspendedEndings, held: heldEndings, ...rest } = result;
    const counts = { ...rest, suspendedEndings, heldEndings };
    deps.log('info', 'Endings examined.', { ...counts, durationMs: deps.clock() - startedAt, ...meterFields(meter) });
    return result;
  };
}
