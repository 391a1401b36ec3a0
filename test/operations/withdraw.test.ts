import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { publicApprovalId } from '../../src/model/approval.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

const document = `mutation ($id: ID!) {
  withdrawApproval(input: { approvalId: $id }) {
    approval { id state }
    refusal { code message }
    auditEntry { event operationKind approvalId message target { serviceAccount } }
  }
}`;

interface Withdrawn {
  readonly approval: { readonly id: string; readonly state: string } | null;
  readonly refusal: { readonly code: string; readonly message: string } | null;
  readonly auditEntry: { readonly event: string; readonly operationKind: string; readonly target: object | null };
}

describeOnLedger('a withdrawal of a held request, on $name', ({ open }) => {
  const asked: Asked = { needs: [security] };
  let ledger: Ledger & ApprovalStore;
  let gateway: Gateway;
  openForEachTest((opened) => ({ ledger, gateway } = opened as typeof opened & { ledger: typeof ledger }), {
    open,
    change: askingFor(asked),
  });
  beforeEach(() => (asked.needs = [security]));

  const stored = () => lastApproval(ledger, gateway);
  const idOf = async () => publicApprovalId(await stored());
  const approve = async () => voteOn(gateway, ledger, await stored());
  const withdraw = async (id: string, as = 'alice'): Promise<Withdrawn> => {
    const { data } = await gateway.send<{ withdrawApproval: Withdrawn }>(document, { id }, as);
    if (!data) throw new Error('The withdrawal has no answer.');
    return data.withdrawApproval;
  };
  const events = async () => (await ledger.operationEntries((await stored()).id)).map(({ event }) => event);

  test.each(['pending', 'approved'])('ends one that is %s, for good for its token', async (state) => {
    await gateway.create();
    if (state === 'approved') await approve();
    const id = await idOf();
    expect(await withdraw(id)).toMatchObject({
      approval: { id, state: 'WITHDRAWN' },
      refusal: null,
      auditEntry: { event: 'APPROVAL_WITHDRAWN', operationKind: 'CREATE_POD_IDENTITY_ASSOCIATION', approvalId: id },
    });
    expect(await withdraw(id)).toMatchObject({ refusal: null, auditEntry: { event: 'APPROVAL_WITHDRAWN' } });
    expect((await events()).filter((event) => event === 'APPROVAL_WITHDRAWN')).toHaveLength(1);
    for (const _ of [1, 2]) {
      expect(await gateway.create()).toMatchObject({ refusal: { code: 'APPROVAL_WITHDRAWN', retryable: false } });
    }
    expect(await voteOn(gateway, ledger, await stored(), { by: 'sam' })).toMatchObject({ kind: 'not-pending' });
    expect(gateway.sent()).toBe(0);
  });

  test('keeps its token from using an approval that another token asks for later', async () => {
    await gateway.create();
    await withdraw(await idOf());
    expect(await gateway.create({ clientRequestToken: 'second' })).toMatchObject({
      refusal: { code: 'APPROVAL_REQUIRED' },
    });
    await approve();
    expect(await gateway.create()).toMatchObject({ refusal: { code: 'APPROVAL_WITHDRAWN' } });
    expect(gateway.sent()).toBe(0);
    expect(await gateway.create({ clientRequestToken: 'second' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('keeps its token from a change that needs no approval any more', async () => {
    await gateway.create();
    await withdraw(await idOf());
    asked.needs = [];
    expect(await gateway.create()).toMatchObject({ refusal: { code: 'APPROVAL_WITHDRAWN' } });
    expect(gateway.sent()).toBe(0);
  });

  test('and the send that uses the approval at the same time: one of them is refused', async () => {
    for (let round = 0; round < 8; round += 1) {
      const fields = { clientRequestToken: `race-${round}`, serviceAccount: `race-${round}` };
      await gateway.create(fields);
      await approve();
      const id = await idOf();
      const sent = gateway.sent();
      const [created, withdrawn] = await Promise.all([gateway.create(fields), withdraw(id)]);
      const isCreated = created.status === 'SUCCEEDED';
      expect([round, isCreated, withdrawn.refusal?.code ?? null]).toEqual([
        round,
        withdrawn.refusal !== null,
        isCreated ? 'APPROVAL_NOT_PENDING' : null,
      ]);
      expect(gateway.sent() - sent).toBe(isCreated ? 1 : 0);
      expect((await gateway.create(fields)).status).toBe(isCreated ? 'SUCCEEDED' : 'REFUSED');
      expect((await stored()).state).toBe(isCreated ? 'USED' : 'WITHDRAWN');
    }
  });

  test('is not possible once it was used, rejected or has expired', async () => {
    await gateway.create();
    await approve();
    await gateway.create();
    expect(await withdraw(await idOf())).toMatchObject({
      approval: { state: 'USED' },
      refusal: { code: 'APPROVAL_NOT_PENDING', message: 'The approval is USED.' },
      auditEntry: { event: 'REFUSED', operationKind: 'WITHDRAW_APPROVAL' },
    });
    await gateway.create({ clientRequestToken: 'rejected', serviceAccount: 'rejected' });
    await voteOn(gateway, ledger, await stored(), { vote: 'REJECT' });
    expect(await withdraw(await idOf())).toMatchObject({ refusal: { message: 'The approval is REJECTED.' } });
    await gateway.create({ clientRequestToken: 'expired', serviceAccount: 'expired' });
    gateway.clock.skip(defaultApprovalLimits.decideMs);
    expect(await withdraw(await idOf())).toMatchObject({ refusal: { message: 'The approval is EXPIRED.' } });
    expect(await events()).toEqual(['APPROVAL_REQUESTED', 'APPROVAL_EXPIRED']);
  });

  test.each(['bob', 'pat', 'olivia', 'alice-via-chatops', 'chatops', 'carol'])(
    'by %s finds no approval, as one with an unknown id does',
    async (other) => {
      await gateway.create();
      const id = await idOf();
      const answer = await withdraw(id, other);
      const unknown = await withdraw(id.replace(/[0-9a-f]{4}$/, '0000'), other);
      expect(answer).toMatchObject({
        approval: null,
        refusal: { code: 'APPROVAL_NOT_FOUND' },
        auditEntry: { event: 'REFUSED', approvalId: null, target: null },
      });
      expect({ ...unknown, refusal: null, auditEntry: { ...unknown.auditEntry, message: '' } }).toEqual({
        ...answer,
        refusal: null,
        auditEntry: { ...answer.auditEntry, message: '' },
      });
      expect((await stored()).state).toBe('PENDING');
    },
  );

  test('is stopped by a lock on the caller, and by no other', async () => {
    const { lock, lift } = lockOperations(ledger);
    const alice = { kind: 'PRINCIPAL', principalId: 'https://issuer.example#alice' } as const;
    await gateway.create();
    await lock(alice);
    await lock({ kind: 'ALL' });
    expect(await withdraw(await idOf())).toMatchObject({
      approval: { state: 'PENDING' },
      refusal: { code: 'CHANGES_LOCKED' },
      auditEntry: { event: 'REFUSED' },
    });
    await lift(alice);
    expect(await withdraw(await idOf())).toMatchObject({ refusal: null, approval: { state: 'WITHDRAWN' } });
  });

  test('is one of as many within a day as may be pending', async () => {
    const most = defaultApprovalLimits.maxPending;
    const askAndWithdraw = async (name: string) => {
      await gateway.create({ clientRequestToken: name, serviceAccount: name });
      return withdraw(await idOf());
    };
    for (let count = 0; count < most; count += 1)
      expect(await askAndWithdraw(`many-${count}`)).toMatchObject({ refusal: null });
    expect(await askAndWithdraw('last')).toMatchObject({
      approval: { state: 'PENDING' },
      refusal: { code: 'APPROVAL_LIMIT_REACHED', message: expect.stringContaining(`${most} requests within a day`) },
    });
    gateway.clock.skip(86_400_000 - 60_000);
    expect(await askAndWithdraw('before-midnight')).toMatchObject({ refusal: { code: 'APPROVAL_LIMIT_REACHED' } });
    gateway.clock.skip(60_001);
    expect(await askAndWithdraw('a-day-later')).toMatchObject({ refusal: null });
  });

  test('makes room for another pending one', async () => {
    const most = defaultApprovalLimits.maxPending;
    for (let count = 0; count < most; count += 1)
      await gateway.create({ clientRequestToken: `p-${count}`, serviceAccount: `p-${count}` });
    const more = { clientRequestToken: 'more', serviceAccount: 'more' };
    expect(await gateway.create(more)).toMatchObject({ refusal: { code: 'APPROVAL_LIMIT_REACHED' } });
    await withdraw(await idOf());
    expect(await gateway.create(more)).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
  });
});
