import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { ApprovalNeed } from '../../src/model/approval-vote.ts';
import type { Association } from '../../src/model/association.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { votePermission } from '../../src/operations/approvals/may-approve.ts';
import type { AuthorizationContext } from '../../src/policy/policy.ts';
import { lastApproval, security, voteOn } from '../support/approvals.ts';
import { createAssociation, inDoubtMs, readLagMs, worker } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openBeside } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

// An expiry that a request sets earlier, or where there was none, is a delete at that time: policy must permit it as one.

const hourMs = 3_600_000;
const forbidden = { policyId: 'no-deletes', message: 'Nothing is deleted here.', advice: null };
const target = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
};

/** What policy says of deletes and updates that it would permit otherwise: a test sets it. */
interface Rules {
  forbids: (context: AuthorizationContext, association: Association) => boolean;
  deleteNeeds: readonly ApprovalNeed[];
  updateNeeds: readonly ApprovalNeed[];
  /** Whether deletes are allowed as dry runs only. */
  areDryRunsOnly: boolean;
}

const noRules: Rules = { forbids: () => false, deleteNeeds: [], updateNeeds: [], areDryRunsOnly: false };
const rules: Rules = { ...noRules };

function ruled(deps: Dependencies): Dependencies {
  return {
    ...deps,
    authorize: (context, request) => {
      const decision = deps.authorize(context, request);
      // The needs of these tests name groups that the inventory does not know.
      if (request.action === 'ApproveRequest') return { ...decision, allowed: true };
      if (!decision.allowed) return decision;
      const isDelete = request.action === 'DeletePodIdentityAssociation';
      if (isDelete && rules.forbids(context, request.association)) return denied(decision);
      if (isDelete && rules.areDryRunsOnly)
        return context.isDryRun === true ? { ...decision, onlyAsDryRun: true } : denied(decision);
      if (isDelete) return asking(decision, rules.deleteNeeds);
      return request.action === 'UpdatePodIdentityAssociation' ? asking(decision, rules.updateNeeds) : decision;
    },
  };
}

const denied = (decision: Decision) => ({ ...decision, allowed: false, policyIds: [], violations: [forbidden] });

function asking(decision: Decision, needs: readonly ApprovalNeed[]): Decision {
  if (needs.length === 0) return decision;
  const violations = needs.map(({ policyId, message, advice }) => ({ policyId, message, advice }));
  return { ...decision, allowed: false, needs, violations, policyIds: needs.map(({ policyId }) => policyId) };
}

/** Reads after which others act. */
function afterEachRead(reads: Dependencies['associations'], act: () => Promise<unknown>): Dependencies['associations'] {
  return (
    reads && {
      ...reads,
      getAssociationState: async (target) => {
        const state = await reads.getAssociationState(target);
        await act();
        return state;
      },
    }
  );
}

/** The first read of an association by its id does not show it. */
function laggingOnce(deps: Dependencies): Dependencies {
  let reads = 0;
  return {
    ...deps,
    eksFor: (cluster) => {
      const eks = deps.eksFor(cluster);
      const describe: typeof eks.describe = (...call) => {
        reads += 1;
        return reads === 1 ? Promise.resolve({ kind: 'absent' }) : eks.describe(...call);
      };
      return { ...eks, describe };
    },
  };
}

