/** A metric of CloudWatch that is a field of lines of the log. */
export interface MetricDefinition {
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds' | 'None';
  /**
   * Fields by whose values the metric is split. Each combination of values is billed as a metric.
   */
  readonly dimensions?: readonly string[];
  /** Whether a metric that is split is also counted as a whole, which is billed as one more. */
  readonly isAlsoWhole?: boolean;
  /**
   * Values of lines that are not values of the metric, which is billed by the hours in which it has
   * any. `zeros`: 0, but for {@link zerosMs} after another value of the same process, so that an
   * alarm sees the end of what raised it. `repeats`: the value that the process wrote last.
   */
  readonly leavesOut?: 'zeros' | 'repeats';
}

/**
 * How long a 0 is written after another value: longer than alarms look back. Milliseconds.
 */
const zerosMs = 2 * 3_600_000;

/**
 * The metrics in the fields of a line: the value of its field `_aws`; null if it has none. `time`
 * is in milliseconds since the epoch.
 */
export type MetricsOf = (fields: Readonly<Record<string, unknown>>, time: number) => object | null;

/** A MetricDirective of the specification. */
interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: { readonly Name: string; readonly Unit: MetricDefinition['unit'] }[];
}

/**
 * Describes metrics in the embedded metric format of CloudWatch ("Specification: Embedded metric
 * format" in its user guide): CloudWatch takes the values from the fields that `_aws` names, so a
 * line of the log needs no other for its metrics. A field is a metric if it has a definition and is
 * a number; a dimension counts if its field is a text. The result remembers which values a process
 * wrote, for the metrics that leave some out.
 */
export function embeddedMetrics(namespace: string, definitions: Readonly<Record<string, MetricDefinition>>): MetricsOf {
  const rows = Object.entries(definitions);
  const isWritten = makeSelection();
  return (fields, time) => {
    const directives = new Map<string, Directive>();
    for (const [name, { unit, dimensions = [], isAlsoWhole = false, leavesOut }] of rows) {
      const value = fields[name];
      if (typeof value !== 'number' || (leavesOut && !isWritten(name, leavesOut, value, time))) continue;
      const set = dimensions.filter((dimension) => typeof fields[dimension] === 'string');
      const sets = isAlsoWhole && set.length > 0 ? [set, []] : [set];
      const key = JSON.stringify(sets);
      const directive = directives.get(key) ?? { Namespace: namespace, Dimensions: sets, Metrics: [] };
      directive.Metrics.push({ Name: name, Unit: unit });
      directives.set(key, directive);
    }
    return directives.size === 0 ? null : { Timestamp: time, CloudWatchMetrics: [...directives.values()] };
  };
}

/** Which values of metrics are written that leave some out. */
function makeSelection() {
  const last = new Map<string, { readonly value: number; readonly time: number }>();
  return (name: string, leavesOut: 'zeros' | 'repeats', value: number, time: number): boolean => {
    const before = last.get(name);
    if (leavesOut === 'zeros' && value === 0) return before !== undefined && time - before.time <= zerosMs;
    last.set(name, { value, time });
    // A line that is shortened is made twice, at the same time.
    return leavesOut === 'zeros' || before?.value !== value || before.time === time;
  };
}
