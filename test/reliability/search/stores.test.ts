import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { createDynamoDbLedger } from '../../../src/ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../../../src/ledger/dynamodb-request.ts';
import { createSqliteLedger } from '../../../src/ledger/sqlite.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { describeOnDynamoDb } from '../../support/on-dynamodb.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from '../../support/ledgers.ts';
import { behindFaults, randomOf } from './absorbed.ts';
import { playInTurn } from './in-turn.ts';
import { story } from './story.ts';
import type { Story } from './story.ts';

const stories = process.env.CI === undefined ? 20 : 200;

/** Longer ones show little more, and DynamoDB takes its time. */
const maxSteps = 4;

/** For one story: one that takes longer does not come to an end. */
const storyMs = 20_000;

/** For all of them, before what they used is given back. */
const allMs = 100_000;

/** New ones each time; a failure names the seed, with which `STORES_SEED` plays them again. */
const seed = Number(process.env.STORES_SEED ?? Math.floor(Math.random() * 1_000_000_000));

describeOnDynamoDb('SQLite, and DynamoDB behind faults that its client must get over', () => {
  test(
    `answer alike and hold the same after each of ${stories} stories of seed ${seed}`,
    async () => {
      await withLedgers(async ({ sqlite, dynamoDb, faults }) => {
        const endsAt = performance.now() + allMs;
        for (const [index, whole] of fc.sample(story, { seed, numRuns: stories }).entries()) {
          const short = { ...whole, steps: whole.steps.slice(0, maxSteps) };
          const ms = Math.min(storyMs, endsAt - performance.now());
          await inTime(ms, `Story ${index + 1} of ${stories}`, short, async () => {
            const expected = await playInTurn(short, sqlite, index);
            const { answers, contents, broken } = await playInTurn(short, dynamoDb, index);
            expect({ answers, contents, broken }).toEqual({ ...expected, broken: [] });
            expect(faults).toEqual([]);
          });
        }
        expect(dynamoDb.met()).toBeGreaterThan(stories / 4);
      });
    },
    allMs + 20_000,
  );
});

type Ledgers = Awaited<ReturnType<typeof openLedgers>>;

async function withLedgers(work: (ledgers: Ledgers) => Promise<void>): Promise<void> {
  const ledgers = await openLedgers();
  try {
    await work(ledgers);
  } finally {
    await ledgers.close();
  }
}

/** Both ledgers, and the faults that wait on the way to DynamoDB. */
async function openLedgers() {
  const tables = await openTables();
  const proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
  const client = dynamoDbClient({ ...dynamoDbClientDefaults, endpoint: proxy.endpoint });
  const dynamoDb = behindFaults(createDynamoDbLedger({ client, ...tables.names }), proxy.faults, randomOf(seed));
  const sqlite = createSqliteLedger({ file: ':memory:' });
  const close = async () => {
    sqlite.close();
    dynamoDb.close();
    await proxy.stop();
    await tables.close();
  };
  return { sqlite, dynamoDb, faults: proxy.faults, close };
}

/** Fails with the story, when it comes out wrong or doesn't come to an end in time. */
async function inTime(ms: number, what: string, played: Story, work: () => Promise<void>): Promise<void> {
  const done = new AbortController();
  const tooLong = async () => {
    await sleep(ms, undefined, { signal: done.signal });
    throw new Error(`It took longer than ${Math.round(ms)} ms.`);
  };
  try {
    await Promise.race([work(), tooLong()]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const steps = played.steps.map(({ details }) => `  ${JSON.stringify(details)}\n`).join('');
    const begin = JSON.stringify({ habits: played.habits, isTaken: played.isTaken });
    throw new Error(`${what} of seed ${seed}: ${begin}, then\n${steps}${why}`, { cause: error });
  } finally {
    done.abort();
  }
}
