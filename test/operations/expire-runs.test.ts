import { makeEksFor } from '../../src/eks/eks-for.ts';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Expiry, ListedExpiry } from '../../src/ledger/association-expiry.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { inTurns } from '../../src/operations/expiry/in-turns.ts';
import { defaultExpireSettings, expire } from '../../src/operations/expiry/run.ts';
import { bySetter } from '../../src/operations/expiry/setters.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';
import { association, auditEntry } from '../support/ledger-samples.ts';
import { startSts, stsError } from '../support/sts-server.ts';

describe("expiries in accounts whose role can't be assumed", () => {
  const hourMs = 3_600_000;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const { accountId, region } = { accountId: '111122223333', region: 'eu-central-1' };
  const roleOf = (name: string) => `arn:aws:iam::${accountId}:role/pod-identity-gateway/gateway-prod-${name}`;
  const executorRoleArn = 'arn:aws:iam::999988887777:role/gateway-prod-expire-delete';

  let gateway: Gateway;
  let ledger: Ledger & ObservationStore & ApprovalStore;
  let sts: Awaited<ReturnType<typeof startSts>>;
  openForEachTest((opened) => ({ gateway, ledger } = opened));

  beforeEach(async () => {
    sts = await startSts();
  });
  afterEach(() => sts.stop());

  /** Runs of a gateway in another account, which assumes its role in the account of the clusters. */
  function runsOf(executor: string | null = null) {
    const served = { accountId, regions: [region], roleArn: roleOf('change'), readRoleArn: roleOf('read') };
    const eksFor = makeEksFor({
      ...{
        accounts: [served],
        home: { accountId: '999988887777', region },
        access: 'expire',
        executorRoleArn: executor,
      },
      ...{ endpoint: gateway.simulator.url, stsEndpoint: sts.endpoint, credentials, clock: gateway.clock.now },
    });
    const deps = { ...gateway.deps, eksFor, observations: ledger, approvals: ledger };
    return () => expire(deps, defaultExpireSettings, 'run', gateway.clock.now() + 60_000);
  }

  async function createEnded(names: readonly string[]) {
    const expiresAt = new Date(gateway.clock.now() + hourMs).toISOString();
    for (const name of names) await gateway.create({ serviceAccount: name, clientRequestToken: name, expiresAt });
    gateway.clock.skip(hourMs + 60_000);
  }

  const named = () => gateway.logged.filter(({ message }) => message.startsWith('Endings wait'));
  const assumedRoles = () => [...new Set(sts.seen.map(({ body }) => new URLSearchParams(body).get('RoleArn')))];
  const deletes = () => gateway.sent('DeletePodIdentityAssociation');

  test.each([
    ['without', null],
    ['with', executorRoleArn],
  ])(
    '%s an executor role, expiries in an account without the role for them wait, and each run names it',
    async (_, executor) => {
      const run = runsOf(executor);
      await createEnded(['ends-1', 'ends-2', 'ends-3', 'ends-4', 'ends-5']);
      const before = (await ledger.readTrail(trail)).entries.length;
      sts.answerInstead((response) => stsError(response, 403, 'AccessDenied', 'Not authorized.'));
      for (const runs of [1, 2]) {
        expect(await run()).toMatchObject({ failed: 5, deleted: 0 });
        expect(named()).toHaveLength(runs);
      }
      expect(named()[0]).toMatchObject({ level: 'error', fields: { accountIds: [accountId] } });
      expect(assumedRoles()).toEqual([roleOf('expire')]);
      expect(deletes()).toBe(0);
      // No operation begins that can't be carried out.
      expect((await ledger.readTrail(trail)).entries).toHaveLength(before);
      sts.answerInstead(null);
      expect(await run()).toMatchObject({ failed: 0, deleted: 5 });
      expect(named()).toHaveLength(2);
    },
  );

  test('an account in which EKS denies the delete is named too', async () => {
    await createEnded(['ends-1', 'ends-2', 'ends-3', 'ends-4', 'ends-5']);
    gateway.simulator.control.addFault({
      operation: 'DeletePodIdentityAssociation',
      kind: 'access-denied',
      times: 100,
    });
    const run = runsOf();
    expect(await run()).toMatchObject({ failed: 5, deleted: 0, open: 0 });
    expect(named()).toMatchObject([{ fields: { accountIds: [accountId] } }]);
  });

  const trail = {
    partition: { kind: 'all' },
    ...{ since: null, until: null, events: null, roleArn: null, policyId: null, refusalCodes: null, operations: null },
    ...{ limit: 100, before: null },
  } as const;
});

const entry = auditEntry();
const setter = { principalId: entry.principal.id, actorId: entry.actor?.id ?? null, onBehalfOf: entry.onBehalfOf };
const { accountId, region, clusterName, namespace } = association();

/** A due expiry that came so many seconds after the first one; without its setter where none is given. */
function listed(seconds: number, by: Pick<Expiry, 'setter'> = {}): ListedExpiry {
  const expiresAt = new Date(Date.UTC(2026, 10, 24, 12, 0, seconds)).toISOString();
  const nextAt = Date.parse(expiresAt);
  const expiry = { associationId: 'a-1', expiresAt, setBy: `${seconds}`, isWarned: true, nextAt, suspendedFor: null };
  const target = { accountId, region, clusterName, namespace, serviceAccount: `api-${seconds}` };
  return { target, revision: 1, expiry: { ...expiry, ...by }, hasDrift: false };
}

/** A ledger that has the same entry for all operations, and those that were read. */
function ledgerOf() {
  const read: string[] = [];
  const operationEntries = (operationId: string) => {
    read.push(operationId);
    return Promise.resolve([entry]);
  };
  return { read, ledger: { operationEntries } };
}

test('expiries whose setter was looked up are in order among those of their setter', async () => {
  const { ledger } = ledgerOf();
  const [all, ...others] = await bySetter({ ledger }, [listed(1), listed(2, { setter }), listed(3)]);
  expect(others).toEqual([]);
  expect(all?.setter).toEqual(setter);
  expect(all?.expiries.map(({ expiry }) => expiry.setBy)).toEqual(['1', '2', '3']);
});

test('a run looks up at most 500 setters, those of the first expiries', async () => {
  const { ledger, read } = ledgerOf();
  const due = Array.from({ length: 502 }, (_, seconds) => listed(seconds));
  const [all] = await bySetter({ ledger }, due);
  expect(read).toEqual(due.slice(0, 500).map(({ expiry }) => expiry.setBy));
  expect(all?.expiries).toHaveLength(500);
});

/** Queues of values whose first letter names the queue. */
const queues = (...counts: readonly number[]) =>
  counts.map((count, queue) => Array.from({ length: count }, (_, index) => `${'abcdef'[queue] ?? ''}${index}`));

test('each queue has its first turn before any has its second, and none two at the same time', async () => {
  const begun: string[] = [];
  const open = new Set<string>();
  await inTurns(queues(3, 1, 2, 1, 1, 2), 10, async (value) => {
    const [queue = ''] = value;
    expect(open).not.toContain(queue);
    open.add(queue);
    begun.push(value);
    await Promise.resolve();
    open.delete(queue);
    return true;
  });
  expect(begun.map(([, round]) => round)).toEqual('0 0 0 0 0 0 1 1 1 2'.split(' '));
});

test('a queue has a number of turns, which only some values use, and what is left is counted', async () => {
  const done: string[] = [];
  const left = await inTurns(queues(5, 2), 2, (value) => {
    done.push(value);
    return Promise.resolve(value !== 'a0');
  });
  expect(done.toSorted()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1']);
  expect(left).toBe(2);
});
