import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { closeAtEnd } from '../../../../test/support/left-open.ts';
import { openGateway } from '../../../../test/support/gateway.ts';
import { selected } from '../../src/erase/select.ts';
import type { Reads, Verdict } from '../../src/erase/select.ts';

/** A create with an expiry that is open, and what closes it with success. */
async function openCreate() {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const gateway = await openGateway({ ledger });
  closeAtEnd(gateway.close);
  const expiresAt = new Date(gateway.clock.now() + 86_400_000).toISOString();
  const request = { serviceAccount: 'ends', clientRequestToken: 'ends', expiresAt };
  gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
  expect(await gateway.create(request)).toMatchObject({ status: 'IN_PROGRESS' });
  const succeed = async () => {
    gateway.clock.skip(3_600_000);
    expect(await gateway.create(request)).toMatchObject({ status: 'SUCCEEDED' });
  };
  const all = { ...noFilters, partition: { kind: 'all' }, limit: 100, before: null } as const;
  const intent = (await ledger.readTrail(all)).entries.find(({ event }) => event === 'INTENT');
  if (!intent) throw new Error('The trail has no INTENT.');
  return { ledger, succeed, id: auditEntryId(intent) };
}

/** The same reads. `work` runs before the read with this number. */
function withWorkBefore(reads: Reads, number: number, work: () => Promise<void>): Reads {
  let count = 0;
  const after = async <T>(read: () => Promise<T>) => {
    count += 1;
    if (count === number) await work();
    return read();
  };
  return {
    getEntry: (key) => after(() => reads.getEntry(key)),
    operationEntries: (id, page) => after(() => reads.operationEntries(id, page)),
    readTrail: (query) => after(() => reads.readTrail(query)),
    getAssociationState: (target) => after(() => reads.getAssociationState(target)),
  };
}

async function verdictOf(reads: Reads, id: string): Promise<Verdict | undefined> {
  const chosen = selected(reads, { kind: 'entries', ids: [id] }, { since: null, until: null }, () => undefined);
  for await (const { verdict } of chosen) return verdict;
  return undefined;
}

describe('an operation that sets an expiry and succeeds while its entry is examined', () => {
  test.each([
    ['before the entry is read', 1, 'expiry'],
    ['before the entries of the operation are read', 2, 'expiry'],
    ['before the last page of them is read', 3, 'expiry'],
    ['after they are read', 4, 'open'],
  ] as const)('keeps its personal data: %s', async (_, number, expected) => {
    const { ledger, succeed, id } = await openCreate();
    expect(await verdictOf(withWorkBefore(ledger, number, succeed), id)).toBe(expected);
  });
});
