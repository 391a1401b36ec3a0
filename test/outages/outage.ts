import { join } from 'node:path';
import { metricsIn } from '../../src/app/metrics.ts';
import { makeReconcileHandler } from '../../src/app/reconcile-handler.ts';
import { makeLog } from '../../src/runtime/log.ts';
import { readAlarms } from './cloudwatch/alarms.ts';
import { makeMetricStore } from './cloudwatch/metric-store.ts';
import type { MetricName } from './cloudwatch/metric-store.ts';
import { extractedMetrics } from '../support/embedded-metrics.ts';
import type { Gateway } from '../support/gateway.ts';
import type { Template } from '../support/lambda-package.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');
const namespace = 'pod-identity-gateway/prod';
const templates = ['alarms.yml', 'release.yml'].map(
  (name) =>
    JSON.parse(
      JSON.stringify(readYamlTemplate(join(deploy, name)))
        .replaceAll('${self:service}/${sls:stage}', namespace)
        .replaceAll('["GraphqlVersion","Version"]', '["8"]')
        .replaceAll('GraphqlVersion.Version', '8'),
    ) as Template,
);
const filters = Object.values(templates[0]?.Resources ?? {}).filter(({ Type }) => Type === 'AWS::Logs::MetricFilter');

/** The version of the function whose alarms watch its release, and the one before it. */
export const newVersion = '8';
export const oldVersion = '7';

/** What a client received, and what the function wrote to its log for it; null where it was not called, or ended without a line. */
export interface Request {
  readonly status: number;
  readonly line: object | null;
  /** How the function was called: not at all by requests that API Gateway answers itself. */
  readonly call: 'none' | 'done' | 'crashed';
}

/** A request that API Gateway rejects, such as 429 beyond its rate, and one during which the function crashes or does not start. */
export const rejected = (status: number): Request => ({ status, line: null, call: 'none' });
export const crashed: Request = { status: 500, line: null, call: 'crashed' };

/** Sends real requests to the gateway. Returns each with the line that the handler wrote for it. */
export async function realRequests(gateway: Gateway, sends: readonly (() => Promise<{ status: number }>)[]) {
  const requests: Request[] = [];
  for (const send of sends) {
    const before = gateway.logged.length;
    const { status } = await send();
    const line = gateway.logged.slice(before).find(({ message }) => message === 'Request answered.') ?? null;
    requests.push({ status, line, call: line ? 'done' : 'none' });
  }
  return requests;
}

/** One real run of the reconciler; its line. */
export async function realReconciliation(gateway: Gateway): Promise<object> {
  const context = { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 };
  await makeReconcileHandler(gateway.current, gateway.observations)({}, context);
  return gateway.logged.at(-1) ?? {};
}

interface Played {
  readonly minutes: number;
  /** Requests of every minute, or of each of these periods of minutes. */
  readonly requests?: readonly Request[];
  readonly every?: number;
  /** Versions of the function with the share of requests that each answers otherwise. */
  readonly version?: string;
  /** The line of the reconciler's run in each minute; null: it does not run. */
  readonly reconciler?: object | null;
  /** The line of a run of the scan in each minute. */
  readonly scanner?: object | null;
  /** Whether the checkpoint function completes a run, where the reconciler runs. */
  readonly checkpoints?: boolean;
  /** Lines of the checkpoint function in each minute. */
  readonly checkpointer?: readonly object[];
  /** Whether the deliver function finds all switched on, where the reconciler runs. */
  readonly watching?: boolean;
  /** Lines of the deliver function in each minute. */
  readonly deliverer?: readonly object[];
  /** Values that AWS's services report in each minute. */
  readonly metrics?: readonly (MetricName & { readonly value: number })[];
}

