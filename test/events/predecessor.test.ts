import { predecessorOf } from '../../src/events/predecessor.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import { auditEntryAt, now } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const operationId = '01KC0000000000000000000000';

const at = (ms: number, event: AuditEvent, fence: number | null) =>
  auditEntryAt(now + ms, { operationId, event, fence });

describeOnLedger('predecessors on $name', (on) => {
  let store: Awaited<ReturnType<typeof on.open>>;
  beforeEach(async () => {
    store = await on.open();
  });
  afterEach(() => store.close());

  const append = async (...entries: ReturnType<typeof at>[]) => {
    for (const entry of entries) await store.ledger.appendEntry(entry);
    return entries;
  };

  test('an event follows the event before it in its operation, not other entries', async () => {
    const [intent, unknown, takenOver, replayed, succeeded] = [
      at(0, 'INTENT', 1),
      at(1, 'UNKNOWN', 1),
      at(2, 'TAKEN_OVER', 2),
      at(3, 'CONTENDED', null),
      at(4, 'SUCCEEDED', 2),
    ];
    await append(intent, unknown, takenOver, replayed, succeeded);
    expect(await predecessorOf(store.ledger, unknown)).toBeNull();
    expect(await predecessorOf(store.ledger, succeeded)).toBe(unknown.entryId);
  });

  test('a lease holder with a slow clock still follows the one before it', async () => {
    const unknown = at(5_000, 'UNKNOWN', 1);
    const succeeded = at(2_000, 'SUCCEEDED', 2);
    await append(at(0, 'INTENT', 1), unknown, at(1_000, 'TAKEN_OVER', 2), succeeded);
    expect(await predecessorOf(store.ledger, unknown)).toBeNull();
    expect(await predecessorOf(store.ledger, succeeded)).toBe(unknown.entryId);
  });

  test('a late success changes no predecessor, and follows the last event up to its lease', async () => {
    const unknown = at(1, 'UNKNOWN', 2);
    const refused = at(30, 'REFUSED', 3);
    const late = at(20, 'LATE_SUCCESS', 1);
    const later = at(40, 'LATE_SUCCESS', 2);
    await append(at(0, 'INTENT', 1), unknown, refused);
    const before = await predecessorOf(store.ledger, refused);
    await append(late, later);
    expect(before).toBe(unknown.entryId);
    expect(await predecessorOf(store.ledger, refused)).toBe(before);
    expect(await predecessorOf(store.ledger, late)).toBeNull();
    expect(await predecessorOf(store.ledger, later)).toBe(unknown.entryId);
  });

  test('hundreds of repetitions of the request between two events hide none', async () => {
    const unknown = at(1, 'UNKNOWN', 1);
    const succeeded = at(2_000, 'SUCCEEDED', 2);
    await append(unknown);
    for (let count = 0; count < 250; count += 1) await append(at(2 + count, 'CONTENDED', null));
    await append(succeeded);
    expect(await predecessorOf(store.ledger, succeeded)).toBe(unknown.entryId);
  });

  test('a denial has no predecessor, and is none', async () => {
    const denied = at(1, 'DENIED', null);
    const succeeded = at(2, 'SUCCEEDED', 1);
    await append(denied, succeeded, at(3, 'DENIED', null));
    expect(await predecessorOf(store.ledger, at(4, 'DENIED', null))).toBeNull();
    expect(await predecessorOf(store.ledger, succeeded)).toBeNull();
  });
});
