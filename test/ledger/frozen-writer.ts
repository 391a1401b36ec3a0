import { clientUntil, openDynamoDb } from '../../src/ledger/dynamodb/client.ts';
import { ledgerOn } from '../../src/ledger/dynamodb/ledger.ts';
import { makeDeadline } from '../../src/runtime/deadline.ts';
import { auditEntry, openRecord } from '../support/ledger-samples.ts';

// A process that writes to a ledger at the endpoint of its arguments, until the deadline that is so many milliseconds ahead. It can be stopped meanwhile.
const [endpoint = '', leftMs = ''] = process.argv.slice(2);
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const client = openDynamoDb({ region: 'eu-central-1', endpoint, credentials });
const deadline = makeDeadline(Date.now() + Number(leftMs), Date.now);
const tables = { client: clientUntil(client, deadline), idempotencyTable: 'idempotency', auditTable: 'audit' };
const result = await ledgerOn(tables)
  .commit({ kind: 'free', now: 0 }, openRecord(), [auditEntry()])
  .then(
    ({ kind }) => kind,
    (error: unknown) => (error as Error).name,
  );
console.log(result);
