import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import { UnsupportedFormat } from '../../src/ledger/format.ts';
import { approvalItem } from '../../src/ledger/stored/approval.ts';
import { approvalItemKeyOf } from '../../src/ledger/stored/keys.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Approval } from '../../src/model/approval.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import {
  approval,
  approvalEntry,
  auditEntry,
  openRecord,
  recordTime,
  released,
  storeRecord,
  trailQuery,
} from '../support/ledger-samples.ts';

/** The next version of an approval. */
const nextOf = (before: Approval, fields: Partial<Approval> = {}): Approval => ({
  ...before,
  revision: before.revision + 1,
  ...fields,
});

/** How it is approved. */
const given = (before: Approval) => nextOf(before, { state: 'APPROVED', useUntil: recordTime + 3_600_000 });

const one = { ofPrincipal: 1, ofPerson: null };

const laterBy = (ms: number) => ({ requestedAt: new Date(recordTime + ms).toISOString() });

test('the item of an approval expires a week after the approval could be used or decided at the latest', () => {
  const week = 7 * 24 * 3_600;
  const decideUntil = recordTime + 60_000;
  const ttlOf = (useUntil: number | null) => approvalItem(approval({ decideUntil, useUntil })).ttl;
  expect(ttlOf(null)).toBe(Math.ceil(decideUntil / 1_000) + week);
  expect(ttlOf(decideUntil + 90_000)).toBe(Math.ceil((decideUntil + 90_000) / 1_000) + week);
});