/** A stack whose metrics are played minute by minute, with its alarms. */
export function openStack() {
  const store = makeMetricStore();
  const readings = [true, false].map((fillsEmpty) => readAlarms(templates, { fillsEmpty }));
  let minute = 0;
  let leaves = 0;
  const put = (space: string, name: string, dimensions: Record<string, string>, value = 1) =>
    store.put({ namespace: space, name, dimensions }, minute, value);
  const logTo = (group: string, line: object, version: string) => {
    const { level, message, fields } = line as { level: 'info'; message: string; fields: Record<string, unknown> };
    const lines: string[] = [];
    const context = () => ({ functionVersion: version });
    makeLog((text) => lines.push(text), { metricsOf: metricsIn(namespace), context })(level, message, fields);
    for (const text of lines) {
      for (const { name, dimensions, value } of extractedMetrics(text)) put(namespace, name, dimensions, value);
      filter(group, JSON.parse(text) as Record<string, unknown>);
    }
  };
  const filter = (group: string, fields: Record<string, unknown>) => {
    for (const { Properties } of filters) {
      const [, field = '', value = ''] = /^\{ \$\.(\w+) = "([^"]+)" \}$/.exec(String(Properties.FilterPattern)) ?? [];
      const [{ MetricName, DefaultValue }] = Properties.MetricTransformations as [Transformation];
      if ((Properties.LogGroupName as { Ref: string }).Ref !== group) continue;
      if (fields[field] === value) put(namespace, MetricName, {});
      else if (DefaultValue !== undefined) put(namespace, MetricName, {}, DefaultValue);
    }
  };
  const invoke = (functionName: string, isError: boolean, version: string | null) => {
    const alias = { FunctionName: functionName, Resource: `${functionName}:live` };
    const sets = [{ FunctionName: functionName }, ...(version ? [alias, { ...alias, ExecutedVersion: version }] : [])];
    for (const dimensions of sets) {
      put('AWS/Lambda', 'Invocations', dimensions);
      put('AWS/Lambda', 'Errors', dimensions, isError ? 1 : 0);
    }
  };
  const request = ({ status, line, call }: Request, version: string) => {
    const api = { ApiId: 'HttpApi' };
    put('AWS/ApiGateway', 'Count', api);
    put('AWS/ApiGateway', 'Latency', api, 100);
    for (const [name, isIt] of [
      ['4xx', status >= 400 && status < 500],
      ['5xx', status >= 500],
    ] as const) {
      // A metric without occurrences may have zeros or no data: it has none here, which asks more of the alarms.
      if (isIt) put('AWS/ApiGateway', name, api);
    }
    filter('HttpApiLogGroup', { status: String(status) });
    if (call !== 'none') invoke('GraphqlLambdaFunction', call === 'crashed', version);
    if (line) logTo('GraphqlLogGroup', line, version);
  };
  const play = ({
    requests = [],
    every = 1,
    version = oldVersion,
    reconciler = null,
    scanner = null,
    metrics = [],
    checkpoints = true,
    checkpointer = [],
    watching = true,
    deliverer = [],
  }: Played) => {
    if (minute % every === 0) for (const each of requests) request(each, version);
    if (reconciler) {
      // The scan and the run of expiries are as frequent, by schedules of EventBridge.
      invoke('ScanLambdaFunction', false, null);
      invoke('ExpireLambdaFunction', false, null);
      invoke('ReconcileLambdaFunction', false, null);
      logTo('ReconcileLogGroup', reconciler, '$LATEST');
      if (checkpoints) {
        leaves += 1;
        const fields = { checkpointRuns: 1, logLeaves: leaves };
        logTo('CheckpointLogGroup', { level: 'info', message: 'Checkpoint completed.', fields }, '$LATEST');
      }
      // The heartbeat of the deliver function too.
      const beat = { streamRecords: 0, ...(watching ? { watching: 1 } : {}) };
      logTo('DeliverLogGroup', { level: 'info', message: 'The tables are watched.', fields: beat }, '$LATEST');
    }
    if (scanner) logTo('ScanLogGroup', scanner, '$LATEST');
    for (const line of checkpointer) logTo('CheckpointLogGroup', line, '$LATEST');
    for (const line of deliverer) logTo('DeliverLogGroup', line, '$LATEST');
    for (const { value, ...metric } of metrics) store.put(metric, minute, value);
  };

  return {
    /** Begins another log, which grows by a leaf each minute. */
    beginLog: () => {
      leaves = 0;
    },
    /**
     * Plays some minutes, of several parts at the same time. Returns which alarms ring, each with the minute after the beginning in
     * which it began to; those that ring only in one reading of what CloudWatch's documentation leaves open are marked `?`.
     */
    play: (minutes: number, ...parts: readonly Omit<Played, 'minutes'>[]): Record<string, number> => {
      const began = readings.map(() => new Map<string, number>());
      for (let passed = 1; passed <= minutes; passed += 1) {
        for (const part of parts) play({ ...part, minutes });
        // In long plays, only each tenth minute is looked at.
        if (minutes > 240 && passed % 10 !== 1) {
          minute += 1;
          continue;
        }
        for (const [index, alarms] of readings.entries()) {
          for (const name of alarms.ringing(store, minute)) {
            if (!began[index]?.has(name)) began[index]?.set(name, passed);
          }
        }
        minute += 1;
      }
      const names = new Set(began.flatMap((one) => [...one.keys()]));
      const ofBoth = [...names].sort().map((name) => {
        const [first, second] = began.map((one) => one.get(name));
        return first === second ? [name, first] : [`${name}?`, first ?? second];
      });
      return Object.fromEntries(ofBoth) as Record<string, number>;
    },
    /** The alarms that ring in the current minute, in both readings. */
    ringing: (): string[] => {
      const [first = [], second = []] = readings.map((alarms) => alarms.ringing(store, minute - 1));
      return first.filter((name) => second.includes(name));
    },
  };
}

interface Transformation {
  readonly MetricName: string;
  readonly DefaultValue?: number;
}
