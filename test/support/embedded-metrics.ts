import * as v from 'valibot';

/** Units of CloudWatch, without rates (MetricDatum in its API reference). */
const units = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Percent',
  'Count',
  'None',
];

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

/**
 * The JSON schema of "Specification: Embedded metric format" in the CloudWatch user guide, with the limits of CloudWatch on
 * names and on the dimensions of a metric. Its objects must not have other members.
 */
const metadata = v.strictObject({
  Timestamp: v.pipe(v.number(), v.integer(), v.minValue(1_500_000_000_000)),
  CloudWatchMetrics: v.array(
    v.strictObject({
      Namespace: v.pipe(name, v.regex(/^(?!AWS\/)[\w./#:-]+$/)),
      Dimensions: v.pipe(v.array(v.pipe(v.array(name), v.maxLength(30))), v.minLength(1)),
      Metrics: v.pipe(
        v.array(v.strictObject({ Name: name, Unit: v.optional(v.picklist(units)) })),
        v.minLength(1),
        v.maxLength(100),
      ),
    }),
  ),
});

/** A value that CloudWatch extracted from a line. */
export interface ExtractedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * What CloudWatch extracts from a line of the log. Throws an Error if the line breaks the specification: then CloudWatch would
 * extract nothing, and say so nowhere but in a metric of its own.
 */
export function extractedMetrics(line: string): ExtractedMetric[] {
  const root = JSON.parse(line) as Record<string, unknown>;
  if (!Object.hasOwn(root, '_aws')) return [];
  const { CloudWatchMetrics: directives } = v.parse(metadata, root._aws);
  return directives.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((set) =>
      Metrics.map(({ Name }) => {
        const dimensions = Object.fromEntries(set.map((one) => [one, dimensionValue(root, one)]));
        return { namespace, name: Name, value: metricValue(root, Name), dimensions };
      }),
    ),
  );
}

/** A metric target must be a number; the gateway writes no lists of numbers. CloudWatch rejects values beyond 2^360. */
function metricValue(root: Record<string, unknown>, member: string): number {
  const value = root[member];
  if (typeof value !== 'number' || Math.abs(value) > 2 ** 360) throw new Error(`${member} is not a metric value.`);
  return value;
}

/** A dimension target must be a string; CloudWatch limits it to 1,024 ASCII characters, and rejects an empty one. */
function dimensionValue(root: Record<string, unknown>, member: string): string {
  const value = root[member];
  if (typeof value !== 'string' || !/^[ -~]{1,1024}$/.test(value))
    throw new Error(`${member} is not a dimension value.`);
  return value;
}
