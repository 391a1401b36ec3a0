import type { Context } from 'aws-lambda';
import type { ObservationStore } from '../ledger/cluster-scan.ts';
import { observeChange } from '../observations/observe-change.ts';
import type { LeftToScan, ReportedChange } from '../observations/observe-change.ts';
import type { ObserveResult } from '../observations/observe-service-account.ts';
import { scan } from '../observations/scan.ts';
import type { ScanResult, ScanSettings } from '../observations/scan.ts';
import type { CurrentDependencies } from '../operations/terms/dependencies.ts';
import { makeDeadline } from '../runtime/deadline.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';
import { reportedChange } from './reported-change.ts';

/** Time kept back so that the run ends before the function times out. Milliseconds. */
const answerMs = 5_000;

/**
 * The handler of the scheduled function: one run of the scan or, for an event with a change that
 * CloudTrail recorded, one observation of its association. Either has one line in the log.
 */
export function makeScanHandler(current: CurrentDependencies, observations: ObservationStore, settings: ScanSettings) {
  return async (event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => {
    const shared = await current();
    const startedAt = shared.clock();
    const deadline = makeDeadline(startedAt + context.getRemainingTimeInMillis() - answerMs, shared.clock);
    const deps = { ...shared, observations, ...shared.storesUntil(deadline) };
    const change = reportedChange(event);
    const meter = makeMeter();
    const result = await withMeter(meter, (): Promise<ScanResult | ObserveResult | LeftToScan> =>
      change ? observeChange(deps, change, deadline.at) : scan(deps, settings, deadline.at),
    ).finally(deadline.end);
    const common = { durationMs: deps.clock() - startedAt, ...meterFields(meter) };
    if ('kind' in result) {
      const isElsewhere = change !== null && change.cluster.accountId !== deps.home.accountId;
      const elsewhere = isElsewhere ? { otherAccountChanges: 1 } : {};
      deps.log('info', 'Reported change observed.', { ...observationFields(change, result), ...elsewhere, ...common });
    } else deps.log('info', 'Clusters scanned.', { ...result, ...common });
    return result;
  };
}

/** What the line of an observation says: as that of a scan, where it counts. */
function observationFields(change: ReportedChange | null, result: ObserveResult | LeftToScan) {
  const { kind } = result;
  const subject = { ...change?.cluster, associationId: change?.associationId, result: kind };
  if (kind === 'failed') return { ...subject, exception: result.error.exception };
  if (kind !== 'observed') return subject;
  const { origin, drift } = result;
  return {
    ...subject,
    origin,
    ...(drift === 'DRIFT_FOUND' ? { driftFound: 1 } : {}),
    ...(drift === 'DRIFT_RESOLVED' ? { driftResolved: 1 } : {}),
  };
}
