import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDynamoDbLedger } from '../src/ledger/dynamodb/ledger.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import { createTables } from '../src/ledger/dynamodb/tables.ts';
import { makeContext } from '../packages/local-gateway/src/http-api/context.ts';
import { reconcile } from '../src/operations/flow/reconcile.ts';
import { startDynamoDbLocal } from '../test/support/dynamodb-local.ts';
import { openGateway } from '../test/support/gateway.ts';
import type { Gateway } from '../test/support/gateway.ts';
import { jwtEvent } from '../test/support/lambda-event.ts';
import { startEksSimulator } from '#eks-simulator';
import { localClient } from './capacity.ts';
import { createEvent, manyRoles, ofServiceAccount } from './events.ts';
import { writeAbandoned } from './open-operations.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median } from './statistics.ts';
import { fill } from './trail-fill.ts';

const hourMs = 3_600_000;

/** Fewer would take hours to fill. */
const entriesPerRecord = 20;

/** The times of each request at one length, in milliseconds. */
interface GrownTrail {
  readonly entries: number;
  readonly times: ReadonlyMap<string, readonly number[]>;
}

/** A gateway on a ledger with a trail of some length, and the times of its requests. */
interface Grown {
  readonly entries: number;
  readonly gateway: Gateway;
  readonly times: Map<string, number[]>;
  /**
   * The fields of a create that was done. Tokens expire within minutes, so each request is signed
   * when it is sent.
   */
  readonly replayed: object;
}

/** A request: what is done before it, and itself. */
type Measured = (grown: Grown, index: number) => Promise<() => Promise<unknown>>;

async function send({ gateway }: Grown, event: Awaited<ReturnType<typeof createEvent>>, expected: string) {
  const context = makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 28_000);
  const { body = '' } = await gateway.handler(event, context);
  if (!body.includes(expected)) throw new Error(`Expected ${expected}: ${body}`);
}

const pageOf = (scope: string): Measured => {
  const query = `{ auditTrail(scope: {${scope}}, first: 50) { edges { node { id event } } pageInfo { hasNextPage } } }`;
  return async (grown) => {
    const page = await jwtEvent('olivia', query);
    return () => send(grown, page, '"hasNextPage":true');
  };
};

const requests: Readonly<Record<string, Measured>> = {
  create: async (grown, index) => {
    const event = await createEvent(ofServiceAccount(index));
    return () => send(grown, event, '"SUCCEEDED"');
  },
  replay: async (grown) => {
    const event = await createEvent(grown.replayed);
    return () => send(grown, event, '"replayed":true');
  },
  'page of the trail': pageOf('gateway: ALL_ENTRIES'),
  'page of a principal': pageOf('principalId: "https://id.example.com/#alice"'),
  'run of the reconciler, one operation': async ({ gateway }, index) => {
    const { deps, observations } = gateway;
    const place = { clusterName: 'apps-dev', namespace: 'payments', ...ofServiceAccount(20_000 + index) };
    await writeAbandoned(deps.ledger, { ...place, startedAt: Date.now() - hourMs });
    return async () => {
      const { closed } = await reconcile({ ...deps, observations }, 'bench', Date.now() + hourMs);
      if (closed !== 1) throw new Error('The reconciler closed no operation.');
    };
  },
};

/** Fills ledgers to these lengths, and measures all requests on all of them in turns. */
async function grow(
  name: string,
  ledgers: readonly { entries: number; ledger: Ledger }[],
  runs: number,
): Promise<GrownTrail[]> {
  const simulator = await startEksSimulator({ world: manyRoles(), maxAssociations: 40_000 });
  const grown: Grown[] = [];
  for (const { entries, ledger } of ledgers) {
    await fill(name, ledger, entries, entriesPerRecord, name === 'SQLite' ? 1 : 8);
    const gateway = await openGateway({ ledger, simulator });
    const replayed = { ...ofServiceAccount(grown.length), clientRequestToken: randomUUID() };
    grown.push({ entries, gateway, times: new Map(), replayed });
  }
  for (const one of grown) await send(one, await createEvent(one.replayed), '"SUCCEEDED"');
  let next = grown.length;
  for (let round = -Math.ceil(runs / 5); round < runs; round += 1) {
    for (const [request, prepare] of Object.entries(requests)) {
      // Another one is the first in each round, so that all meet the same disturbances.
      for (const one of [...grown.slice(round % grown.length), ...grown.slice(0, round % grown.length)]) {
        const run = await prepare(one, next++);
        const startedAt = performance.now();
        await run();
        const ms = performance.now() - startedAt;
        if (round >= 0) one.times.set(request, [...(one.times.get(request) ?? []), ms]);
      }
    }
  }
  for (const { gateway } of grown) await gateway.close();
  await simulator.close();
  return grown;
}

async function growSqlite(lengths: readonly number[], runs: number): Promise<GrownTrail[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-growth-'));
  const ledgers = lengths.map((entries) => {
    return { entries, ledger: makeSqliteLedger({ file: join(folder, `${entries}.db`) }) };
  });
  try {
    return await grow('SQLite', ledgers, runs);
  } finally {
    for (const { ledger } of ledgers) ledger.close();
    await rm(folder, { recursive: true });
  }
}

async function growDynamoDb(lengths: readonly number[], runs: number): Promise<GrownTrail[]> {
  const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
  try {
    const ledgers: { entries: number; ledger: Ledger }[] = [];
    for (const entries of lengths) {
      const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
      const client = localClient(local.endpoint);
      await createTables(client, names);
      ledgers.push({ entries, ledger: makeDynamoDbLedger({ client, ...names }) });
    }
    const grown = await grow('DynamoDB', ledgers, runs);
    for (const { ledger } of ledgers) ledger.close();
    return grown;
  } finally {
    await local.stop();
  }
}

/**
 * Measures how requests grow with the audit trail, on SQLite and on DynamoDB Local. Requires Java.
 */
export async function measureGrowth(quick: boolean): Promise<Section> {
  const runs = quick ? 40 : 150;
  const sqlite = await growSqlite(quick ? [1_000, 20_000] : [1_000, 100_000, 1_000_000], runs);
  const dynamoDb = await growDynamoDb(quick ? [1_000, 5_000] : [1_000, 100_000], runs);
  const heads = [headOf('SQLite', sqlite), headOf('DynamoDB Local', dynamoDb)].flat();
  const rows = Object.keys(requests).map((request) => [
    request,
    ...[sqlite, dynamoDb].flatMap((trails) => figuresOf(trails, request)),
  ]);
  const tables = `Medians of ${runs} runs, in milliseconds:\n\n${table(['request', ...heads], rows)}`;
  return { name: 'growth', tables };
}

function headOf(name: string, [shortest, ...longer]: readonly GrownTrail[]): string[] {
  const grouped = (trail: GrownTrail | undefined) => trail?.entries.toLocaleString('en') ?? '';
  return [`${name}, ${grouped(shortest)} entries`, ...longer.map((trail) => `ratio at ${grouped(trail)}`)];
}

/** The time of a request with the shortest trail, and the ratios of the longer ones to it. */
function figuresOf(trails: readonly GrownTrail[], request: string): number[] {
  const [first = NaN, ...others] = trails.map(({ times }) => median(times.get(request) ?? []));
  return [first, ...others.map((one) => one / first)];
}