describeOnLedger('the right to set an expiry, on $name', ({ open }) => {
  let ledger: Ledger & ObservationStore & ApprovalStore;
  let gateway: Gateway;
  openForEachTest((opened) => ({ gateway, ledger } = opened as typeof opened & { ledger: typeof ledger }), {
    open,
    change: ruled,
  });
  beforeEach(() => Object.assign(rules, noRules));

  const inFuture = (ms: number) => new Date(gateway.clock.now() + ms).toISOString();
  const expiryNow = async () => (await ledger.getAssociationState(target))?.expiry?.expiresAt ?? null;
  const refused = (code: string) => ({ status: 'REFUSED', refusal: { code } });
  const end = (associationId: string, expiresAt: string | null, token: string, more: object = {}) =>
    gateway.update({ associationId, expiresAt, clientRequestToken: token, ...more });
  const lastEntry = async ({ auditEntry }: { readonly auditEntry: { readonly operationId: string } }) =>
    (await ledger.operationEntries(auditEntry.operationId)).at(-1);

  test('is that of a delete where there is no expiry, alone and with other changes', async () => {
    const { associationId } = await createAssociation(gateway);
    rules.forbids = () => true;
    for (const more of [{}, { roleArn: worker }]) {
      const answer = await end(associationId, inFuture(hourMs), `end ${JSON.stringify(more)}`, more);
      expect(answer).toMatchObject({
        ...refused('POLICY_DENIED'),
        refusal: { violations: [{ policyId: 'no-deletes' }], message: expect.stringMatching(/deleted, .*Nothing is/) },
      });
      expect(await lastEntry(answer)).toMatchObject({
        event: 'DENIED',
        decision: { allowed: true },
        endingBefore: null,
        deleteDecision: { allowed: false, violations: [forbidden] },
      });
    }
    expect(await expiryNow()).toBeNull();
    expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(0);
  });

  test('is that of a delete for an earlier expiry only: a later one or none is an update', async () => {
    const { associationId } = await createAssociation(gateway);
    const [soon, later, last] = [inFuture(hourMs), inFuture(2 * hourMs), inFuture(3 * hourMs)];
    const first = await end(associationId, later, 'first');
    expect(await lastEntry(first)).toMatchObject({ endingBefore: null, deleteDecision: { allowed: true } });
    rules.forbids = () => true;
    expect(await end(associationId, soon, 'soon')).toMatchObject(refused('POLICY_DENIED'));
    expect(await end(associationId, later, 'same')).toMatchObject({ status: 'SUCCEEDED' });
    const extended = await end(associationId, last, 'last', { roleArn: worker });
    expect(extended).toMatchObject({ status: 'SUCCEEDED' });
    const entry = await lastEntry(extended);
    expect(entry).toMatchObject({ endingBefore: { associationId, expiresAt: later } });
    expect(entry).not.toHaveProperty('deleteDecision');
    expect(await end(associationId, later, 'back')).toMatchObject(refused('POLICY_DENIED'));
    expect(await end(associationId, null, 'none')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await expiryNow()).toBeNull();
    expect(await end(associationId, last, 'again')).toMatchObject(refused('POLICY_DENIED'));
  });

  test('is that of a delete where the only expiry is left of another association, also a later one', async () => {
    const { associationId } = await createAssociation(gateway);
    await end(associationId, inFuture(hourMs), 'first');
    const { expiry = null, revision = 0 } = (await ledger.getAssociationState(target)) ?? {};
    const left = expiry && { ...expiry, associationId: 'a-predecessor' };
    const change = { target, expiry: left, openOperations: [], endedOperationIds: [] };
    expect(await ledger.observeAssociation(revision, change, null)).toBe(true);
    rules.forbids = () => true;
    expect(await end(associationId, inFuture(2 * hourMs), 'later')).toMatchObject(refused('POLICY_DENIED'));
  });

  test('is judged for the time of the expiry, and for the association as it is then', async () => {
    const { associationId } = await createAssociation(gateway);
    const [now, expiresAt] = [gateway.clock.now(), inFuture(hourMs)];
    rules.forbids = (context, { roleArn }) => context.now !== Date.parse(expiresAt) || roleArn !== worker;
    expect(await end(associationId, expiresAt, 'as it is')).toMatchObject(refused('POLICY_DENIED'));
    expect(await end(associationId, inFuture(2 * hourMs), 'late', { roleArn: worker })).toMatchObject(
      refused('POLICY_DENIED'),
    );
    const answer = await end(associationId, expiresAt, 'as it becomes', { roleArn: worker });
    expect(answer).toMatchObject({ status: 'SUCCEEDED' });
    expect(await lastEntry(answer)).toMatchObject({ deleteDecision: { now: Date.parse(expiresAt) } });
    expect((await lastEntry(answer))?.decision?.now).toBeLessThan(now + hourMs);
  });

  test('is not asked for where the association is not as the request expects', async () => {
    const { associationId } = await createAssociation(gateway);
    rules.forbids = () => true;
    const stale = { expectedModifiedAt: '2020-01-01T00:00:00Z' };
    expect(await end(associationId, inFuture(hourMs), 'stale', stale)).toMatchObject(refused('ASSOCIATION_CHANGED'));
  });

  test('is judged again, if another request replaced the expiry between its read and the claim', async () => {
    const { associationId } = await createAssociation(gateway);
    const startedAt = gateway.clock.now();
    const after = (hours: number) => new Date(startedAt + hours * hourMs).toISOString();
    await end(associationId, after(1), 'first');
    rules.forbids = () => true;
    for (const [more, from] of [
      [{}, 1],
      [{ roleArn: worker }, 3],
    ] as const) {
      const request = { associationId, expiresAt: after(from + 1), ...more, clientRequestToken: 'race' };
      const extend = () => end(associationId, after(from + 2), `extension ${from}`);
      const racing = await openBeside(gateway, {
        change: (deps) => ruled({ ...deps, associations: afterEachRead(deps.associations, extend) }),
      });
      expect(await racing.update(request)).toMatchObject({
        ...refused('OPERATION_IN_PROGRESS'),
        retryAfterSeconds: 10,
      });
      expect(await expiryNow()).toBe(after(from + 2));
      expect(await gateway.update(request)).toMatchObject(refused('POLICY_DENIED'));
    }
    expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(0);
  });

  test('is judged again before an update that had no effect is sent again', async () => {
    const { associationId } = await createAssociation(gateway);
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
    const expiresAt = inFuture(hourMs);
    const request = { associationId, expiresAt, roleArn: worker, clientRequestToken: 'end' };
    expect(await gateway.update(request)).toMatchObject({ status: 'IN_PROGRESS' });
    gateway.clock.skip(inDoubtMs);
    rules.forbids = () => true;
    expect(await gateway.update(request)).toMatchObject(refused('POLICY_DENIED'));
    expect(gateway.simulator.control.associations()).toMatchObject([{ roleArn: input.roleArn }]);
    rules.forbids = () => false;
    expect(await gateway.update(request)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await expiryNow()).toBe(expiresAt);
  });

  test('is not passed by an update that read its association as gone, and found it when it observed its effect', async () => {
    const { associationId } = await createAssociation(gateway);
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
    const request = { associationId, expiresAt: inFuture(hourMs), roleArn: worker, clientRequestToken: 'end' };
    expect(await gateway.update(request)).toMatchObject({ status: 'IN_PROGRESS' });
    gateway.clock.skip(inDoubtMs);
    rules.forbids = () => true;
    const { simulator } = gateway;
    const lagging = await openBeside(gateway, { change: (deps) => ruled(laggingOnce(deps)) });
    expect((await lagging.update(request)).status).not.toBe('SUCCEEDED');
    expect(simulator.control.associations()).toMatchObject([{ roleArn: input.roleArn }]);
    expect(await expiryNow()).toBeNull();
  });

  test('is not asked for again by the repetition of an update whose association has ended', async () => {
    const { associationId } = await createAssociation(gateway);
    await end(associationId, inFuture(hourMs), 'first');
    rules.forbids = () => true;
    const expiresAt = inFuture(2 * hourMs);
    await end(associationId, expiresAt, 'extension');
    gateway.simulator.control.deleteAssociation(associationId);
    gateway.clock.skip(readLagMs);
    expect(await end(associationId, expiresAt, 'extension')).toMatchObject({ status: 'SUCCEEDED', replayed: true });
  });

  describe('of a create that adopts what exists', () => {
    const adopting = (expiresAt: string, token: string) =>
      gateway.create({ ifExists: 'ADOPT', expiresAt, clientRequestToken: token }, 'pat');

    test('is that of a delete: without it, nothing is adopted', async () => {
      const { associationId } = await createAssociation(gateway);
      rules.forbids = () => true;
      const answer = await adopting(inFuture(hourMs), 'denied');
      expect(answer).toMatchObject({
        ...refused('ASSOCIATION_ALREADY_EXISTS'),
        refusal: { message: expect.stringMatching(/not adopted, because policy denies that.*deleted.*Nothing is/) },
      });
      expect(await lastEntry(answer)).toMatchObject({
        endingBefore: null,
        deleteDecision: { violations: [forbidden] },
      });
      Object.assign(rules, { forbids: () => false, deleteNeeds: [security] });
      expect(await adopting(inFuture(hourMs), 'needs approval')).toMatchObject(refused('ASSOCIATION_ALREADY_EXISTS'));
      expect(await expiryNow()).toBeNull();
      rules.deleteNeeds = [];
      const expiresAt = inFuture(hourMs);
      const adopted = await adopting(expiresAt, 'allowed');
      expect(adopted).toMatchObject({ status: 'SUCCEEDED', association: { associationId } });
      expect(await lastEntry(adopted)).toMatchObject({
        ...{ event: 'SUCCEEDED', before: { associationId }, endingBefore: null },
        deleteDecision: { allowed: true, now: Date.parse(expiresAt) },
      });
      expect(await expiryNow()).toBe(expiresAt);
    });

    test('is an update only for a later expiry', async () => {
      const { associationId } = await createAssociation(gateway);
      await end(associationId, inFuture(2 * hourMs), 'first');
      rules.forbids = () => true;
      expect(await adopting(inFuture(hourMs), 'earlier')).toMatchObject(refused('ASSOCIATION_ALREADY_EXISTS'));
      const later = inFuture(3 * hourMs);
      expect(await adopting(later, 'later')).toMatchObject({ status: 'SUCCEEDED' });
      expect(await expiryNow()).toBe(later);
    });

    test('keeps its token usable if the expiry cannot be read', async () => {
      await createAssociation(gateway);
      const expiresAt = inFuture(hourMs);
      const unavailable = () => Promise.reject(new LedgerUnavailable(new Error('No answer.')));
      const failing = await openBeside(gateway, {
        change: (deps) => ruled({ ...deps, associations: afterEachRead(deps.associations, unavailable) }),
      });
      const request = { ifExists: 'ADOPT', expiresAt, clientRequestToken: 'adopt' };
      expect(await failing.create(request, 'pat')).toMatchObject({ status: 'IN_PROGRESS' });
      expect(await gateway.create(request, 'pat')).toMatchObject({ status: 'SUCCEEDED' });
    });
  });

  describe('with approvals', () => {
    const ofUpdate: ApprovalNeed = { ...security, policyId: 'updates-are-approved', group: 'leads' };
    const ofBoth: ApprovalNeed = { ...security, policyId: 'both', group: 'owners' };

    test('needs those of the update and those of the delete, and is bound to both', async () => {
      const { associationId } = await createAssociation(gateway);
      const expiresAt = inFuture(hourMs);
      const send = () => end(associationId, expiresAt, 'end');
      Object.assign(rules, { updateNeeds: [ofUpdate], deleteNeeds: [security] });
      expect(await send()).toMatchObject({
        ...refused('APPROVAL_REQUIRED'),
        refusal: {
          message: expect.stringMatching(/leads.*updates-are-approved; .*needs-security \(deletion at expiresAt\)/),
        },
      });
      const asked = await lastApproval(ledger, gateway);
      expect(asked.binding.needs).toMatchObject([
        { policyId: security.policyId, operation: 'DELETE_POD_IDENTITY_ASSOCIATION' },
        { policyId: ofUpdate.policyId },
      ]);
      await voteOn(gateway, ledger, asked, { by: 'bob', policyIds: [ofUpdate.policyId] });
      expect(await send()).toMatchObject(refused('APPROVAL_REQUIRED'));
      await voteOn(gateway, ledger, await lastApproval(ledger, gateway), { by: 'eve', policyIds: [security.policyId] });
      // What no policy asked for when it was approved is not approved.
      rules.deleteNeeds = [security, ofBoth];
      expect(await send()).toMatchObject(refused('APPROVAL_REQUIRED'));
      await voteOn(gateway, ledger, await lastApproval(ledger, gateway));
      const answer = await send();
      expect(answer).toMatchObject({ status: 'SUCCEEDED' });
      const approvalId = expect.stringMatching(/^approval-/) as string;
      expect(await lastEntry(answer)).toMatchObject({
        decision: { allowed: true, approval: { approvalId } },
        deleteDecision: { allowed: true, approval: { approvalId } },
      });
      expect(await expiryNow()).toBe(expiresAt);
      // Its own expiry is no earlier one: a repetition is answered.
      expect(await send()).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    });

    test('is voted on as a delete, also where a policy asks for an approval of both', async () => {
      const { associationId } = await createAssociation(gateway);
      Object.assign(rules, { updateNeeds: [ofUpdate, ofBoth], deleteNeeds: [security, ofBoth] });
      await end(associationId, inFuture(hourMs), 'end');
      const approval = await lastApproval(ledger, gateway);
      const context = { identity: { principal: approval.requested.principal }, onBehalfOf: null } as never;
      const permitted = (operations: readonly string[]) => {
        const authorize: Dependencies['authorize'] = (of, request) => {
          if (request.action !== 'ApproveRequest') throw new Error('Only votes are decided.');
          const decision = gateway.deps.authorize(of, { action: 'DescribePodIdentityAssociation' } as never);
          return { ...decision, allowed: operations.includes(request.approval.operation) };
        };
        return votePermission({ authorize }, context, approval).policyIds;
      };
      const [ofUpdates, ofDeletes] = ['UPDATE_POD_IDENTITY_ASSOCIATION', 'DELETE_POD_IDENTITY_ASSOCIATION'];
      expect(permitted([ofUpdates])).toEqual([ofUpdate.policyId]);
      expect(permitted([ofDeletes])).toEqual([security.policyId]);
      expect(permitted([ofUpdates, ofDeletes])).toEqual(['both', security.policyId, ofUpdate.policyId].sort());
    });
  });

  test('is judged alike by dry runs and by checks of many changes', async () => {
    const { associationId } = await createAssociation(gateway);
    rules.forbids = () => true;
    const update = { clusterName: input.clusterName, associationId, expiresAt: inFuture(hourMs) };
    const { clientRequestToken: _, ...create } = input;
    const changes = [{ update }, { create: { ...create, ifExists: 'ADOPT', expiresAt: update.expiresAt } }];
    const one = `query ($input: UpdatePodIdentityAssociationInput!) {
      check: checkUpdatePodIdentityAssociation(input: $input) {
        wouldBeAttempted refusal { code } decision { allowed } auditEntry { deleteDecision { allowed violations { policyId } } } } }`;
    const many = `query ($input: CheckPodIdentityAssociationsInput!) {
      check: checkPodIdentityAssociations(input: $input) { results { wouldBeAttempted refusal { code } } } }`;
    expect((await gateway.send(one, { input: update })).data).toEqual({
      check: {
        ...{ wouldBeAttempted: false, refusal: { code: 'POLICY_DENIED' }, decision: { allowed: true } },
        auditEntry: { deleteDecision: { allowed: false, violations: [{ policyId: 'no-deletes' }] } },
      },
    });
    const answers = (codes: readonly (string | null)[]) => ({
      check: { results: codes.map((code) => ({ wouldBeAttempted: code === null, refusal: code && { code } })) },
    });
    const checked = async () => (await gateway.send(many, { input: { changes } }, 'pat')).data;
    expect(await checked()).toEqual(answers(['POLICY_DENIED', 'ASSOCIATION_ALREADY_EXISTS']));
    Object.assign(rules, { forbids: () => false, deleteNeeds: [security] });
    expect(await checked()).toEqual(answers(['APPROVAL_REQUIRED', 'ASSOCIATION_ALREADY_EXISTS']));
    rules.deleteNeeds = [];
    expect(await checked()).toEqual(answers([null, null]));
  });

  test('is a dry run only, also of an adoption, where policy allows the delete at the expiry as a dry run only', async () => {
    const { associationId } = await createAssociation(gateway);
    rules.areDryRunsOnly = true;
    const place = { clusterName: input.clusterName, expiresAt: inFuture(hourMs) };
    const { clientRequestToken: _, ...create } = input;
    const query = `query ($update: UpdatePodIdentityAssociationInput!) {
      check: checkUpdatePodIdentityAssociation(input: $update) { wouldBeAttempted onlyAsDryRun refusal { message } } }`;
    const denied = { message: expect.stringMatching(/^At expiresAt .*Nothing is deleted here/) as string };
    const checked = { wouldBeAttempted: false, onlyAsDryRun: true, refusal: denied };
    const update = { ...place, associationId };
    expect((await gateway.send(query, { update })).data).toEqual({ check: checked });
    const adopting = `query ($create: CreatePodIdentityAssociationInput!) {
      check: checkCreatePodIdentityAssociation(input: $create) { wouldBeAttempted onlyAsDryRun refusal { message } } }`;
    const adoption = { ...create, ...place, ifExists: 'ADOPT' };
    expect((await gateway.send(adopting, { create: adoption }, 'pat')).data).toEqual({ check: checked });
    expect(await end(associationId, place.expiresAt, 'end')).toMatchObject(refused('POLICY_DENIED'));
  });
});
