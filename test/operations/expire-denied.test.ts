import { makeEksFor } from '../../src/eks/eks-for.ts';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { defaultExpireSettings, expire } from '../../src/operations/expiry/run.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';
import { startSts, stsError } from '../support/sts-server.ts';

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
    ...{ accounts: [served], home: { accountId: '999988887777', region }, access: 'expire', executorRoleArn: executor },
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
