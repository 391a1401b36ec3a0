import { makeWebhook } from '../../../src/events/webhook.ts';
import {
  entriesOfOperations,
  eventIdsOf,
  openEventReceiver,
  webhookSecret,
} from '../../../test/support/event-operations.ts';
import { auditEntry } from '../../../test/support/ledger-samples.ts';
import { openOrderedSqlite } from '../../../test/support/ledgers.ts';
import { deliverNext } from '../src/delivery.ts';
import type { LocalDelivery } from '../src/delivery.ts';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';

let store: Awaited<ReturnType<typeof openOrderedSqlite>>;
beforeEach(async () => {
  store = await openOrderedSqlite();
});
afterEach(() => store.close());

/** A deliverer as a process has it. */
function delivererTo(url: string, ledger: LocalDelivery['ledger'] = store.ledger): LocalDelivery {
  const secrets = () => Promise.resolve([webhookSecret]);
  const target = makeWebhook({ url, secrets, clock: Date.now, sleep: () => Promise.resolve() });
  return { ledger, target, denialShare: 1, log: () => undefined, sentAhead: new Set() };
}

test('a deliverer begins after the entries that are there, and goes on where another one ended', async () => {
  const receiver = await openEventReceiver();
  await store.ledger.appendEntry(auditEntry({ event: 'SUCCEEDED' }));
  await store.ledger.startCursor('webhook');
  const [first, second] = [auditEntry({ event: 'SUCCEEDED' }), auditEntry({ event: 'DENIED', fence: null })];
  await store.ledger.appendEntry(first);
  await deliverNext(delivererTo(receiver.url), 'webhook');
  await store.ledger.appendEntry(second);
  await deliverNext(delivererTo(receiver.url), 'webhook');
  expect([...receiver.received.keys()].sort()).toEqual(eventIdsOf([first, second]));
  expect(receiver.requests()).toBe(2);
});

test('entries are delivered in the order of their commits, whatever the time in their ids', async () => {
  const receiver = await openEventReceiver();
  await store.ledger.startCursor('webhook');
  const [older, newer] = [auditEntry({ event: 'SUCCEEDED' }), auditEntry({ event: 'SUCCEEDED' })];
  await store.ledger.appendEntry(newer);
  await deliverNext(delivererTo(receiver.url), 'webhook');
  await store.ledger.appendEntry(older);
  await deliverNext(delivererTo(receiver.url), 'webhook');
  expect([...receiver.received.values()].map(({ entryId }) => entryId)).toEqual([newer.entryId, older.entryId]);
});

test('an event that the receiver rejects holds back its operation only, and others are not repeated', async () => {
  const entries = entriesOfOperations(150);
  const rejected = entries.find(({ event }) => event === 'UNKNOWN');
  let isRejecting = true;
  const receiver = await openEventReceiver((_, { id }) =>
    isRejecting && id.endsWith(rejected?.entryId ?? '') ? 400 : 204,
  );
  await store.ledger.startCursor('webhook');
  for (const entry of entries) await store.ledger.appendEntry(entry);
  const deliverer = delivererTo(receiver.url);
  for (let step = 0; step < 3; step += 1) await deliverNext(deliverer, 'webhook');
  const ofOthers = [...receiver.received.values()].filter(({ operationId }) => operationId !== rejected?.operationId);
  expect(ofOthers.length).toBeGreaterThan(30);
  expect(receiver.received.size).toBe(ofOthers.length);
  expect(receiver.requests()).toBe(ofOthers.length + 3);
  isRejecting = false;
  await deliverNext(deliverer, 'webhook');
  expect([[...receiver.received.keys()].sort(), receiver.problems]).toEqual([eventIdsOf(entries), []]);
});

test('no event is lost and none arrives before its predecessor, with a crash between any two steps and a failing receiver', async () => {
  const receiver = await openEventReceiver((count) => (count % 13 === 0 ? 503 : count % 97 === 0 ? 400 : 204));
  await store.ledger.startCursor('webhook');
  const entries = entriesOfOperations(300);
  let crashes = 0;
  let steps = 0;
  /** Ends a deliverer at every third step: before its events are sent, or after they are and before that is stored. */
  const crashing = (): LocalDelivery => {
    const crash = () => {
      steps += 1;
      if (steps % 3 !== 0) return;
      crashes += 1;
      throw new Error('crash');
    };
    const ledger = {
      ...store.ledger,
      moveCursor: async (target: string, position: number) => {
        crash();
        await store.ledger.moveCursor(target, position);
      },
      entriesAfter: async (position: number, limit: number) => {
        crash();
        return await store.ledger.entriesAfter(position, limit);
      },
    };
    return delivererTo(receiver.url, ledger);
  };
  for (let start = 0; start < entries.length; start += 40) {
    for (const entry of entries.slice(start, start + 40)) await store.ledger.appendEntry(entry);
    await deliverNext(crashing(), 'webhook').catch(() => undefined);
  }
  for (let left = 200; left > 0 && receiver.received.size < 300; left -= 1) {
    await deliverNext(crashing(), 'webhook').catch(() => undefined);
  }
  expect(crashes).toBeGreaterThan(5);
  expect([[...receiver.received.keys()].sort(), receiver.problems]).toEqual([eventIdsOf(entries), []]);
  expect(receiver.requests()).toBeGreaterThan(300);
});

test('a cursor never goes back, and each reader has its own', async () => {
  const receiver = await openEventReceiver();
  const ledger = makeSqliteLedger({ file: ':memory:' });
  await ledger.startCursor('a');
  await ledger.appendEntry(auditEntry({ event: 'SUCCEEDED' }));
  const position = await ledger.startCursor('b');
  await ledger.moveCursor('b', position - 1);
  expect(await ledger.startCursor('b')).toBe(position);
  await deliverNext(delivererTo(receiver.url, ledger), 'b');
  expect(receiver.requests()).toBe(0);
  ledger.close();
});
