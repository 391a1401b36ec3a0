// Quick test: test/operations/approvals.test.ts.
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { expiryOf } from '../../src/model/approval.ts';
import { expireApprovals } from '../../src/operations/approvals/expiry.ts';
import { expire } from '../../src/operations/expiry/run.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import { openForEachTest } from '../support/each-test.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { approval, approvalEntry } from '../support/ledger-samples.ts';
import { describeOnLedger, openSqlite } from '../support/ledgers.ts';

const alice = { id: expect.stringContaining('#alice') as string };

describeOnLedger('a run of expire, on $name,', ({ open }) => {
  let ledger: Ledger & ApprovalStore & ObservationStore;
  let gateway: Gateway;
  openForEachTest((opened) => ({ ledger, gateway } = opened as typeof opened & { ledger: typeof ledger }), {
    open,
    change: askingFor({ needs: [security] }),
  });

  /** A run whose clock shows this time. */
  const runAt = (time: number, { approvals = ledger, leftMs = 60_000 } = {}) => {
    const deps = { ...gateway.deps, observations: ledger, approvals, clock: () => time };
    return expire(deps, defaultExpireSettings, 'run-1', time + leftMs);
  };
  const stored = () => lastApproval(ledger, gateway);
  const send = (name = 'api') => gateway.create({ serviceAccount: name, clientRequestToken: name });
  const ask = async (name?: string) => {
    await send(name);
    return stored();
  };
  const askAndApprove = async (name?: string) => {
    await voteOn(gateway, ledger, await ask(name));
    return stored();
  };
  /** When no clock can show any more that the approval is not over. */
  const overAt = (approval: Parameters<typeof expiryOf>[0]) => expiryOf(approval) + gateway.deps.times.clockErrorMs + 1;
  const eventsOf = async (id: string) => (await ledger.operationEntries(id)).map(({ event }) => event);

  test('records the end of an approval that was not given in time, for who asked, with the gateway as the actor', async () => {
    const approval = await ask();
    const { id, key, requested, decideUntil } = approval;
    await runAt(overAt(approval));
    expect(await ledger.operationEntries(id)).toMatchObject([
      { event: 'APPROVAL_REQUESTED' },
      {
        ...{ event: 'APPROVAL_EXPIRED', approvalKey: key, fence: 2, decision: null, apiRequestId: 'run-1' },
        ...{ operation: requested.operation, request: requested.request, target: requested.target },
        ...{ principal: alice, actor: { id: 'pod-identity-gateway/expire' } },
        message: `The request was not approved until ${new Date(decideUntil).toISOString()}.`,
      },
    ]);
    expect(await stored()).toMatchObject({ id, revision: 2, state: 'EXPIRED' });
    expect(await send()).toMatchObject({ refusal: { code: 'APPROVAL_EXPIRED', retryable: false } });
    await runAt(overAt(approval));
    expect(await eventsOf(id)).toEqual(['APPROVAL_REQUESTED', 'APPROVAL_EXPIRED']);
  });

  test('records the end of an approval that was given, and not used in time', async () => {
    const approval = await askAndApprove();
    await runAt(overAt(approval));
    const message = `The request was not used until ${new Date(approval.useUntil ?? 0).toISOString()}.`;
    const [, , entry] = await ledger.operationEntries(approval.id);
    expect(entry).toMatchObject({ event: 'APPROVAL_EXPIRED', fence: 3, message, principal: alice });
    expect(await stored()).toMatchObject({ state: 'EXPIRED' });
  });

  test.each([
    ['asked for', ask],
    ['given', askAndApprove],
  ])('leaves an approval that was %s alone while a clock can show that it is not over', async (_, prepare) => {
    const approval = await prepare();
    await runAt(overAt(approval) - 1);
    expect(await stored()).toEqual(approval);
  });

  test('leaves approvals alone that were rejected or used', async () => {
    await voteOn(gateway, ledger, await ask('rejected'), { vote: 'REJECT' });
    const rejected = await stored();
    await askAndApprove('used');
    await send('used');
    const used = await stored();
    await runAt(overAt(rejected));
    expect(await eventsOf(rejected.id)).toEqual(['APPROVAL_REQUESTED', 'REJECTED']);
    expect(await eventsOf(used.id)).toEqual(['APPROVAL_REQUESTED', 'APPROVED', 'APPROVAL_USED']);
  });

  test.each([
    ['a vote', ask, async () => voteOn(gateway, ledger, await stored()), ['APPROVED']],
    ['the request that uses it', askAndApprove, () => send(), ['APPROVED', 'APPROVAL_USED']],
    ['another run', ask, async () => runAt(overAt(await stored())), ['APPROVAL_EXPIRED']],
  ])('records no end after %s, which wrote the approval since it was read', async (_, prepare, act, events) => {
    const approval = await prepare();
    let acted = 0;
    const putApproval: ApprovalStore['putApproval'] = async (...write) => {
      acted += 1;
      await act();
      return ledger.putApproval(...write);
    };
    await runAt(overAt(approval), { approvals: { ...ledger, putApproval } });
    expect(acted).toBe(1);
    expect(await eventsOf(approval.id)).toEqual(['APPROVAL_REQUESTED', ...events]);
  });

  test('records first the end that is the longest ago, and none once its time is over', async () => {
    const asked = [];
    for (const name of ['first', 'second', 'third']) {
      asked.push(await ask(name));
      gateway.clock.skip(1_000);
    }
    const time = overAt(await stored());
    await runAt(time, { leftMs: 0 });
    const trail = { ...noFilters, partition: { kind: 'all' }, limit: 50, before: null } as const;
    const read = async () => (await ledger.readTrail({ ...trail, events: ['APPROVAL_EXPIRED'] })).entries.toReversed();
    expect(await read()).toEqual([]);
    await runAt(time);
    expect((await read()).map(({ operationId }) => operationId)).toEqual(asked.map(({ id }) => id));
  });
});

test('a run records 500 ends, and the next run those that are left', async () => {
  const { ledger, close } = await openSqlite();
  const gateway = await openGateway({ ledger });
  for (let count = 0; count < 520; count += 1) {
    const asked = approval();
    await ledger.putApproval(null, asked, approvalEntry(asked), { ofPrincipal: 1_000, ofPerson: null });
  }
  const left = async () => {
    const { approvals } = await ledger.listApprovals({ kind: 'gateway', state: 'PENDING' }, 1_000, null);
    return approvals.length;
  };
  const time = approval().decideUntil + 60_000;
  const deps = { ...gateway.deps, approvals: ledger, clock: () => time };
  for (const expected of [20, 0]) {
    await expireApprovals(deps, 'run', Infinity);
    expect(await left()).toBe(expected);
  }
  await gateway.close();
  await close();
});
