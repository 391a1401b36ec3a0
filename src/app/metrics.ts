import { embeddedMetrics } from '../runtime/embedded-metrics.ts';
import type { MetricDefinition, MetricsOf } from '../runtime/embedded-metrics.ts';

/**
 * The fields of the log that are metrics of CloudWatch, with the same names. What did not happen is
 * not written: a line has no field for it, or the metric leaves out zeros, so that runs that find
 * nothing each minute cost nothing. Alarms on them treat missing data as not breaching. But `failures` and `failedChanges` are also 0,
 * because alarms compare their shares. No metric is split by what clients choose, so that their
 * number is bounded.
 */
export const metrics: Readonly<Record<string, MetricDefinition>> = {
  requests: { unit: 'Count', dimensions: ['outcome', 'code'] },
  failures: { unit: 'Count', dimensions: ['functionVersion'], isAlsoWhole: true },
  failedChanges: { unit: 'Count' },
  dynamoDbSlowestMs: { unit: 'Milliseconds' },
  eksSlowestMs: { unit: 'Milliseconds' },
  iamSlowestMs: { unit: 'Milliseconds' },
  stsSlowestMs: { unit: 'Milliseconds' },
  policySlowestMs: { unit: 'Milliseconds' },
  eksThrottles: { unit: 'Count', leavesOut: 'zeros' },
  replays: { unit: 'Count' },
  takeOvers: { unit: 'Count' },
  policyFailures: { unit: 'Count' },
  unreadable: { unit: 'Count', leavesOut: 'zeros' },
  blindClusters: { unit: 'Count', leavesOut: 'zeros' },
  oldestScanSeconds: { unit: 'Seconds', leavesOut: 'zeros' },
  otherAccountChanges: { unit: 'Count' },
  driftFound: { unit: 'Count', leavesOut: 'zeros' },
  lateAdoptions: { unit: 'Count' },
  approvalsRequested: { unit: 'Count' },
  approvalsGiven: { unit: 'Count' },
  approvalsRejected: { unit: 'Count' },
  approvalsExpired: { unit: 'Count', leavesOut: 'zeros' },
  budgetRefusals: { unit: 'Count' },
  oldestOpenSeconds: { unit: 'Seconds', leavesOut: 'zeros' },
  parked: { unit: 'Count', leavesOut: 'zeros' },
  oldestDueSeconds: { unit: 'Seconds', leavesOut: 'zeros' },
  suspendedEndings: { unit: 'Count', leavesOut: 'zeros' },
  heldEndings: { unit: 'Count', leavesOut: 'zeros' },
  policyVersion: { unit: 'None', leavesOut: 'repeats' },
  wrongClocks: { unit: 'Count' },
  rejectedSnapshots: { unit: 'Count' },
  rejectedCodeCaches: { unit: 'Count' },
  checkpointRuns: { unit: 'Count' },
  logLeaves: { unit: 'Count' },
  streamRecords: { unit: 'Count' },
  eventsSent: { unit: 'Count' },
  deliveryFailures: { unit: 'Count' },
  tamperedItems: { unit: 'Count' },
  watching: { unit: 'Count' },
};

/**
 * The metrics of the lines of the log, in a namespace of CloudWatch; without one, lines have no
 * metrics.
 */
export function metricsIn(namespace: string): MetricsOf | undefined {
  return namespace === '' ? undefined : embeddedMetrics(namespace, metrics);
}
