import { embeddedMetrics } from '../runtime/embedded-metrics.ts';
import type { MetricDefinition, MetricsOf } from '../runtime/embedded-metrics.ts';

/**
 * The fields of the log that are metrics of CloudWatch, with the same names. A line has no field for what did
 * not happen, which so costs nothing. No metric is split by what clients choose, so that their number is bounded.
 */
export const metrics: Readonly<Record<string, MetricDefinition>> = {
  requests: { unit: 'Count', dimensions: ['outcome', 'code'] },
  dynamoDbSlowestMs: { unit: 'Milliseconds' },
  eksSlowestMs: { unit: 'Milliseconds' },
  iamSlowestMs: { unit: 'Milliseconds' },
  stsSlowestMs: { unit: 'Milliseconds' },
  policySlowestMs: { unit: 'Milliseconds' },
  eksThrottles: { unit: 'Count' },
  replays: { unit: 'Count' },
  takeOvers: { unit: 'Count' },
  policyFailures: { unit: 'Count' },
  driftFound: { unit: 'Count' },
  budgetRefusals: { unit: 'Count' },
  oldestOpenSeconds: { unit: 'Seconds' },
  parked: { unit: 'Count' },
  liveRelease: { unit: 'None' },
  rejectedSnapshots: { unit: 'Count' },
};

/** The metrics of the lines of the log, in a namespace of CloudWatch; without one, lines have no metrics. */
export function metricsIn(namespace: string): MetricsOf | undefined {
  return namespace === '' ? undefined : embeddedMetrics(namespace, metrics);
}
