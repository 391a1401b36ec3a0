// Quick test: test/operations/approvals.test.ts.
import { assert, asyncProperty, array, constantFrom } from 'fast-check';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { expire } from '../../src/operations/expiry/run.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { inDoubtMs, reconcileNow } from '../support/changes.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openSqlite } from '../support/ledgers.ts';

// Steps of clients, approvers, operators, time and faults in any order, two at a time. Whatever happens, the trail must show that each operation began by
// an approval of its own, given and not over, that no approval has two operations that may have had an effect, and that each ended.

interface World {
  readonly gateway: Gateway;
  readonly ledger: Ledger & ApprovalStore & ObservationStore;
  readonly asked: Asked;
}
type Step = (world: World) => unknown;

const send =
  (clientRequestToken: string): Step =>
  ({ gateway }) =>
    gateway.create({ clientRequestToken });
const voteAs =
  (by: string, vote: 'APPROVE' | 'REJECT'): Step =>
  async ({ gateway, ledger }) => {
    const approval = await lastApproval(ledger, gateway).catch(() => null);
    if (approval) await voteOn(gateway, ledger, approval, { by, vote });
  };
const policy =
  (needs: Asked['needs']): Step =>
  ({ asked }) =>
    (asked.needs = needs);
const fault =
  (kind: 'throttle' | 'cut-before' | 'cut-after'): Step =>
  ({ gateway }) =>
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind });

const runOfExpire: Step = ({ gateway: { deps }, ledger }) =>
  expire({ ...deps, observations: ledger, approvals: ledger }, defaultExpireSettings, 'run', deps.clock() + 60_000);

const steps: Readonly<Record<string, Step>> = {
  'send a': send('a'),
  'send b': send('b'),
  'bob approves': voteAs('bob', 'APPROVE'),
  'pat approves': voteAs('pat', 'APPROVE'),
  'bob rejects': voteAs('bob', 'REJECT'),
  'one approver': policy([security]),
  'two approvers': policy([{ ...security, count: 2 }]),
  'other text': policy([{ ...security, policyHash: 'd'.repeat(64) }]),
  'no approver': policy([]),
  throttle: fault('throttle'),
  'lost before': fault('cut-before'),
  'lost after': fault('cut-after'),
  'a minute': ({ gateway }) => gateway.clock.skip(inDoubtMs),
  'five hours': ({ gateway }) => gateway.clock.skip(5 * 3_600_000),
  reconcile: ({ gateway }) => reconcileNow(gateway),
  expire: runOfExpire,
};
// Most of all: what leads to an operation.
const names = [
  ...Object.keys(steps),
  ...['send a', 'send a', 'send b', 'bob approves', 'bob approves', 'one approver'],
];

/** What the trail says that must not be. */
function violationsIn(entries: readonly AuditEntry[]): string[] {
  const of = (id: string) => entries.filter(({ operationId }) => operationId === id);
  const intents = entries.filter(({ event }) => event === 'INTENT');
  const unapproved = intents.filter(({ decision }) => {
    if (decision?.needs === undefined) return decision?.allowed !== true;
    // The public id is the operation id of the entries of the approval, then its key.
    const [approvalId = ''] = (decision.approval?.approvalId ?? '').split('.');
    const events = of(approvalId).map(({ event }) => event);
    const isGiven = events.includes('APPROVED') && events.includes('APPROVAL_USED');
    return !decision.allowed || !isGiven || events.includes('REJECTED') || events.includes('APPROVAL_EXPIRED');
  });
  const byApproval = Map.groupBy(
    intents.filter(({ decision }) => decision?.approval),
    ({ decision }) => decision?.approval?.approvalId,
  );
  const twice = [...byApproval.values()].filter((begun) => {
    // A refusal code says that EKS answered: the release is proven.
    const mayHaveEffect = begun.filter(
      ({ operationId }) =>
        !of(operationId).some(({ event, refusalCode }) => event === 'RELEASED' && refusalCode !== null),
    );
    return mayHaveEffect.length > 1;
  });
  const ends = entries.filter(({ event }) => event === 'APPROVAL_EXPIRED').map(({ operationId }) => operationId);
  return [
    ...(new Set(ends).size < ends.length ? [`the end of an approval is recorded twice: ${ends.join(', ')}`] : []),
    ...unapproved.map(({ operationId }) => `${operationId} began without an approval`),
    ...twice.map((begun) => `${begun.length} operations began by one approval`),
  ];
}

test('no operation begins without every approval that its decision needs, no approval has two operations that may have had an effect, and each has an end in time', async () => {
  let used = 0;
  let expired = 0;
  await assert(
    asyncProperty(array(constantFrom(...names), { minLength: 8, maxLength: 16 }), async (chosen) => {
      const { ledger, close } = await openSqlite();
      const asked: Asked = { needs: [security] };
      const gateway = await openGateway({ ledger, change: askingFor(asked) });
      const world = { gateway, ledger, asked };
      try {
        await steps['send a']?.(world);
        await steps['bob approves']?.(world);
        for (let at = 0; at < chosen.length; at += 2) {
          await Promise.all(chosen.slice(at, at + 2).map(async (name) => steps[name]?.(world)));
        }
        gateway.clock.skip(30 * 3_600_000);
        await runOfExpire(world);
        for (const state of ['PENDING', 'APPROVED'] as const)
          expect(await ledger.listApprovals({ kind: 'gateway', state }, 10, null)).toMatchObject({ approvals: [] });
        const { entries } = await ledger.readTrail({
          ...noFilters,
          partition: { kind: 'all' },
          limit: 200,
          before: null,
        });
        used += entries.filter(({ event }) => event === 'APPROVAL_USED').length;
        expired += entries.filter(({ actor }) => actor?.id === 'pod-identity-gateway/expire').length;
        expect(violationsIn(entries)).toEqual([]);
      } finally {
        await gateway.close();
        await close();
      }
    }),
    { numRuns: 60, seed: 1_127 },
  );
  expect(used).toBeGreaterThan(10);
  expect(expired).toBeGreaterThan(10);
});