describeOnEachLedger('the approvals of a ledger in $name', ({ open }) => {
  let ledger: Ledger & ApprovalStore;
  let edit: StoredItems;
  openLedgerForEachTest((opened) => ({ ledger, edit } = opened), open);

  /** The limits are for an approval that is asked for. */
  const put = (expected: Approval | null, next: Approval, ofPrincipal = 20, ofPerson: number | null = null) =>
    ledger.putApproval(expected, next, approvalEntry(next), next.revision === 1 ? { ofPrincipal, ofPerson } : null);

  /** Stores an approval as it is asked for, and as it becomes. */
  async function stored(asked: Approval, ...steps: readonly ((before: Approval) => Approval)[]): Promise<Approval> {
    expect(await put(null, asked)).toBe('written');
    let last = asked;
    for (const step of steps) {
      const next = step(last);
      expect(await put(last, next)).toBe('written');
      last = next;
    }
    return last;
  }

  test('an approval is returned exactly as it was written, and its entry with it', async () => {
    const asked = approval();
    const entry = approvalEntry(asked, { reason: '\ud800' });
    expect(await ledger.putApproval(null, asked, entry, one)).toBe('written');
    expect(await ledger.getApproval(asked.key)).toEqual(asked);
    expect(await ledger.getEntry(entry)).toEqual(entry);
    expect(await ledger.getApproval('0'.repeat(64))).toBeNull();
  });

  test('the entries of an approval are in the trail of its namespace', async () => {
    const asked = approval();
    await stored(asked);
    const { accountId, region, clusterName, namespace } = asked.requested.target;
    const { entries } = await ledger.readTrail(
      trailQuery({ kind: 'namespace', accountId, region, clusterName, namespace }),
    );
    expect(entries.map(({ operationId }) => operationId)).toEqual([asked.id]);
  });

  test('a write over another version changes nothing', async () => {
    const asked = await stored(approval());
    const other = { ...approval(), key: asked.key };
    for (const expected of [null, { ...asked, revision: 2 }, { ...asked, id: other.id }]) {
      const entry = approvalEntry(other);
      expect(await ledger.putApproval(expected, other, entry, one)).toBe('conflict');
      expect(await ledger.getEntry(entry)).toBeNull();
    }
    expect(await ledger.getApproval(asked.key)).toEqual(asked);
    expect(await put(asked, other)).toBe('written');
    expect(await ledger.getApproval(asked.key)).toEqual(other);
    expect(await put(approval(), approval())).toBe('conflict');
  });

  test('a write that is sent twice is written once', async () => {
    const asked = approval();
    const entry = approvalEntry(asked);
    for (const _ of [1, 2]) expect(await ledger.putApproval(null, asked, entry, one)).toBe('written');
    const next = given(asked);
    const nextEntry = approvalEntry(next);
    for (const _ of [1, 2]) expect(await ledger.putApproval(asked, next, nextEntry, null)).toBe('written');
    expect(await ledger.getApproval(asked.key)).toEqual(next);
  });

  test('exactly one of 10 concurrent writers writes the next version', async () => {
    const asked = await stored(approval());
    const writes = Array.from({ length: 10 }, () => put(asked, given(asked)));
    expect((await Promise.all(writes)).filter((result) => result === 'written')).toHaveLength(1);
  });

  test('record, approval and locks are read together, the first two null if absent', async () => {
    const asked = approval();
    const record = openRecord();
    const read = () => ledger.getRecordAndApproval(record.idempotencyKey, asked.key);
    const locks = await ledger.getLocks();
    expect(await read()).toEqual({ record: null, approval: null, locks });
    await stored(asked);
    expect(await read()).toEqual({ record: null, approval: asked, locks });
    await storeRecord(ledger, record);
    expect(await read()).toEqual({ record, approval: asked, locks });
  });

  test('a key that is not a hash is refused', async () => {
    await expect(ledger.getApproval('x')).rejects.toThrow(/SHA-256/);
    await expect((async () => put(null, approval({ key: 'x' })))()).rejects.toThrow(/SHA-256/);
  });

  test('an approval that is too large is refused, with its entry', async () => {
    const asked = approval();
    const large = { ...asked, requested: { ...asked.requested, reason: 'x'.repeat(300_000) } };
    const entry = approvalEntry(asked);
    await expect((async () => ledger.putApproval(null, large, entry, one))()).rejects.toThrow(/at most 262144/);
    expect(await ledger.getEntry(entry)).toBeNull();
  });

  test.each([2, 0, null])('an approval of the format version %j is neither read nor replaced', async (v) => {
    const asked = await stored(approval());
    await edit.approval(asked.key, { v });
    await expect(ledger.getApproval(asked.key)).rejects.toThrow(UnsupportedFormat);
    await expect(put(asked, given(asked))).rejects.toThrow(UnsupportedFormat);
    expect((await ledger.listApprovals({ kind: 'gateway', state: 'PENDING' }, 10, null)).approvals).toEqual([]);
  });

  describe('the commit of a claim', () => {
    const use = (from: Approval, usedBy: string) => nextOf(from, { state: 'USED', usedBy });
    const claimed = () => {
      const record = openRecord();
      const intent = auditEntry({ operationId: record.operationId });
      return { record, intent };
    };

    test('uses the approval with the record, in one transaction', async () => {
      const from = await stored(approval(), given);
      const { record, intent } = claimed();
      const next = use(from, record.operationId);
      const entries = [intent, approvalEntry(next, { event: 'APPROVAL_USED' })];
      const commit = () => ledger.commit({ kind: 'free', now: recordTime }, record, entries, { expected: from, next });
      expect(await commit()).toEqual({ kind: 'committed' });
      expect(await ledger.getRecordAndApproval(record.idempotencyKey, from.key)).toMatchObject({
        record,
        approval: next,
      });
      // The response was lost, and the same commit is sent again.
      expect(await commit()).toEqual({ kind: 'committed' });
    });

    test('writes nothing if the approval is another version, or if only the record is not as expected', async () => {
      const from = await stored(approval());
      const { record, intent } = claimed();
      const older = { ...from, revision: from.revision - 1 };
      const next = use(older, record.operationId);
      const entries = [intent, approvalEntry(next)];
      const free = { kind: 'free', now: recordTime } as const;
      expect(await ledger.commit(free, record, entries, { expected: older, next })).toEqual({
        kind: 'approval-mismatch',
      });
      const absent = approval();
      expect(await ledger.commit(free, record, entries, { expected: absent, next: use(absent, 'x') })).toEqual({
        kind: 'approval-mismatch',
      });
      expect(await ledger.getRecord(record.idempotencyKey)).toBeNull();
      await storeRecord(ledger, record);
      const second = use(from, record.operationId);
      const conflict = { kind: 'conflict', record };
      expect(await ledger.commit(free, record, [intent], { expected: from, next: second })).toEqual(conflict);
      expect(await ledger.commit(free, record, [intent], { expected: older, next })).toEqual(conflict);
      expect(await ledger.getApproval(from.key)).toEqual(from);
      expect(await ledger.getEntry(intent)).toBeNull();
    });

    test('by exactly one of 10 tokens uses an approval', async () => {
      const from = await stored(approval(), given);
      const commits = Array.from({ length: 10 }, async () => {
        const { record, intent } = claimed();
        const next = use(from, record.operationId);
        const entries = [intent, approvalEntry(next)];
        return await ledger.commit({ kind: 'free', now: recordTime }, record, entries, { expected: from, next });
      });
      const results = (await Promise.all(commits)).map(({ kind }) => kind);
      expect(results.sort()).toEqual([...Array.from({ length: 9 }, () => 'approval-mismatch'), 'committed']);
    });

    test('of a released token takes the approval over from its operation', async () => {
      const { record, intent } = claimed();
      const from = await stored(approval(), (asked) => use(asked, record.operationId));
      await storeRecord(ledger, released(record));
      const next = { ...record, operationId: openRecord().operationId, fence: 2 };
      const used = use(from, next.operationId);
      const { operationId, fence } = record;
      const entries = [{ ...intent, operationId: next.operationId, fence: 2 }, approvalEntry(used)];
      expect(
        await ledger.commit({ kind: 'released', operationId, fence }, next, entries, { expected: from, next: used }),
      ).toEqual({ kind: 'committed' });
      expect(await ledger.getApproval(from.key)).toEqual(used);
    });
  });

  describe('the pending approvals of a principal', () => {
    test('are no more than the limit; those of others, and those that ended, do not count', async () => {
      const [first, second] = [approval(), approval()];
      await stored(first);
      const bob = { ...first.requested, principal: { ...first.requested.principal, id: 'bob' } };
      await stored(approval({ requested: bob }));
      expect(await put(null, second, 1)).toBe('limit-reached');
      expect(await ledger.getApproval(second.key)).toBeNull();
      expect(await put(first, given(first), 1)).toBe('written');
      expect(await put(null, second, 1)).toBe('written');
    });

    test('count once, whatever takes the place of one', async () => {
      const asked = await stored(approval());
      const other = { ...approval(), key: asked.key };
      expect(await put(asked, other, 1)).toBe('written');
      expect(await put(null, approval(), 1)).toBe('limit-reached');
      expect(await put(other, nextOf(other, { state: 'EXPIRED' }), 1)).toBe('written');
      expect(await put(null, approval(), 1)).toBe('written');
    });

    test('a vote that leaves one pending is written at the limit', async () => {
      const asked = await stored(approval());
      expect(await put(asked, nextOf(asked), 1)).toBe('written');
      expect(await put(null, approval(), 1)).toBe('limit-reached');
    });

    test('that can no longer be decided do not count, although nobody recorded that they expired', async () => {
      const asked = await stored(approval({ decideUntil: recordTime + 1_000 }));
      const [next, another] = [approval(laterBy(1_000)), approval(laterBy(1_000))];
      expect(await put(null, approval(laterBy(999)), 1)).toBe('limit-reached');
      expect(await put(null, next, 1)).toBe('written');
      expect(await put(null, another, 1)).toBe('limit-reached');
      expect(await put(asked, nextOf(asked, { state: 'EXPIRED' }), 1)).toBe('written');
      expect(await put(null, another, 1)).toBe('limit-reached');
    });

    test('count one that was approved and waits again, which no limit refuses', async () => {
      const approved = await stored(approval(), given);
      await stored(approval());
      expect(await put(null, approval(), 1)).toBe('limit-reached');
      const again = nextOf(approved, { state: 'PENDING', useUntil: null });
      expect(await put(approved, again)).toBe('written');
      expect(await put(null, approval(), 2)).toBe('limit-reached');
      expect(await put(again, given(again))).toBe('written');
      expect(await put(null, approval(), 2)).toBe('written');
    });

    describe('for people', () => {
      const of = (onBehalfOf: string | null, fields: Partial<Approval> = {}) => {
        const asked = approval(fields);
        return { ...asked, requested: { ...asked.requested, onBehalfOf } };
      };

      test('are no more than the limit of a person, and all no more than that of the principal', async () => {
        const first = of('alice');
        await stored(first);
        expect(await put(null, of('alice'), 3, 1)).toBe('person-limit-reached');
        expect(await put(null, of('bob'), 3, 1)).toBe('written');
        expect(await put(null, of(null), 3)).toBe('written');
        expect(await put(null, of('carol'), 3, 1)).toBe('limit-reached');
        expect(await put(first, given(first))).toBe('written');
        expect(await put(null, of('bob'), 3, 1)).toBe('person-limit-reached');
        expect(await put(null, of('alice'), 3, 1)).toBe('written');
      });

      test('do not count once they can no longer be decided, although nobody recorded that they expired', async () => {
        const ends = { decideUntil: recordTime + 1_000 };
        for (const name of ['alice', 'bob']) await stored(of(name, ends));
        expect(await put(null, of('alice', laterBy(999)), 2, 1)).toBe('person-limit-reached');
        expect(await put(null, of('alice', laterBy(1_000)), 2, 1)).toBe('written');
        expect(await put(null, of('alice', laterBy(1_000)), 2, 1)).toBe('person-limit-reached');
        expect(await put(null, of('bob', laterBy(1_000)), 2, 1)).toBe('written');
        expect(await put(null, of('carol', laterBy(1_000)), 2, 1)).toBe('limit-reached');
      });

      test('count those of the person that took the place of some that can no longer be decided', async () => {
        for (const name of ['bob', 'carol', 'dan']) await stored(of(name, { decideUntil: recordTime + 1_000 }));
        for (let asked = 0; asked < 2; asked += 1)
          expect(await put(null, of('alice', laterBy(1_000)), 3, 2)).toBe('written');
        expect(await put(null, of('alice', laterBy(1_000)), 3, 2)).toBe('person-limit-reached');
      });

      test('at the same time are as many as the limit', async () => {
        const results = await Promise.all(Array.from({ length: 8 }, () => put(null, of('alice'), 20, 3)));
        expect(results.filter((result) => result === 'written')).toHaveLength(3);
      });
    });

    test('of 10 concurrent requests, as many as the limit are written', async () => {
      const results = await Promise.all(Array.from({ length: 10 }, () => put(null, approval(), 3)));
      expect(results.filter((result) => result === 'written')).toHaveLength(3);
    });
  });

  describe('lists', () => {
    const pages = async (partition: Parameters<ApprovalStore['listApprovals']>[0], limit: number) => {
      const ids: string[][] = [];
      for (let after: string | null = null; ids.length === 0 || after !== null;) {
        const { approvals, next } = await ledger.listApprovals(partition, limit, after);
        ids.push(approvals.map(({ id }) => id));
        after = next;
      }
      return ids;
    };
    const { target } = approval().requested;
    const inNamespace = (namespace: string, fields: Partial<Approval> = {}) => {
      const asked = approval(fields);
      return { ...asked, requested: { ...asked.requested, target: { ...target, namespace } } };
    };
    const { accountId, region, clusterName } = target;
    const cluster = { kind: 'cluster', accountId, region, clusterName } as const;

    test('of a cluster have all of its approvals, the newest first', async () => {
      const asked = [0, 1, 2, 3, 4].map((ms) => approval(laterBy(ms)));
      for (const one of asked) await stored(one);
      const [first] = asked;
      if (first) await put(first, given(first));
      const other = approval();
      await stored({ ...other, requested: { ...other.requested, target: { ...target, clusterName: 'main_1x' } } });
      const expected = asked.map(({ id }) => id).reverse();
      expect((await pages({ ...cluster, namespace: null }, 2)).flat()).toEqual(expected);
      expect((await pages({ ...cluster, namespace: null }, 100)).flat()).toEqual(expected);
    });

    test('of a namespace have its approvals only', async () => {
      const asked = [0, 1, 2, 3, 4, 5].map((ms) => inNamespace(ms % 2 === 0 ? 'shop' : 'shops', laterBy(ms)));
      for (const one of asked) await stored(one);
      const expected = [4, 2, 0].map((index) => asked[index]?.id);
      expect((await pages({ ...cluster, namespace: 'shop' }, 2)).flat()).toEqual(expected);
      expect((await pages({ ...cluster, namespace: 'shop' }, 3)).flat()).toEqual(expected);
      expect((await pages({ ...cluster, namespace: 'none' }, 3)).flat()).toEqual([]);
    });

    test.each([
      ['PENDING', []],
      ['APPROVED', [given]],
    ] as const)('of %s approvals have those of all clusters, and read no more than the page', async (state, steps) => {
      const listed = [3, 1, 2, 2].map((hours) => approval({ decideUntil: recordTime + hours }));
      for (const one of listed) await stored(one, ...steps);
      for (const other of ['PENDING', 'APPROVED', 'REJECTED', 'EXPIRED', 'USED'] as const)
        if (other !== state) await stored(approval(), (before) => nextOf(before, { state: other }));
      const expected = listed.toSorted((one, other) => (one.key < other.key ? -1 : 1)).map(({ id }) => id);
      for (const limit of [1, 2, 10]) expect((await pages({ kind: 'gateway', state }, limit)).flat()).toEqual(expected);
    });

    test('refuse what is not a position', async () => {
      await expect((async () => ledger.listApprovals({ kind: 'gateway', state: 'PENDING' }, 1, 'x'))()).rejects.toThrow(
        /position/,
      );
    });
  });

  test('approvals are not found among the expired leases, or the states of their cluster', async () => {
    const asked = await stored(approval());
    const { target } = asked.requested;
    expect(await ledger.expiredLeases(recordTime * 2, 10)).toEqual([]);
    expect(approvalItemKeyOf(asked.key)).toMatch(/^approval\//);
    if ('statesOfCluster' in ledger) {
      expect(
        await (ledger as { statesOfCluster(of: typeof target): Promise<unknown> }).statesOfCluster(target),
      ).toEqual([]);
    }
  });
});
