import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { dynamoDbItems } from '../../../src/ledger/dynamodb/items.ts';
import { storedApprovals } from '../../../src/ledger/stored/approvals.ts';
import { storedAssociationReads } from '../../../src/ledger/stored/association-reads.ts';
import { storedObservations } from '../../../src/ledger/stored/observations.ts';
import { makeDynamoDbLedger } from '../../../src/ledger/dynamodb/ledger.ts';
import { dynamoDbClientDefaults } from '../../../src/ledger/dynamodb/request.ts';
import { storedErasure } from '../../../src/ledger/stored/erasure.ts';
import { makeSqliteLedger } from '../../../packages/sqlite-ledger/src/ledger.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { describeOnDynamoDb } from '../../support/on-dynamodb.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from '../../support/ledgers.ts';
import { withFaults, randomFrom } from './ledger-faults.ts';
import { runSequentially } from './sequential.ts';
import type { Transcript } from './sequential.ts';
import { scenario } from './scenario-generator.ts';
import type { Scenario } from './scenario.ts';
import { isLarge } from '../../support/sizes.ts';

const scenarios = isLarge ? 200 : 40;

/** Longer scenarios find little more, and DynamoDB is slow. */
const maxSteps = 4;

/** Time limit of one scenario, which otherwise hangs. */
const scenarioMs = 20_000;

/** Time limit of all scenarios, without cleanup. */
const allMs = 100_000;

/** The same scenarios in each run, as in `search.test.ts`. `STORES_SEED` names others; the run of each night does. */
const seed = Number(process.env.STORES_SEED ?? 1);

describeOnDynamoDb('SQLite, and DynamoDB with recoverable faults', () => {
  test(
    `give equal answers and contents in ${scenarios} scenarios of seed ${seed}`,
    async () => {
      await withLedgers(async ({ sqlite, dynamoDb, faults }) => {
        const endsAt = performance.now() + allMs;
        for (const [index, whole] of fc.sample(scenario, { seed, numRuns: scenarios }).entries()) {
          const short = { ...whole, steps: whole.steps.slice(0, maxSteps) };
          const ms = Math.min(scenarioMs, endsAt - performance.now());
          await inTime(ms, `Scenario ${index + 1} of ${scenarios}`, short, async () => {
            const expected = withoutSalts(await runSequentially(short, sqlite, index));
            const found = withoutSalts(await runSequentially(short, dynamoDb, index));
            expect(found).toEqual({ ...expected, broken: [] });
            expect(faults).toEqual([]);
          });
        }
        expect(dynamoDb.met()).toBeGreaterThan(scenarios / 4);
      });
    },
    allMs + 20_000,
  );
});

/** A transcript without what is random in every run: the salts of personal data, and the hashes with them. */
function withoutSalts(transcript: Transcript): Transcript {
  const text = JSON.stringify(transcript, (key, value: unknown) => (key === 'salt' || key === 'sha256' ? null : value));
  return JSON.parse(text) as Transcript;
}

type Ledgers = Awaited<ReturnType<typeof openLedgers>>;

async function withLedgers(work: (ledgers: Ledgers) => Promise<void>): Promise<void> {
  const ledgers = await openLedgers();
  try {
    await work(ledgers);
  } finally {
    await ledgers.close();
  }
}

/** Opens both ledgers and the fault proxy in front of DynamoDB. */
async function openLedgers() {
  const tables = await openTables();
  const proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
  const client = dynamoDbClient({ ...dynamoDbClientDefaults, endpoint: proxy.endpoint });
  const whole = {
    ...makeDynamoDbLedger({ client, ...tables.names }),
    ...storedObservations(dynamoDbItems({ client, ...tables.names })),
    ...storedApprovals(dynamoDbItems({ client, ...tables.names })),
    ...storedAssociationReads(dynamoDbItems({ client, ...tables.names })),
    ...storedErasure(dynamoDbItems({ client, ...tables.names })),
  };
  const dynamoDb = withFaults(whole, proxy.faults, randomFrom(seed));
  const sqlite = makeSqliteLedger({ file: ':memory:' });
  const close = async () => {
    sqlite.close();
    dynamoDb.close();
    await proxy.stop();
    await tables.close();
  };
  return { sqlite, dynamoDb, faults: proxy.faults, close };
}

/** Adds the scenario to an error, and fails if it takes too long. */
async function inTime(ms: number, what: string, scenario: Scenario, work: () => Promise<void>): Promise<void> {
  const done = new AbortController();
  const tooLong = async () => {
    await sleep(ms, undefined, { signal: done.signal });
    throw new Error(`The scenario took longer than ${Math.round(ms)} ms.`);
  };
  try {
    await Promise.race([work(), tooLong()]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const steps = scenario.steps.map(({ event }) => `  ${JSON.stringify(event)}\n`).join('');
    const begin = JSON.stringify({ behaviour: scenario.behaviour, isOccupied: scenario.isOccupied });
    throw new Error(`${what} of seed ${seed}: ${begin}, then\n${steps}${why}`, { cause: error });
  } finally {
    done.abort();
  }
}
