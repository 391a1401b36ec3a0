import type { Context } from 'aws-lambda';
import type { ObservationStore } from '../ledger/cluster-scan.ts';
import { scan } from '../observations/scan.ts';
import type { ScanResult, ScanSettings } from '../observations/scan.ts';
import type { CurrentDependencies } from '../operations/dependencies.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/** Time kept back so that the run ends before the function times out. Milliseconds. */
const answerMs = 5_000;

/** The handler of the scheduled function: one run of the scan, with one line in the log. */
export function makeScanHandler(current: CurrentDependencies, observations: ObservationStore, settings: ScanSettings) {
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<ScanResult> => {
    const deps = await current();
    const startedAt = deps.clock();
    const deadline = startedAt + context.getRemainingTimeInMillis() - answerMs;
    const meter = makeMeter();
    const result = await withMeter(meter, () => scan({ ...deps, observations }, settings, deadline));
    deps.log('info', 'Clusters scanned.', { ...result, durationMs: deps.clock() - startedAt, ...meterFields(meter) });
    return result;
  };
}
