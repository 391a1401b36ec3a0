import * as fc from 'fast-check';
import { createDynamoDbLedger } from '../../../src/ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../../../src/ledger/dynamodb-request.ts';
import { createSqliteLedger } from '../../../src/ledger/sqlite.ts';
import { startFaultProxy } from '../../ledger/fault-proxy.ts';
import { describeOnDynamoDb } from '../../ledger/on-dynamodb.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from '../../ledgers.ts';
import { behindFaults, randomOf } from './absorbed.ts';
import { playInTurn } from './in-turn.ts';
import { story } from './story.ts';

const stories = process.env.CI === undefined ? 20 : 200;

/** Longer ones show little more, and DynamoDB takes its time. */
const maxSteps = 6;

/** New ones each time; a failure names the seed, with which `STORES_SEED` plays them again. */
const seed = Number(process.env.STORES_SEED ?? Math.floor(Math.random() * 1_000_000_000));

describeOnDynamoDb('SQLite, and DynamoDB behind faults that its client must get over', () => {
  test(`answer alike and hold the same after each of ${stories} stories of seed ${seed}`, async () => {
    const tables = await openTables();
    const proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
    const client = dynamoDbClient({ ...dynamoDbClientDefaults, endpoint: proxy.endpoint });
    const dynamoDb = behindFaults(createDynamoDbLedger({ client, ...tables.names }), proxy.faults, randomOf(seed));
    const sqlite = createSqliteLedger({ file: ':memory:' });
    let series = 0;
    for (const whole of fc.sample(story, { seed, numRuns: stories })) {
      series += 1;
      const short = { ...whole, steps: whole.steps.slice(0, maxSteps) };
      const expected = await playInTurn(short, sqlite, series);
      expect({ series, ...(await playInTurn(short, dynamoDb, series)) }).toEqual({ series, ...expected });
      expect(expected.broken).toEqual([]);
      expect(proxy.faults).toEqual([]);
    }
    expect(dynamoDb.met()).toBeGreaterThan(stories / 4);
    sqlite.close();
    dynamoDb.close();
    await proxy.stop();
    await tables.close();
  }, 90_000);
});
