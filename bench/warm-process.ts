// Measures warm requests in one process: node bench/warm-process.ts GATEWAY CALLS RUNS. GATEWAY is its graphql.mjs, CALLS the bundle
// of bench/naive/calls.ts. Writes the figures as JSON to file descriptor 3.
import { writeSync } from 'node:fs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { buildSchema, execute, parse } from 'graphql';
import { jwtEvent } from '../test/support/lambda-event.ts';
import type { NaiveInput } from './naive/calls.ts';
import { createEvent, ofServiceAccount } from './events.ts';
import { median } from './statistics.ts';
import type { WarmFigures } from './warm.ts';

const [gateway = '', callsBundle = '', runsText = ''] = process.argv.slice(2);
const runs = Number(runsText);
process.stdout.write = () => true;

type Handler = (event: APIGatewayProxyEventV2, context: object) => Promise<{ body: string }>;

const { handler } = (await import(gateway)) as { handler: Handler };
/** The same bundle once more, with an executor role. */
process.env.EXECUTOR_ROLE_ARN = 'arn:aws:iam::111122223333:role/executor';
const { handler: withExecutor } = (await import(`${gateway}?executor`)) as { handler: Handler };
const { create } = (await import(callsBundle)) as { create: (input: NaiveInput) => Promise<unknown> };
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 29_000 };

let next = 0;
/** A service account that has no association yet. */
const fresh = () => ofServiceAccount(next++);

/** Sends an event, and fails unless the answer contains a text. */
async function send(event: APIGatewayProxyEventV2, expected: string, by = handler): Promise<void> {
  const { body } = await by(event, context);
  if (!body.includes(expected)) throw new Error(`Expected ${expected}: ${body}`);
}

const bare = () =>
  create({ clusterName: 'apps-dev', namespace: 'payments', ...fresh(), clientRequestToken: crypto.randomUUID() });

const schema = buildSchema('type Query { viewer: Viewer } type Viewer { id: String kind: String groups: [String] }');
const document = parse('{ viewer { id kind groups } }');
const rootValue = { viewer: { id: 'https://issuer.example#alice', kind: 'USER', groups: ['payments-team'] } };

const viewer = await jwtEvent('alice', '{ viewer { id kind groups } }');
const replayed = await createEvent(fresh());
await send(replayed, 'SUCCEEDED');
const denied = async () => createEvent({ ...fresh(), namespace: 'search' });

/** What is measured, each with the event that it needs. */
const subjects: Record<keyof WarmFigures['latencies'], Subject> = {
  graphqlJs: {
    prepare: () => Promise.resolve(viewer),
    run: () => Promise.resolve(execute({ schema, document, rootValue })),
  },
  viewer: { prepare: () => Promise.resolve(viewer), run: (event) => send(event, 'alice') },
  bareCalls: { prepare: () => Promise.resolve(viewer), run: bare },
  mutation: { prepare: () => createEvent(fresh()), run: (event) => send(event, '"SUCCEEDED"') },
  inSession: { prepare: () => createEvent(fresh()), run: (event) => send(event, '"SUCCEEDED"', withExecutor) },
  replay: { prepare: () => Promise.resolve(replayed), run: (event) => send(event, '"replayed":true') },
  denial: { prepare: denied, run: (event) => send(event, 'POLICY_DENIED') },
};

type Name = keyof typeof subjects;

interface Subject {
  readonly prepare: () => Promise<APIGatewayProxyEventV2>;
  readonly run: (event: APIGatewayProxyEventV2) => Promise<unknown>;
}

const names = Object.keys(subjects) as Name[];

/** Takes all subjects in turns. Milliseconds of time and of processor for each. */
async function latencies(): Promise<WarmFigures['latencies']> {
  const times = new Map<Name, { wall: number[]; cpu: number[] }>(names.map((name) => [name, { wall: [], cpu: [] }]));
  const warmUp = Math.ceil(runs / 4);
  for (let round = -warmUp; round < runs; round += 1) {
    for (const name of names) {
      const { prepare, run } = subjects[name];
      const event = await prepare();
      const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
      await run(event);
      const { user, system } = process.cpuUsage(cpu);
      if (round < 0) continue;
      times.get(name)?.wall.push(performance.now() - startedAt);
      times.get(name)?.cpu.push((user + system) / 1000);
    }
  }
  return Object.fromEntries(
    [...times].map(([name, { wall, cpu }]) => [name, { wallMs: median(wall), cpuMs: median(cpu) }]),
  ) as WarmFigures['latencies'];
}

/** Creates a second, with this many at a time: by the gateway, and by bare calls. */
async function throughput(concurrency: number): Promise<WarmFigures['throughput'][number]> {
  const count = Math.max(runs, 2 * concurrency);
  const rate = async (one: (event: APIGatewayProxyEventV2) => Promise<unknown>) => {
    const events = await Promise.all(Array.from({ length: count }, () => createEvent(fresh())));
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let event = events.pop(); event !== undefined; event = events.pop()) await one(event);
      }),
    );
    return count / ((performance.now() - startedAt) / 1000);
  };
  return { concurrency, gateway: await rate((event) => send(event, '"SUCCEEDED"')), bareCalls: await rate(bare) };
}

const measured = await latencies();
const rates: WarmFigures['throughput'][number][] = [];
for (const concurrency of [1, 10, 100]) rates.push(await throughput(concurrency));
const memory = process.memoryUsage();
writeSync(
  3,
  JSON.stringify({
    latencies: measured,
    throughput: rates,
    residentMb: memory.rss / 1e6,
    heapMb: memory.heapUsed / 1e6,
  }),
);
process.exit(0);
