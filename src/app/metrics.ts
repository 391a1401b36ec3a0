import { embeddedMetrics } from '../runtime/embedded-metrics.ts';
import type { MetricDefinition, MetricsOf } from '../runtime/embedded-metrics.ts';

/**
 * The fields of the log that are metrics of CloudWatch, with the same names. A line has no field
 * for what did not happen, which so costs nothing; but `failures` and `failedChanges` are also 0,
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
  eksThrottles: { unit: 'Count' },
  replays: { unit: 'Count' },
  takeOvers: { unit: 'Count' },
  policyFailures: { unit: 'Count' },
  unreadable: { unit: 'Count' },
  blindClusters: { unit: 'Count' },
  oldestScanSeconds: { unit: 'Seconds' },
  otherAccountChanges: { unit: 'Count' },
  driftFound: { unit: 'Count' },
  lateAdoptions: { unit: 'Count' },
  approvalsRequested: { unit: 'Count' },
  approvalsGiven: { unit: 'Count' },
  approvalsRejected: { unit: 'Count' },
  approvalsExpired: { unit: 'Count' },
  budgetRefusals: { unit: 'Count' },
  oldestOpenSeconds: { unit: 'Seconds' },
  parked: { unit: 'Count' },
  oldestDueSeconds: { unit: 'Seconds' },
  suspendedEndings: { unit: 'Count' },
  heldEndings: { unit: 'Count' },
  policyVersion: { unit: 'None' },
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
