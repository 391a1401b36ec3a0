import { makeEntry, recordEntry } from '../../src/ledger/audit-entry.ts';
import { bytesOf } from '../../src/ledger/entry-size.ts';
import { asAnswered, isHidden } from '../../src/ledger/hidden-entry.ts';
import type { HiddenAssociation } from '../../src/ledger/hidden-entry.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Decision } from '../../src/model/decision.ts';
import { association, auditEntry, biggestTags } from '../support/ledger-samples.ts';

const operationId = '01J00000000000000000000000';
const deps = { clock: () => 0, ulid: () => '01J00000000000000000000001' };

const decision: Decision = {
  allowed: false,
  failed: false,
  policyIds: [],
  violations: [{ policyId: 'default-deny', message: 'No rule lets you view it.', advice: null }],
  policySetHash: 'a'.repeat(64),
  inventoryHash: 'b'.repeat(64),
  now: 0,
  slice: { cluster: null, namespace: null, services: [], timeZone: 'UTC' },
};
const roleArns = Array.from(
  { length: 100 },
  (_, index) => `arn:aws:iam::111122223333:role/pods/payments/role-${index}`,
);
const namespace = { name: 'payments', owners: ['payments-team'], system: false, rolePaths: [], roleArns };
const large = {
  association: association({ tags: biggestTags(), policy: 'p'.repeat(2_048) }),
  decision: { ...decision, slice: { ...decision.slice, namespace } },
};

const groups = (count: number) => Array.from({ length: count }, (_, index) => `group-${index}`);
const contextOf = (groupCount: number, reason: string | null) => {
  const { principal, ...context } = auditEntry({ target: null, before: null, decision: null });
  return { ...context, reason, principal: { ...principal, groups: groups(groupCount) } } as AuditEntry;
};

/** The entry that is stored, and the one that is returned. */
async function recorded(event: 'REFUSED' | 'CHECKED', context: AuditEntry, hidden: HiddenAssociation | null) {
  let stored: AuditEntry | null = null;
  const appendEntry = (entry: AuditEntry) => {
    stored = entry;
    return Promise.resolve();
  };
  const details = { operationId, event, refusalCode: 'ASSOCIATION_NOT_FOUND', message: 'None.', hidden } as const;
  const returned = await recordEntry({ ...deps, ledger: { appendEntry } as never }, context, details);
  return { stored: stored as unknown as AuditEntry, returned };
}

describe('an entry that hides an association', () => {
  test.each([
    ['a small one', { association: association(), decision }, 1],
    ['a large one', large, 1],
    ['one of a principal with many groups', large, 1_400],
  ])(
    'an entry that hides an association is for its principal what the entry of an absent association is, whatever is hidden: %s',
    async (_, hidden, count) => {
      for (const event of ['REFUSED', 'CHECKED'] as const) {
        const context = contextOf(count, 'r'.repeat(1_024));
        const absent = makeEntry(deps, context, {
          operationId,
          event,
          refusalCode: 'ASSOCIATION_NOT_FOUND',
          message: 'None.',
        });
        const { stored, returned } = await recorded(event, context, hidden);
        expect(returned).toEqual({ ...absent, personal: returned.personal });
        expect(isHidden(stored)).toBe(true);
        expect(asAnswered(stored)).toEqual(returned);
        expect(bytesOf(stored)).toBeLessThanOrEqual(16_384);
      }
    },
  );

  test('has at most 4 KB more, and names what it leaves out', async () => {
    const { stored, returned } = await recorded('REFUSED', contextOf(1, null), large);
    expect(bytesOf(stored) - bytesOf(returned)).toBeLessThanOrEqual(4_096);
    expect(stored.omitted).toContain('before.tags');
    expect(stored).toMatchObject({ event: 'DENIED', target: { namespace: association().namespace } });
  });

  test('an entry that hides an association is told apart from every other entry', async () => {
    const { returned } = await recorded('REFUSED', contextOf(1, null), null);
    expect(isHidden(returned)).toBe(false);
    const notFound = auditEntry({ refusalCode: 'ASSOCIATION_NOT_FOUND', event: 'REFUSED', fence: 1 });
    expect(isHidden(notFound)).toBe(false);
    expect(asAnswered(notFound)).toBe(notFound);
    expect(isHidden({ ...notFound, event: 'REPLAYED' })).toBe(false);
  });
});
