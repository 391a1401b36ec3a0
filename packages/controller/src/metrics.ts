import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the metrics are about. */
export type MetricName = keyof typeof help;

const help = {
  pod_identity_controller_answers_total: 'Answers of the gateway, by reason.',
  pod_identity_controller_bindings: 'Resources, by the status of their condition Ready.',
  pod_identity_controller_errors_total:
    'Reconciliations that failed, and requests to the API server without an answer.',
  pod_identity_controller_leader: 'Whether this controller leads.',
  pod_identity_controller_queue: 'Resources that wait for a worker or have one.',
} as const;

/** Values by name and label; a value of a gauge is a function. Labels are codes, which need no escapes. */
export function makeMetrics() {
  const values = new Map<MetricName, Map<string, number | (() => number)>>();
  const of = (name: MetricName) =>
    values.get(name) ?? values.set(name, new Map()).get(name) ?? new Map<string, number>();
  return {
    count: (name: MetricName, label = '') => void of(name).set(label, Number(of(name).get(label) ?? 0) + 1),
    gauge: (name: MetricName, label: string, read: () => number) => void of(name).set(label, read),
    /** In the text format of Prometheus. */
    text: () =>
      [...values]
        .flatMap(([name, labels]) => [
          `# HELP ${name} ${help[name]}`,
          `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`,
          ...[...labels].map(
            ([label, value]) => `${name}${label && `{${label}}`} ${typeof value === 'number' ? value : value()}`,
          ),
        ])
        .join('\n')
        .concat('\n'),
  };
}

/** Serves /healthz, /readyz and /metrics. Port 0: any free one. */
export async function serveHealth(metricsText: () => string, isReady: () => boolean, port: number) {
  const server = createServer(({ url = '' }, response) => {
    if (url === '/metrics') response.setHeader('content-type', 'text/plain; version=0.0.4').end(metricsText());
    else if (url === '/healthz' || (url === '/readyz' && isReady())) response.end('ok\n');
    else response.writeHead(url === '/readyz' ? 503 : 404).end();
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
