import { marshall } from '@aws-sdk/util-dynamodb';
import { makeDeliverHandler } from '../../src/app/deliver-handler.ts';
import type { EventTarget } from '../../src/events/deliver.ts';
import { claimItem, entryItem } from '../../src/ledger/stored/entry.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { auditEntry } from '../support/ledger-samples.ts';
import { streamRecord as record } from '../support/lambda-event.ts';

const noTrail = { readTrail: () => Promise.resolve({ entries: [], next: null }) };
const context = { getRemainingTimeInMillis: () => 60_000 };
const added = (entry: AuditEntry) => record('INSERT', marshall(entryItem(entry)));

function open({ failing = [] as string[], disabled = [] as string[], target = true } = {}) {
  const sent: string[] = [];
  const logged: { level: string; message: string }[] = [];
  const bus: EventTarget = {
    send: (events) =>
      Promise.resolve(
        events.map(({ entryId }) => {
          if (failing.includes(entryId)) return { kind: 'failed', reason: 'refused' };
          sent.push(entryId);
          return { kind: 'sent' };
        }),
      ),
  };
  const handler = makeDeliverHandler({
    ledger: noTrail,
    target: target ? bus : null,
    ...{ denialShare: 1, clock: Date.now, findDisabled: () => Promise.resolve(disabled) },
    log: (level, message, fields) => void logged.push({ level, message, ...fields }),
  });
  return { handler, sent, logged };
}

test('the events of new entries are sent in the order of the shard, without other items', async () => {
  const { handler, sent, logged } = open();
  const entries = [auditEntry({ event: 'SUCCEEDED' }), auditEntry(), auditEntry({ event: 'RELEASED' })];
  const claim = marshall(
    claimItem({ createdBy: entries[0]?.operationId ?? '', claimedBy: entries[1]?.operationId ?? '' }),
  );
  const Records = [...entries.map(added), record('INSERT', claim)];
  expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual([entries[0]?.entryId, entries[2]?.entryId]);
  expect(logged).toEqual([expect.objectContaining({ message: 'Events delivered.', streamRecords: 4, eventsSent: 2 })]);
});

test('an erasure of personal data is neither tampering nor an event; any other change with it is tampering', async () => {
  const { handler, sent, logged } = open();
  const NewImage = marshall(entryItem(auditEntry({ event: 'SUCCEEDED' })));
  const OldImage = { ...NewImage, personal: { S: '{"salt":"…","values":{}}' } };
  const erasure = (images: object) =>
    record('MODIFY', NewImage, { dynamodb: { ...record('MODIFY', NewImage).dynamodb, ...images } });
  await handler({ Records: [erasure({ OldImage, NewImage })] }, context);
  expect(sent).toEqual([]);
  expect(logged).toEqual([expect.objectContaining({ message: 'Events delivered.', streamRecords: 1 })]);
  const others = [
    { OldImage, NewImage: { ...NewImage, personal: { S: '{}' } } },
    { OldImage: NewImage, NewImage: OldImage },
    { OldImage, NewImage: { ...NewImage, principalId: { S: 'mallory' } } },
    { OldImage: NewImage, NewImage },
  ];
  await handler({ Records: others.map(erasure) }, context);
  const reports = logged.filter(({ message }) => message === 'An item of the audit trail was changed or removed.');
  expect(reports).toHaveLength(4);
});

test('Lambda repeats the batch from the first event that was not sent', async () => {
  const entries = [
    auditEntry({ event: 'SUCCEEDED' }),
    auditEntry({ event: 'SUCCEEDED' }),
    auditEntry({ event: 'RELEASED' }),
  ];
  const { handler, logged } = open({ failing: [entries[1]?.entryId ?? ''] });
  const Records = entries.map(added);
  const itemIdentifier = Records[1]?.dynamodb?.SequenceNumber;
  expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [{ itemIdentifier }] });
  expect(logged.at(-1)).toMatchObject({ deliveryFailures: 1, eventsSent: 2 });
});

test.each([
  ['MODIFY', {}, {}],
  ['REMOVE', {}, {}],
  // The table has no time to live: whoever gave it one deletes the trail.
  [
    'REMOVE',
    { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } },
    { removedBy: 'dynamodb.amazonaws.com' },
  ],
] as const)('a %s is reported with the keys of the item, also while events fail', async (change, more, expected) => {
  const entry = auditEntry({ event: 'SUCCEEDED' });
  const { operationId, entryId } = entry;
  const { handler, logged } = open({ failing: [entryId] });
  await handler({ Records: [added(entry), record(change, marshall(entryItem(entry)), more)] }, context);
  expect(logged[0]).toEqual({
    ...{ level: 'error', message: 'An item of the audit trail was changed or removed.' },
    ...{ change, operationId, entryId, tamperedItems: 1, ...expected },
  });
});

test('tampering is reported where events are sent nowhere', async () => {
  const { handler, sent, logged } = open({ target: false });
  const entry = auditEntry({ event: 'SUCCEEDED' });
  const Records = [added(entry), record('MODIFY', marshall(entryItem(entry)))];
  expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual([]);
  expect(logged[0]).toMatchObject({ tamperedItems: 1 });
});

test('an entry of a newer version is left to a newer version, and those before it are sent', async () => {
  const { handler, sent } = open();
  const [first, newer, last] = [1, 2, 3].map(() => auditEntry({ event: 'SUCCEEDED' })) as [
    AuditEntry,
    AuditEntry,
    AuditEntry,
  ];
  const Records = [added(first), record('INSERT', { ...marshall(entryItem(newer)), v: { N: '99' } }), added(last)];
  const itemIdentifier = Records[1]?.dynamodb?.SequenceNumber;
  expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [{ itemIdentifier }] });
  expect(sent).toEqual([first.entryId]);
});

test('an item that the gateway did not write is reported, and stops nothing', async () => {
  const { handler, sent, logged } = open();
  const entry = auditEntry({ event: 'SUCCEEDED' });
  const { entry: _, ...foreign } = marshall(entryItem(auditEntry()));
  await handler({ Records: [record('INSERT', foreign), added(entry)] }, context);
  expect(sent).toEqual([entry.entryId]);
  expect(logged[0]).toMatchObject({ level: 'error', message: 'A record of the audit trail could not be read.' });
});

test('the scheduled run is the heartbeat, which stops while a rule or the stream is off', async () => {
  const schedule = { source: 'aws.events', 'detail-type': 'Scheduled Event' } as object;
  const alive = open();
  await alive.handler(schedule, context);
  expect(alive.logged).toEqual([expect.objectContaining({ level: 'info', watching: 1 })]);
  const off = open({ disabled: ['The rule X is disabled.'] });
  await off.handler(schedule, context);
  expect(off.logged).toEqual([
    { level: 'error', message: 'The tables are not watched.', disabled: 'The rule X is disabled.', streamRecords: 0 },
  ]);
});
