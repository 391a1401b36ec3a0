/** A metric of CloudWatch: what its values are found by. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Values of one metric in a window, in the order in which they were put. */
type Values = readonly number[];

/** Values of metrics by minute. */
export interface MetricStore {
  /** Puts a value into a minute. */
  put(metric: MetricName, minute: number, value: number): void;
  /** The values of a metric in the minutes from `from` to before `until`. */
  values(metric: MetricName, from: number, until: number): Values;
  /** The values of all metrics of a name that have a dimension with one of these values, whatever their other dimensions. */
  valuesWhere(metric: Omit<MetricName, 'dimensions'>, where: Where, from: number, until: number): Values;
}

/** A dimension and the values that it may have. */
interface Where {
  readonly dimension: string;
  readonly values: readonly string[];
}

/** An empty store. */
export function makeMetricStore(): MetricStore {
  const series = new Map<string, MetricName & { readonly byMinute: Map<number, number[]> }>();
  const within = (byMinute: ReadonlyMap<number, number[]> | undefined, from: number, until: number) => {
    const found: number[] = [];
    for (let minute = from; byMinute && minute < until; minute += 1) found.push(...(byMinute.get(minute) ?? []));
    return found;
  };
  return {
    put: (metric, minute, value) => {
      const key = keyOf(metric);
      const found = series.get(key) ?? { ...metric, byMinute: new Map<number, number[]>() };
      series.set(key, found);
      const values = found.byMinute.get(minute) ?? [];
      values.push(value);
      found.byMinute.set(minute, values);
    },
    values: (metric, from, until) => within(series.get(keyOf(metric))?.byMinute, from, until),
    valuesWhere: ({ namespace, name }, where, from, until) =>
      [...series.values()]
        .filter((one) => one.namespace === namespace && one.name === name)
        .filter(({ dimensions }) => where.values.includes(dimensions[where.dimension] ?? ''))
        .flatMap(({ byMinute }) => within(byMinute, from, until)),
  };
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  const sorted = Object.keys(dimensions).sort();
  return JSON.stringify([namespace, name, ...sorted.flatMap((key) => [key, dimensions[key]])]);
}

/** A statistic of values; null without values, as CloudWatch then has no datapoint. Throws an Error for an unknown one. */
export function statistic(name: string, values: Values): number | null {
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  const percentile = /^p(\d+)$/.exec(name)?.[1];
  if (percentile !== undefined) {
    return values.toSorted((a, b) => a - b)[Math.ceil((Number(percentile) / 100) * values.length) - 1] ?? null;
  }
  switch (name) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'SampleCount':
      return values.length;
    case 'Maximum':
      return Math.max(...values);
  }
  throw new Error(`The statistic ${name} is not known here.`);
}
