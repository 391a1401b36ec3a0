import { ulid } from 'ulid';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { operationTagKey } from '../../src/model/association.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';
import { association, auditEntry, openRecord, recordTime as now } from '../support/ledger-samples.ts';

const stores = ledgersUnderTest().filter(({ available }) => available);

describe.each(stores)('claims of created associations in $name', ({ open }) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ ledger, close } = await open());
  });
  afterAll(() => close());

  /** Commits an INTENT on an association with this ownership tag, and gives the operation's id. */
  const claim = async (createdBy: string | null) => {
    const operationId = ulid();
    const tags = createdBy === null ? [] : [{ key: operationTagKey, value: createdBy }];
    const before = association({ tags });
    const record = openRecord({ operationId, idempotencyKey: operationId.padEnd(64, '0').toLowerCase() });
    const intent = auditEntry({ operationId, event: 'INTENT', before });
    const commit = () => ledger.commit({ kind: 'free', now }, record, [intent]);
    return { operationId, result: await commit(), commit };
  };

  test('an operation is found by the operation that created the association', async () => {
    const createdBy = ulid();
    expect(await ledger.findClaimOfCreated(createdBy)).toBeNull();
    const { operationId } = await claim(createdBy);
    expect(await ledger.findClaimOfCreated(createdBy)).toBe(operationId);
  });

  test('a second operation on the association, and a repeated commit, change nothing of that', async () => {
    const createdBy = ulid();
    const first = await claim(createdBy);
    const second = await claim(createdBy);
    expect(await second.commit()).toEqual({ kind: 'committed' });
    expect([first.operationId, second.operationId]).toContain(await ledger.findClaimOfCreated(createdBy));
  });

  test('claims of created associations are not entries of the operation that created the association', async () => {
    const created = auditEntry({ operationId: ulid() });
    await ledger.appendEntry(created);
    await claim(created.operationId);
    expect(await ledger.operationEntries(created.operationId)).toEqual([created]);
  });

  test.each([null, '', 'not-a-ulid', `${'A'.repeat(25)}!`])('the tag %j of others is not a claim', async (tag) => {
    const { operationId, result } = await claim(tag);
    expect(result).toEqual({ kind: 'committed' });
    if (tag) expect(await ledger.findClaimOfCreated(tag)).toBeNull();
    expect(await ledger.operationEntries(operationId)).toHaveLength(1);
  });

  test('only an INTENT claims: the closing entry of an operation does not', async () => {
    const createdBy = ulid();
    const before = association({ tags: [{ key: operationTagKey, value: createdBy }] });
    const record = openRecord({ operationId: ulid(), idempotencyKey: ulid().padEnd(64, '0').toLowerCase() });
    const refused = auditEntry({ operationId: record.operationId, event: 'REFUSED', before });
    await ledger.commit({ kind: 'free', now }, record, [refused]);
    expect(await ledger.findClaimOfCreated(createdBy)).toBeNull();
  });
});
