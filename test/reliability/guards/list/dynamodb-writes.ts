import { guardsOf } from '../guard.ts';
import { contract } from './which.ts';

const faults = { tests: ['test/ledger/dynamodb-faults.test.ts'] };

const writes = guardsOf('src/ledger/dynamodb.ts', faults, [
  {
    text: "      if (error instanceof TransactionInProgressException) return { kind: 'again', cause: error } as const;\n",
    without: '',
    protects: 'a transaction in progress is asked for again',
  },
  {
    text: '      // Its fate is open, so it stays the same transaction.\n',
    without: '      ClientRequestToken = randomUUID();\n',
    protects: 'a transaction in progress is asked for again as the same one',
  },
  {
    text: 'if (!(error instanceof TransactionCanceledException)) throw failureOf(error);',
    without: "if (!(error instanceof TransactionCanceledException)) return { kind: 'committed' } as const;",
    protects: 'a write without an answer is not called written',
  },
  {
    text: '      ClientRequestToken = randomUUID();\n      return resultOf',
    without: '      return resultOf',
    protects: 'a cancelled transaction is made again under a token of its own',
  },
  {
    text: 'await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }))',
    without: 'await client.send(new TransactWriteItemsCommand({ TransactItems }))',
    protects: 'tries of one transaction bear one token',
  },
  {
    text: "['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']",
    without: "['ThrottlingError', 'ProvisionedThroughputExceeded']",
    protects: 'a commit that meets another transaction is made again',
  },
  {
    text: "['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']",
    without: "['TransactionConflict', 'ProvisionedThroughputExceeded']",
    protects: 'a commit that is throttled is made again',
  },
  {
    text: "['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']",
    without: "['TransactionConflict', 'ThrottlingError']",
    protects: 'a commit that finds no capacity is made again',
  },
  {
    text: "  if (reasons.some(({ passing }) => passing)) return { kind: 'again', cause: error };\n",
    without: '',
    protects: 'passing reasons are no answer',
  },
  {
    text: "conditionFailed: Code === 'ConditionalCheckFailed'",
    without: 'conditionFailed: true',
    protects: 'only a failed condition is called one',
  },
  {
    text: '(reason.conditionFailed ? entryOfItem(reason.stored ?? {}) : null)',
    without: 'entryOfItem(reason.stored ?? {})',
    protects: 'only an entry whose condition failed is there already',
  },
  {
    text: "  if (alreadyWritten(entries, stored)) return { kind: 'committed' };\n",
    without: '',
    protects: 'a commit whose answer was lost is told from a conflict',
  },
  {
    text: 'if (token?.conditionFailed !== true) throw error;',
    without: '',
    protects: 'a request that is wrong is a bug, not a conflict',
  },
  {
    text: "return { kind: 'conflict', record: token.stored === undefined ? null : tokenOfItem(token.stored) }",
    without: "return { kind: 'conflict', record: tokenOfItem(token.stored ?? {}) }",
    protects: 'a conflict over no record says so',
    tests: contract.tests,
  },
  {
    text: "    if (error instanceof TransactionConflictException) return { kind: 'again', cause: error };\n",
    without: '',
    protects: 'an append that meets a transaction is made again',
  },
  {
    text: '    if (!(error instanceof ConditionalCheckFailedException)) throw failureOf(error);\n',
    without: "    if (!(error instanceof ConditionalCheckFailedException)) return { kind: 'written' };\n",
    protects: 'an append without an answer is not called written',
  },
  {
    text: '    alreadyWritten([entry], [entryOfItem(error.Item ?? {})]);\n',
    without: '',
    protects: 'another entry under the same key is not called written',
    tests: contract.tests,
  },
]);

const requests = guardsOf('src/ledger/dynamodb-request.ts', faults, [
  {
    text: 'if (!isAgain(result)) return result;',
    without: 'return result as T;',
    protects: 'what DynamoDB put off is asked for again',
  },
  { text: 'tries === maxTries || ', without: '', protects: 'tries are bounded in number' },
  { text: ' || performance.now() - startedAt > maxTryingMs', without: '', protects: 'tries are bounded in time' },
  {
    text: 'throw new LedgerUnavailable(result.cause);',
    without: 'return result as unknown as T;',
    protects: 'a write that was never made is told as unavailable',
  },
  {
    text: 'return isBug ? error : new LedgerUnavailable(error);',
    without: 'return error;',
    protects: 'a ledger out of reach has an error of its own',
  },
  {
    text: 'return isBug ? error : new LedgerUnavailable(error);',
    without: 'return new LedgerUnavailable(error);',
    protects: 'a bug is not called unavailable',
  },
  {
    text: 'error instanceof DynamoDBServiceException && ',
    without: '',
    protects: 'only DynamoDB’s own exceptions are told by their names',
    survives: 'the names are DynamoDB’s own, so nothing else bears them; it is there for the type',
  },
  {
    text: '    throw failureOf(error);',
    without: '    throw error;',
    protects: 'a read without an answer is told as unavailable',
  },
  { text: 'maxAttempts: 3,', without: 'maxAttempts: 1,', protects: 'a lost answer is asked for again' },
  { text: 'throwOnRequestTimeout: true,', without: '', protects: 'silence ends' },
  { text: '    socketTimeout: 2_000,\n', without: '', protects: 'a dripping answer ends' },
]);

const items = guardsOf(
  'src/ledger/dynamodb-item.ts',
  { tests: ['test/ledger/dynamodb.test.ts', 'test/ledger/contract.test.ts'] },
  [
    {
      text: 'record.expiresAt === null ? {} : { [ttlAttribute]: Math.ceil(record.expiresAt / 1000) }',
      without: '{ [ttlAttribute]: Math.ceil((record.expiresAt ?? 0) / 1000) }',
      protects: 'DynamoDB deletes no record that is in progress',
    },
    {
      text: 'Math.ceil(record.expiresAt / 1000)',
      without: 'Math.floor(record.expiresAt / 1000)',
      protects: 'DynamoDB deletes no record too early',
    },
    {
      text: "record.state === 'IN_PROGRESS' ? { openShard: shard } : {}",
      without: '{ openShard: shard }',
      protects: 'a finished record leaves the index of open ones',
    },
  ],
);

const trail = guardsOf(
  'src/ledger/dynamodb-trail-query.ts',
  { tests: ['test/ledger/trail.test.ts'], only: 'DynamoDB' },
  [
    {
      text: "':low': range.low, ",
      without: "':low': '0', ",
      protects: 'a page of the trail begins where it was asked to',
    },
    {
      text: "':high': range.high, ",
      without: "':high': 'Z', ",
      protects: 'a page of the trail ends where it was asked to',
    },
    {
      text: "`#${name} IN (${names.join(', ')})`",
      without: "`(attribute_exists(#${name}) OR #${name} IN (${names.join(', ')}))`",
      protects: 'a page of the trail has no other entries than those that were asked for',
    },
  ],
);

const tables = guardsOf('src/ledger/tables.ts', { tests: ['test/ledger/tables.test.ts'] }, [
  {
    text: 'if (!(error instanceof ResourceInUseException)) throw error;',
    without: 'throw error;',
    protects: 'several may make the tables at once',
  },
]);

export const dynamodbWritesGuards = [...writes, ...requests, ...items, ...trail, ...tables];
