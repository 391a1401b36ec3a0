import { metricsIn } from '../src/app/metrics.ts';
import { makeLog } from '../src/runtime/log.ts';
import type { Log } from '../src/runtime/log.ts';

/** What a metric directive of a line has. */
interface Directive {
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** A log of a deployment, which counts its bytes and its metrics. */
export function makeLineMeter() {
  let bytes = 0;
  const metrics = new Set<string>();
  const write = (text: string) => {
    bytes += Buffer.byteLength(text);
    const line = JSON.parse(text) as Record<string, unknown> & {
      readonly _aws?: { readonly CloudWatchMetrics?: readonly Directive[] };
    };
    for (const { Dimensions, Metrics } of line._aws?.CloudWatchMetrics ?? [])
      for (const names of Dimensions)
        for (const { Name } of Metrics) metrics.add([Name, ...names.map((name) => String(line[name]))].join(' '));
  };
  const context = () => ({ functionVersion: '1' });
  const log: Log = makeLog(write, { metricsOf: metricsIn('pod-identity-gateway/prod'), context });
  const taken = () => {
    const counted = bytes;
    bytes = 0;
    return counted;
  };
  return {
    log,
    /** The bytes since the last call. */
    taken,
    /** The bytes of lines that were kept. */
    bytesOf(
      lines: readonly { readonly level: string; readonly message: string; readonly fields: Record<string, unknown> }[],
    ) {
      for (const { level, message, fields } of lines) log(level as 'info', message, fields);
      return taken();
    },
    /** The metrics with values, with those of their dimensions: what CloudWatch bills as one each. */
    metrics: () => [...metrics].sort(),
    clear: () => metrics.clear(),
  };
}
