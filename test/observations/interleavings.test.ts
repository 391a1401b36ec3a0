import { makeSqliteLedger } from '../../packages/local-gateway/src/sqlite/ledger.ts';
import { makeDynamoDbObservations } from '../../src/ledger/dynamodb-observations.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb.ts';
import { openTables } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { runInterleavings } from './interleaving.ts';

// test/reliability/interleavings has more of them.

test('scans report what was made outside, and nothing that an operation explains, in random interleavings', async () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  expect(await runInterleavings(ledger, 1, 20)).toBeGreaterThan(2);
  ledger.close();
});

describeOnDynamoDb('on DynamoDB', () => {
  test('scans report what was made outside, and nothing that an operation explains', async () => {
    const { client, names, close } = await openTables();
    const ledger = { ...makeDynamoDbLedger({ client, ...names }), ...makeDynamoDbObservations({ client, ...names }) };
    await runInterleavings(ledger, 1, 2);
    await close();
  });
});
