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
import { meteredClient } from './capacity.ts';
import { createEvent, manyRoles, ofServiceAccount } from './events.ts';
import { writeAbandoned } from './open-operations.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median } from './statistics.ts';
import { fill } from './trail-fill.ts';

const hourMs = 3_600_000;

/** Fewer would take hours to fill. */
const entriesPerRecord = 20;

/**
 * What each request took at one length: milliseconds of the processor, or units of DynamoDB where
 * these are counted.
 */
interface GrownTrail {
  readonly entries: number;
  readonly taken: ReadonlyMap<string, readonly number[]>;
}

/** A ledger to fill, and what has been taken so far of what is measured. */
interface Filled {
  readonly entries: number;
  readonly ledger: Ledger;
  readonly taken: () => number;
}

/** A gateway on a ledger with a trail of some length, and what its requests took. */
interface Grown extends Pick<Filled, 'entries'> {
  readonly gateway: Gateway;
  readonly takenSoFar: () => number;
  readonly taken: Map<string, number[]>;
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
async function grow(name: string, ledgers: readonly Filled[], runs: number): Promise<GrownTrail[]> {
  const simulator = await startEksSimulator({ world: manyRoles(), maxAssociations: 40_000 });
  const grown: Grown[] = [];
  for (const { entries, ledger, taken } of ledgers) {
    await fill(name, ledger, entries, entriesPerRecord, name === 'SQLite' ? 1 : 8);
    const gateway = await openGateway({ ledger, simulator });
    const replayed = { ...ofServiceAccount(grown.length), clientRequestToken: randomUUID() };
    grown.push({ entries, gateway, takenSoFar: taken, taken: new Map(), replayed });
  }
  for (const one of grown) await send(one, await createEvent(one.replayed), '"SUCCEEDED"');
  let next = grown.length;
  for (let round = -Math.ceil(runs / 5); round < runs; round += 1) {
    for (const [request, prepare] of Object.entries(requests)) {
      // Another one is the first in each round, so that all meet the same disturbances.
      for (const one of [...grown.slice(round % grown.length), ...grown.slice(0, round % grown.length)]) {
        const run = await prepare(one, next++);
        const before = one.takenSoFar();
        await run();
        if (round >= 0) one.taken.set(request, [...(one.taken.get(request) ?? []), one.takenSoFar() - before]);
      }
    }
  }
  for (const { gateway } of grown) await gateway.close();
  await simulator.close();
  return grown;
}

/** Milliseconds of the processor that this process has taken. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function growSqlite(lengths: readonly number[], runs: number): Promise<GrownTrail[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-growth-'));
  const ledgers = lengths.map((entries) => {
    return { entries, ledger: makeSqliteLedger({ file: join(folder, `${entries}.db`) }), taken: cpuMs };
  });
  try {
    return await grow('SQLite', ledgers, runs);
  } finally {
    for (const { ledger } of ledgers) ledger.close();
    await rm(folder, { recursive: true });
  }
}

/**
 * Counts units: times of DynamoDB Local, which keeps its items in SQLite, say nothing about
 * DynamoDB.
 */
async function growDynamoDb(lengths: readonly number[], runs: number): Promise<GrownTrail[]> {
  const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
  try {
    const ledgers: Filled[] = [];
    for (const entries of lengths) {
      const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
      let units = 0;
      const client = await meteredClient(local.endpoint, ({ tableUnits = 0, indexUnits = 0, readUnits = 0 }) => {
        units += tableUnits + indexUnits + readUnits;
      });
      await createTables(client, names);
      ledgers.push({ entries, ledger: makeDynamoDbLedger({ client, ...names }), taken: () => units });
    }
    const grown = await grow('DynamoDB', ledgers, runs);
    for (const { ledger } of ledgers) ledger.close();
    return grown;
  } finally {
    await local.stop();
  }
}

/**
 * Measures how requests grow with the audit trail: processor time on SQLite, units of DynamoDB.
 * Requires Java.
 */
export async function measureGrowth(quick: boolean): Promise<Section> {
  const runs = quick ? 40 : 150;
  const sqlite = await growSqlite([1_000, quick ? 20_000 : 100_000], runs);
  const dynamoDb = await growDynamoDb([1_000, quick ? 5_000 : 20_000], Math.ceil(runs / 10));
  const lengths = ([short, long]: readonly GrownTrail[]) =>
    [short, long].map((trail) => `${trail?.entries.toLocaleString('en')} entries`);
  const [shortUnits = '', longUnits = ''] = lengths(dynamoDb).map((length) => `units of DynamoDB, ${length}`);
  const [shortTime = '', longTime = ''] = lengths(sqlite).map((length) => `CPU on SQLite, ${length}`);
  const rows = Object.keys(requests).map((request) => {
    const [short = NaN, long = NaN] = sqlite.map(({ taken }) => median(taken.get(request) ?? []));
    return [request, short, long, long / short, ...dynamoDb.map(({ taken }) => median(taken.get(request) ?? []))];
  });
  const head = ['request', shortTime, longTime, 'ratio', shortUnits, longUnits];
  return { name: 'growth', tables: `Medians of ${runs} runs; CPU in milliseconds:\n\n${table(head, rows)}` };
}
