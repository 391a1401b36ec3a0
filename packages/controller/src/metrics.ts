import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Counters by name and labels, and gauges that are read when they are asked for. */
export interface Metrics {
  readonly count: (name: CounterName, labels?: Readonly<Record<string, string>>) => void;
  readonly gauge: (name: string, help: string, read: () => ReadonlyMap<string, number>) => void;
  /** In the text format of Prometheus. */
  readonly text: () => string;
}

const counters = {
  pod_identity_controller_answers_total: 'Answers of the gateway, by reason.',
  pod_identity_controller_errors_total: 'Reconciliations that failed, and connections to the API server that ended.',
} as const;

type CounterName = keyof typeof counters;

export function makeMetrics(): Metrics {
  const counts = new Map<string, Map<string, number>>(Object.keys(counters).map((name) => [name, new Map()]));
  const gauges: { readonly name: string; readonly help: string; readonly read: () => ReadonlyMap<string, number> }[] =
    [];
  const lines = (name: string, type: string, help: string, values: ReadonlyMap<string, number>) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...[...values].map(([labels, value]) => `${name}${labels} ${value}`),
  ];
  return {
    count: (name, labels = {}) => {
      const key = labelsOf(labels);
      const values = counts.get(name);
      values?.set(key, (values.get(key) ?? 0) + 1);
    },
    gauge: (name, help, read) => void gauges.push({ name, help, read }),
    text: () =>
      [
        ...Object.entries(counters).flatMap(([name, help]) =>
          lines(name, 'counter', help, counts.get(name) ?? new Map()),
        ),
        ...gauges.flatMap(({ name, help, read }) => lines(name, 'gauge', help, read())),
        '',
      ].join('\n'),
  };
}

/** Labels as Prometheus reads them; the values are codes and names, which need no escapes. */
export function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** What the HTTP server answers with. */
export interface Health {
  readonly metrics: Metrics;
  /** Whether the caches are complete, or this controller waits to lead. */
  readonly isReady: () => boolean;
}

/** Serves /healthz, /readyz and /metrics. Port 0: any free one. */
export async function serveHealth({ metrics, isReady }: Health, port: number) {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/metrics') response.setHeader('content-type', 'text/plain; version=0.0.4').end(metrics.text());
    else if (path === '/healthz' || (path === '/readyz' && isReady())) response.end('ok\n');
    else response.writeHead(path === '/readyz' ? 503 : 404).end('no\n');
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
