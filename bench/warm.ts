import { join } from 'node:path';
import { buildCalls, buildGateway } from './bundles.ts';
import { startEndpoints } from './endpoints.ts';
import { functionEnvironment } from './events.ts';
import { onCore, runProcess } from './process.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';

/** Milliseconds of a request, and of the processor for it. */
interface Latency {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What one process measures. */
export interface WarmFigures {
  readonly latencies: Readonly<
    Record<'graphqlJs' | 'viewer' | 'bareCalls' | 'mutation' | 'inSession' | 'replay' | 'denial', Latency>
  >;
  readonly throughput: readonly {
    readonly concurrency: number;
    /** Creates a second. */
    readonly gateway: number;
    readonly bareCalls: number;
  }[];
  readonly residentMb: number;
  readonly heapMb: number;
}

/** Measures warm requests on one core: with answers at once, and with answers as slow as those of AWS. */
export async function measureWarm(folder: string, runs: number): Promise<Section> {
  const [gateway, calls] = [await buildGateway(folder), await buildCalls(folder)];
  const measure = async (
    delays: { dynamoDb: number; eks: number; sts: number },
    count: number,
  ): Promise<WarmFigures> => {
    const endpoints = await startEndpoints({ folder, core: 0, delays });
    const child = join(import.meta.dirname, 'warm-process.ts');
    const command = onCore(1, [process.execPath, child, gateway, calls, String(count)]);
    try {
      const { report } = await runProcess(command, functionEnvironment(endpoints, gateway));
      return JSON.parse(report) as WarmFigures;
    } finally {
      endpoints.stop();
    }
  };
  const atOnce = await measure({ dynamoDb: 0, eks: 0, sts: 0 }, runs);
  const slow = await measure({ dynamoDb: 5, eks: 80, sts: 20 }, Math.ceil(runs / 8));
  return { name: 'warm', figures: { atOnce, slow }, tables: tablesOf(atOnce, slow) };
}

function tablesOf(atOnce: WarmFigures, slow: WarmFigures): string {
  const { graphqlJs, viewer, bareCalls, mutation, inSession, replay, denial } = atOnce.latencies;
  const rows = (
    [
      ['`execute` of graphql-js, a parsed query', graphqlJs, graphqlJs],
      ['the same query through the gateway, logging on', viewer, graphqlJs],
      ['three bare SDK calls: a transaction, a create, a transaction', bareCalls, bareCalls],
      ['create', mutation, bareCalls],
      ['create with an executor role', inSession, mutation],
      ['replay', replay, mutation],
      ['denial', denial, mutation],
    ] as const
  ).map(([name, one, other]) => [name, one.wallMs, one.cpuMs, one.wallMs / other.wallMs, one.cpuMs / other.cpuMs]);
  const wait = slow.latencies;
  const names = {
    ...{ bareCalls: 'three bare SDK calls', mutation: 'create', inSession: 'create with an executor role' },
    ...{ replay: 'replay', denial: 'denial' },
  };
  const waits = (['bareCalls', 'mutation', 'inSession', 'replay', 'denial'] as const).map((name) => [
    names[name],
    wait[name].wallMs,
    wait[name].wallMs / wait.bareCalls.wallMs,
  ]);
  const rates = atOnce.throughput.map((one) => [String(one.concurrency), one.gateway, one.bareCalls]);
  return [
    'Answers at once, medians in milliseconds. A query is compared with graphql-js, a create with its bare calls, the others with a create:',
    table(['request', 'time', 'CPU', 'ratio', 'CPU ratio'], rows),
    'Answers after 5 ms (DynamoDB), 20 ms (STS) and 80 ms (EKS):',
    table(['request', 'time', 'of bare calls'], waits),
    'Creates a second on one core:',
    table(['at a time', 'gateway', 'bare calls'], rates),
    `Memory after it: ${atOnce.residentMb.toFixed(0)} MB resident, ${atOnce.heapMb.toFixed(0)} MB of JavaScript heap.`,
  ].join('\n\n');
}
