import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { approvalIn, approvalsOf, heldRule, policyVersions, versionOfApprovals } from '../support/held-requests.ts';
import type { Who } from '../support/held-requests.ts';
import { shipped } from '../support/policy-sample.ts';

interface Approval {
  readonly currentDecision: object | null;
  readonly currentDeleteDecision: object | null;
}

const document = `query ($id: ID!) {
  result: approval(id: $id) { currentDecision { ...Shown } currentDeleteDecision { ...Shown } }
}
fragment Shown on PolicyDecision {
  allowed policyIds violations { policyId message } needs { policyId approvedBy { time } } policySetHash
}`;

/** The policies that hold a request, with this one. */
const versionWithPolicy = (policy: string) => {
  const version = versionOfApprovals(heldRule);
  return { ...version, policies: { ...version.policies, 'ours.cedar': policy } };
};
const denying = versionWithPolicy(`@id("freeze") @message("Nothing is changed this week.") @advice("Wait.")
  forbid (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
  when { resource.serviceAccount == "held" };`);

let ledger: ReturnType<typeof makeSqliteLedger>;
let gateway: Gateway;
let approvals: ReturnType<typeof approvalsOf>;
let versions: ReturnType<typeof policyVersions>;

beforeEach(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  versions = policyVersions();
  versions.publish(versionOfApprovals(heldRule));
  const settings = { refreshMs: 0, maxAgeMs: 300_000 };
  gateway = await openGateway({ ledger, versions: { store: versions.store, settings } });
  approvals = approvalsOf(gateway);
});

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

function publish(files: ReturnType<typeof versionOfApprovals>): void {
  versions.publish(files);
  gateway.clock.skip(60_000);
}

const decision = async (who: Who, id: string) =>
  (await approvals.send<Approval | null>(who, document, { id }))?.currentDecision;
const entryCount = async () =>
  (await ledger.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 1_000, before: null })).entries.length;
const needed = { allowed: false, needs: [{ policyId: 'held-needs-approval', approvedBy: [] }] };

test('an approver sees what policy says now of a pending request, and nothing is written or sent for it', async () => {
  const { id } = approvalIn(await approvals.create('alice'));
  const written = await entryCount();
  gateway.simulator.control.clearRequests();
  expect(await decision('nina', id)).toMatchObject(needed);
  publish(denying);
  expect(await decision('nina', id)).toMatchObject({
    allowed: false,
    violations: [{ policyId: 'freeze', message: 'Nothing is changed this week.' }],
    needs: [],
  });
  publish(versionOfApprovals(''));
  expect(await decision('alice', id)).toMatchObject({ allowed: true, policyIds: ['owners-create'], needs: [] });
  expect(await entryCount()).toBe(written);
  expect(gateway.simulator.control.requests()).toEqual([]);
});

test('a delete is decided about the association as the approval shows it', async () => {
  const { association } = await approvals.create('alice', { serviceAccount: 'api', clientRequestToken: 'api' });
  const { id } = approvalIn(await approvals.create('alice'));
  await approvals.approve('nina', id);
  const held = await approvals.create('alice');
  expect(association).not.toBeNull();
  const asked = await approvals.remove('alice', { associationId: held.association?.associationId });
  expect(await decision('nina', approvalIn(asked).id)).toMatchObject(needed);
});

describe('of an update that sets the first expiry of an association', () => {
  const freezing = versionWithPolicy(`@id("freeze") @message("Nothing ends this week.") @advice("Wait.")
    forbid (principal, action == PodIdentity::Action::"DeletePodIdentityAssociation", resource);`);
  const inHours = (hours: number) => new Date(gateway.clock.now() + hours * 3_600_000).toISOString();
  const end = (associationId: string | undefined, expiresAt: string, clientRequestToken: string) =>
    approvals.update('alice', { associationId, expiresAt, clientRequestToken });
  const both = (id: string) => approvals.send<Approval | null>('nina', document, { id });
  let associationId: string | undefined;
  let id: string;

  beforeEach(async () => {
    publish(versionOfApprovals(''));
    ({ associationId } = (await approvals.create('alice')).association ?? {});
    publish(versionOfApprovals(heldRule));
    ({ id } = approvalIn(await end(associationId, inHours(8), 'end')));
  });

  test('the deletion at the expiry is decided too', async () => {
    expect(await both(id)).toMatchObject({ currentDecision: { allowed: true }, currentDeleteDecision: needed });
    publish(freezing);
    expect(await both(id)).toMatchObject({
      currentDecision: { allowed: true },
      currentDeleteDecision: { allowed: false, violations: [{ policyId: 'freeze' }], needs: [] },
    });
  });

  test('the deletion is not decided once the association has an earlier expiry, or the approval has ended', async () => {
    publish(versionOfApprovals(''));
    await end(associationId, inHours(4), 'earlier');
    expect(await both(id)).toMatchObject({ currentDecision: { allowed: true }, currentDeleteDecision: null });
    publish(versionOfApprovals(heldRule));
    const asked = approvalIn(await end(associationId, inHours(2), 'end-again'));
    expect((await both(asked.id))?.currentDeleteDecision).toMatchObject(needed);
    await approvals.reject('nina', asked.id);
    expect(await both(asked.id)).toEqual({ currentDecision: null, currentDeleteDecision: null });
  });
});

test('what policy says now does not count the approvals that were given, and is null once the approval has ended', async () => {
  const { id } = approvalIn(await approvals.create('alice'));
  await approvals.approve('nina', id);
  expect(await decision('nina', id)).toMatchObject(needed);
  await approvals.create('alice');
  expect(await decision('nina', id)).toBeNull();
});

test('what policy says now is null if it depends on a role that would have to be read', async () => {
  const { id } = approvalIn(await approvals.create('alice'));
  publish(versionWithPolicy(readFileSync(join(shipped, 'examples/role-team-tag.cedar'), 'utf8')));
  expect(await decision('nina', id)).toBeNull();
});

test('what policy says now is not disclosed to who may not see the approval', async () => {
  const { id } = approvalIn(await approvals.create('alice'));
  expect(await approvals.send('bob', document, { id })).toBeNull();
});
