import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openGateway } from '../gateway.ts';
import type { Gateway } from '../gateway.ts';

let ledger: Ledger;
let gateway: Gateway;

beforeEach(async () => {
  ledger = createSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger });
});

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

const levels = () =>
  gateway.logged.flatMap(({ level, message }) => (message === 'A request met an error.' ? level : []));

test.each([
  ['no GraphQL', '{'],
  ['a field that does not exist', '{ nothing }'],
  ['a variable of the wrong type', 'query ($id: ID!) { auditEntry(id: $id) { id } }'],
])('a caller who sends %s is a warning, which no alarm is for', async (_what, query) => {
  await gateway.send(query, { id: {} });
  expect(levels()).toEqual(['warn']);
});

test('a ledger that cannot be reached is an error', async () => {
  await gateway.close();
  const commit = () => Promise.reject(new LedgerUnavailable(new Error('no route')));
  gateway = await openGateway({ ledger, change: (parts) => ({ ...parts, ledger: { ...ledger, commit } }) });
  await expect(gateway.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
  expect(levels()).toEqual(['error']);
});
