// Measures warm requests in one process: node bench/warm-process.ts GATEWAY CALLS ISSUERS BLOCKS
// SIZE [BUILD…]. GATEWAY is its graphql.mjs, CALLS the bundle of bench/naive/recorded.ts, ISSUERS a
// file with the keys of the tokens, beside the policies, SIZE the requests of a block, BUILD the handler of another
// build. Writes the figures as JSON to file descriptor 3.
import { writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { buildSchema, execute, parse } from 'graphql';
import { jwtEvent } from '../test/support/lambda-event.ts';
import type { CreateInputs } from './naive/recorded.ts';
import { association, createEvent, ofServiceAccount } from './events.ts';
import { recordCreate } from './recorded-create.ts';
import type { Block, WarmFigures } from './warm.ts';

const [gateway = '', callsBundle = '', issuersFile = '', blocks = '', size = '', ...builds] = process.argv.slice(2);
process.stdout.write = () => true;

type Handler = (event: APIGatewayProxyEventV2, context: object) => Promise<{ body: string }>;

/** Imports a bundle with these variables in addition, which it reads then. */
async function load(bundle: string, variables: Readonly<Record<string, string>> = {}): Promise<Handler> {
  const folder = dirname(bundle);
  // Earlier builds do not look for the issuers beside the policies.
  const files = { POLICIES_DIRECTORY: `${folder}/policies`, ISSUERS_FILE: `${folder}/issuers.json` };
  Object.assign(process.env, files, variables);
  const name = Object.keys(variables).join();
  const { handler } = (await import(name === '' ? bundle : `${bundle}?${name}`)) as { handler: Handler };
  return handler;
}

const handler = await load(gateway);
const handlersOfBuilds: Handler[] = [];
for (const build of builds) handlersOfBuilds.push(await load(build));
/** The same bundle once more: verifying tokens itself, and with an executor role. */
const verifying = await load(gateway, { POLICIES_DIRECTORY: `${dirname(issuersFile)}/policies` });
const withExecutor = await load(gateway, { EXECUTOR_ROLE_ARN: 'arn:aws:iam::111122223333:role/executor' });
const { sendCreate } = (await import(callsBundle)) as { sendCreate: (inputs: CreateInputs) => Promise<void> };
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 29_000 };

// Five digits: all names have the same length, and so have the requests.
let next = 10_000;
/** A service account that has no association yet. */
const fresh = () => ofServiceAccount(next++);

/** Sends an event, and fails unless the answer contains a text. */
async function send(event: APIGatewayProxyEventV2, expected: string, by = handler): Promise<void> {
  const { body } = await by(event, context);
  if (!body.includes(expected)) throw new Error(`Expected ${expected}: ${body}`);
}

const schema = buildSchema('type Query { viewer: Viewer } type Viewer { id: String kind: String groups: [String] }');
const document = parse('{ viewer { id kind groups } }');
const rootValue = { viewer: { id: 'https://issuer.example#alice', kind: 'USER', groups: ['payments-team'] } };

const viewer = await jwtEvent('alice', '{ viewer { id kind groups } }');
const replayed = await createEvent(fresh());
await send(replayed, 'SUCCEEDED');
const example = fresh();
const exampleEvent = await createEvent(example);
const inputsFor = await recordCreate(
  () => send(exampleEvent, '"SUCCEEDED"'),
  example.serviceAccount,
  association.clusterName,
);

/** Requests that are prepared apart from what is measured. */
type Prepare = () => Promise<() => Promise<unknown>>;

const sending =
  (event: () => Promise<APIGatewayProxyEventV2>, expected: string, by = handler): Prepare =>
  async () => {
    const prepared = await event();
    return () => send(prepared, expected, by);
  };

const bareCalls: Prepare = () => {
  const inputs = inputsFor(fresh().serviceAccount);
  return Promise.resolve(() => sendCreate(inputs));
};
const creating = (by = handler) => sending(() => createEvent(fresh()), '"SUCCEEDED"', by);
const create = creating();

const creates: Readonly<Record<string, Prepare>> = Object.fromEntries(
  handlersOfBuilds.map((by, index) => [`create of ${index}`, creating(by)]),
);

/** What is measured. */
const subjects: Record<keyof WarmFigures['blocks'], Prepare> = {
  graphqlJs: () => Promise.resolve(() => Promise.resolve(execute({ schema, document, rootValue }))),
  viewer: sending(() => Promise.resolve(viewer), 'alice'),
  verified: sending(() => Promise.resolve(viewer), 'alice', verifying),
  bareCalls,
  create,
  inSession: creating(withExecutor),
  replay: sending(() => Promise.resolve(replayed), '"replayed":true'),
  denial: sending(() => createEvent({ ...fresh(), namespace: 'search' }), 'POLICY_DENIED'),
};

/** Requests one after the other, or several at a time: milliseconds of each. */
async function block(prepare: Prepare, count: number, atOnce: number): Promise<Block> {
  const requests: (() => Promise<unknown>)[] = [];
  for (let index = 0; index < count; index += 1) requests.push(await prepare());
  const waiting = requests.values();
  const worker = async () => {
    for (const request of waiting) await request();
  };
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: atOnce }, worker));
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: (performance.now() - startedAt) / count, cpuMs: (user + system) / 1_000 / count };
}

/**
 * Takes a block of each subject in turns. The first quarter of the rounds is not counted: V8
 * compiles.
 */
async function inTurns<Name extends string>(
  some: Readonly<Record<Name, Prepare>>,
  rounds: number,
  atOnce: number,
): Promise<Record<Name, Block[]>> {
  const names = Object.keys(some) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as Block[]])) as Record<Name, Block[]>;
  const count = Math.max(Number(size), 2 * atOnce);
  for (let round = -Math.ceil(rounds / 4); round < rounds; round += 1) {
    for (const name of names) {
      const one = await block(some[name], count, atOnce);
      if (round >= 0) measured[name].push(one);
    }
  }
  return measured;
}

const ofBuilds = (found: Readonly<Record<string, Block[]>>) => Object.keys(creates).map((name) => found[name] ?? []);

const measured = await inTurns({ ...subjects, ...creates }, Number(blocks), 1);
const atOnce: WarmFigures['atOnce'][number][] = [];
for (const concurrency of [10, 30]) {
  // Fewer blocks, because there are roles for so many creates only.
  const rounds = Math.ceil(Number(blocks) / 4);
  const found = await inTurns({ bareCalls, create, ...creates }, rounds, concurrency);
  atOnce.push({ concurrency, bareCalls: found.bareCalls, create: found.create, builds: ofBuilds(found) });
}
const { rss, heapUsed } = process.memoryUsage();
const figures: WarmFigures = {
  blocks: measured,
  builds: ofBuilds(measured),
  atOnce,
  residentMb: rss / 1e6,
  heapMb: heapUsed / 1e6,
};
writeSync(3, JSON.stringify(figures));
process.exit(0);
