import { idempotencyKeyOf } from '../../src/idempotency/record.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { RequestIdentity } from '../../src/model/principal.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, withoutRequestIds } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { appendAll } from '../support/ledger-samples.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import { associationArn, document, entryAt, idsOf, namespace, newestFirst, user } from './trail-samples.ts';
import type { Trail } from './trail-samples.ts';

const unsupported = { code: 'LEDGER_FORMAT_UNSUPPORTED', retryable: true, retryAfterSeconds: 60 };

describeOnLedgers('an item in $name that a newer version of the gateway wrote', ({ open }) => {
  let ledger: Ledger;
  let edit: StoredItems;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger, edit } = opened), { open });

  test('refuses a request with the token of such a record, without an effect', async () => {
    const { association } = await gateway.create();
    const identity = { principal: user('alice'), actor: null } as unknown as RequestIdentity;
    const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';
    const { clientRequestToken } = input;
    const key = idempotencyKeyOf({ identity, onBehalfOf: null, operation, clientRequestToken });
    await edit.record(key, { v: 2 });
    await expect(gateway.create()).rejects.toThrow('LEDGER_FORMAT_UNSUPPORTED');
    expect(gateway.sent()).toBe(1);
    await edit.record(key, { v: 1 });
    expect(await gateway.create()).toMatchObject({ replayed: true, association });
  });

  test('fails the query of such an entry, with advice to retry and no details of the store', async () => {
    const entry = entryAt(0);
    await ledger.appendEntry(entry);
    await edit.entry(entry, { v: 2 });
    const id = `${entry.operationId}.${entry.entryId}`;
    const { status, errors } = await gateway.send('query ($id: ID!) { auditEntry(id: $id) { id } }', { id });
    expect([status, errors]).toMatchObject([200, [{ extensions: unsupported }]]);
    expect(JSON.stringify(errors)).not.toContain(entry.entryId);
    const [logged] = gateway.logged.filter(({ level }) => level === 'error');
    expect(JSON.stringify(logged)).toContain(`audit entry ${id} has format version 2`);
  });

  test('fails the page that begins with it, with a cursor for the older entries', async () => {
    const entries = [0, 1, 2, 3, 4].map((index) => entryAt(index));
    await appendAll(ledger, entries);
    if (entries[2]) await edit.entry(entries[2], { v: 2 });
    const read = (after: unknown) =>
      gateway.send<{ auditTrail: Trail }>(document, { scope: namespace, after }, 'alice');

    const first = (await read(null)).data?.auditTrail;
    expect(first && idsOf(first)).toEqual(newestFirst(entries.slice(3)));
    expect(first?.pageInfo.hasNextPage).toBe(true);
    const { data, errors } = await read(first?.pageInfo.endCursor);
    expect([data, errors]).toMatchObject([{ auditTrail: null }, [{ extensions: unsupported }]]);
    expect(errors?.[0]?.message).toContain('pass extensions.endCursor as after');
    const { endCursor } = errors?.[0]?.extensions as unknown as { endCursor: string };
    const third = (await read(endCursor)).data?.auditTrail;
    expect(third && idsOf(third)).toEqual(newestFirst(entries.slice(0, 2)));
  });

  test('does not disclose itself to those who may not read its part of the trail', async () => {
    const entry = entryAt(0, { principal: user('alice') });
    await ledger.appendEntry(entry);
    const scopes = [{ associationArn }, { operationId: entry.operationId }, { principalId: user('alice').id }];
    for (const scope of scopes) {
      const before = withoutRequestIds(await gateway.send(document, { scope }, 'bob'));
      await edit.entry(entry, { v: 2 });
      expect(withoutRequestIds(await gateway.send(document, { scope }, 'bob'))).toEqual(before);
      expect((await gateway.send(document, { scope }, 'olivia')).errors).toMatchObject([{ extensions: unsupported }]);
      await edit.entry(entry, { v: 1 });
    }
  });
});
