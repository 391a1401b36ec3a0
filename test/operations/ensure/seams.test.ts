import { noFilters } from '../../../src/ledger/ledger.ts';
import type { ApprovalStore } from '../../../src/ledger/approvals.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { askingFor, lastApproval, security, voteOn } from '../../support/approvals.ts';
import type { Asked } from '../../support/approvals.ts';
import {
  holdAnswers,
  inDoubtMs,
  leaseMs,
  readLagMs,
  reconcileNow,
  withDecisions,
  withoutViews,
  worker,
} from '../../support/changes.ts';
import { openForEachTest } from '../../support/each-test.ts';
import { home, input, openBeside } from '../../support/gateway.ts';
import type { Gateway } from '../../support/gateway.ts';
import { lockOperations } from '../../support/locks.ts';

const asked: Asked = { needs: [] };
let ledger: Ledger & ApprovalStore;
let gateway: Gateway;
openForEachTest((opened) => ({ ledger, gateway } = opened), { change: askingFor(asked) });
beforeEach(() => (asked.needs = []));

const settle = () => gateway.clock.skip(readLagMs);
const ensure = (...call: Parameters<Gateway['ensure']>) => {
  settle();
  return gateway.ensure(...call);
};
const none = { status: 'SUCCEEDED', change: 'NONE', isSettled: true, auditEntry: null };
const associations = () => gateway.simulator.control.associations();
const fault = (operation: 'Create' | 'Update' | 'Delete', kind: 'cut-before' | 'cut-after') =>
  gateway.simulator.control.addFault({ operation: `${operation}PodIdentityAssociation`, kind });
const entries = async () => {
  const query = { ...noFilters, partition: { kind: 'all' } as const, limit: 100, before: null };
  return (await ledger.readTrail(query)).entries;
};
const check = async (fields: object = {}, as = 'alice') => {
  const { clientRequestToken: _, ...desired } = input;
  const query = `query ($input: EnsurePodIdentityAssociationInput!) {
    found: checkEnsurePodIdentityAssociation(input: $input) {
      change differences { field } check { wouldBeAttempted refusal { code } auditEntry { event operationKind } } warnings { code }
    }
  }`;
  const given = { ...desired, declaration: 'app', ...fields };
  const { data, errors } = await gateway.send<{ found: object }>(query, { input: given }, as);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.found;
};

test('a change that needs an approval is held, and is made by the next request once it is approved', async () => {
  asked.needs = [security];
  const held = await gateway.ensure();
  expect(held).toMatchObject({ status: 'REFUSED', change: 'CREATE', refusal: { code: 'APPROVAL_REQUIRED' } });
  expect(await gateway.ensure()).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
  await voteOn(gateway, ledger, await lastApproval(ledger, gateway));
  expect(await gateway.ensure()).toMatchObject({ status: 'SUCCEEDED', change: 'CREATE', isSettled: true });
  settle();
  expect(await gateway.ensure()).toMatchObject(none);
});

test('a held change can be sent by its mutation too, under the derived token, and is found by the desired state', async () => {
  asked.needs = [security];
  const { clientRequestToken } = await gateway.ensure();
  await voteOn(gateway, ledger, await lastApproval(ledger, gateway));
  const resumed = await gateway.create({ clientRequestToken, expectedRevision: 0, declaration: 'app' });
  expect(resumed).toMatchObject({ status: 'SUCCEEDED' });
  expect(await ensure()).toMatchObject(none);
});

test('advice is about the desired state, which has no token', async () => {
  const advice = async (attempt: string) => (await gateway.ensure({ attempt })).refusal?.advice;
  expect(await advice('')).toBe('Fix every field listed in findings, then send the request again.');
});

test('a rejected change stays rejected, and another desired state or attempt asks anew', async () => {
  asked.needs = [security];
  await gateway.ensure();
  await voteOn(gateway, ledger, await lastApproval(ledger, gateway), { vote: 'REJECT', comment: 'No.' });
  expect(await gateway.ensure()).toMatchObject({ refusal: { code: 'APPROVAL_REJECTED' } });
  const advice = expect.stringContaining('send the desired state with another attempt');
  expect(await gateway.ensure()).toMatchObject({ refusal: { code: 'APPROVAL_REJECTED', advice } });
  expect(await gateway.ensure({ attempt: '2' })).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
  expect(await gateway.ensure({ roleArn: worker })).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
});

test('an update of a desired state does not undo what others change while it is held', async () => {
  await gateway.ensure();
  asked.needs = [security];
  await ensure({ roleArn: worker });
  await voteOn(gateway, ledger, await lastApproval(ledger, gateway));
  const [one] = associations();
  gateway.simulator.control.updateAssociation(one?.associationId ?? '', { disableSessionTags: true });
  expect(await ensure({ roleArn: worker })).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
});

test('who may not view the association is answered as by a create, and as where there is none', async () => {
  await gateway.create({ declaration: 'other' });
  settle();
  const [one] = associations();
  const isHidden = (association: object) => 'roleArn' in association && association.roleArn === input.roleArn;
  const withoutThis = withDecisions((decision, request) =>
    request.action === 'DescribePodIdentityAssociation' && isHidden(request.association)
      ? { ...decision, allowed: false }
      : decision,
  );
  for (const [change, absence] of [
    [withoutViews, { status: 'REFUSED', change: 'DELETE', refusal: { code: 'ASSOCIATION_NOT_FOUND' } }],
    [withoutThis, none],
  ] as const) {
    const blind = await openBeside(gateway, { change });
    const created = await blind.ensure();
    expect(created).toMatchObject({ change: 'CREATE', refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    const deleted = await blind.ensureNo();
    expect(deleted).toMatchObject(absence);
    expect(deleted.refusal?.advice ?? '').not.toContain('clientRequestToken');
    for (const answer of [created, deleted]) {
      expect(JSON.stringify(answer)).not.toContain(one?.associationId);
      expect(answer.differences).toEqual([]);
    }
    expect(await blind.ensureNo({ serviceAccount: 'absent' })).toMatchObject(absence);
    await blind.close();
  }
});

test('that there is no association is not said where policy cannot be evaluated', async () => {
  await gateway.ensure();
  settle();
  for (const failing of ['DescribePodIdentityAssociation', 'ListPodIdentityAssociations']) {
    const change = withDecisions((decision, { action }) =>
      action === failing ? { ...decision, allowed: false, failed: true } : decision,
    );
    const other = await openBeside(gateway, { change });
    expect(await other.ensureNo()).toMatchObject({ refusal: { code: 'POLICY_EVALUATION_FAILED', retryable: true } });
    await other.close();
  }
});

test.each([
  ['of the principal', { kind: 'PRINCIPAL', principalId: 'https://issuer.example#alice' }],
  ['of the cluster', { kind: 'CLUSTER', ...home, clusterName: input.clusterName }],
] as const)('a lock %s that stops reads hides what a desired state read', async (_, scope) => {
  await gateway.ensure();
  settle();
  await lockOperations(ledger).lock(scope, null, { stopsReads: true });
  const different = { roleArn: worker };
  for (const fields of [{}, different, { ...different, takeOver: true }, { ...different, declaration: 'other' }]) {
    await expect(ensure(fields)).rejects.toThrow('READS_LOCKED');
  }
  expect(await check(different).catch(() => null)).toBeNull();
  expect((await entries()).map(({ refusalCode }) => refusalCode)).toContain('CHANGES_LOCKED');
  expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(0);
});

test('who has no permit in the namespace causes no read, and is denied as by a create', async () => {
  const denied = await gateway.ensure({}, 'carol');
  expect(denied).toMatchObject({ status: 'REFUSED', change: 'CREATE', refusal: { code: 'POLICY_DENIED' } });
  expect(await gateway.ensureNo({}, 'carol')).toMatchObject({ status: 'REFUSED', change: 'DELETE' });
  expect(gateway.simulator.control.requests()).toEqual([]);
});

test('two requests with equal desired states at once have one effect, and end equal', async () => {
  const hold = holdAnswers();
  const other = await openBeside(gateway, { change: hold.change });
  const first = other.ensure();
  await hold.sent;
  expect(await gateway.ensure()).toMatchObject({ status: 'IN_PROGRESS', change: 'CREATE' });
  hold.release();
  expect(await first).toMatchObject({ status: 'SUCCEEDED', change: 'CREATE' });
  expect(await ensure()).toMatchObject(none);
  expect(gateway.sent()).toBe(1);
  await other.close();
});

test('two requests with different desired states never overlap, and the other declaration does not flap', async () => {
  const hold = holdAnswers();
  const other = await openBeside(gateway, { change: hold.change });
  const first = other.ensure();
  await hold.sent;
  const different = { roleArn: worker, declaration: 'other' };
  expect(await gateway.ensure(different)).toMatchObject({
    refusal: { code: 'OPERATION_IN_PROGRESS', retryable: true },
  });
  hold.release();
  await first;
  expect(await ensure(different)).toMatchObject({ refusal: { code: 'DECLARED_ELSEWHERE' } });
  expect(await ensure()).toMatchObject(none);
  expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(0);
  await other.close();
});

test('a killed update is observed by the next request as what it is, although EKS shows it already', async () => {
  await gateway.ensure();
  settle();
  fault('Update', 'cut-after');
  expect(await gateway.ensure({ roleArn: worker })).toMatchObject({ status: 'IN_PROGRESS', change: 'UPDATE' });
  gateway.clock.skip(leaseMs);
  expect(await gateway.ensure({ roleArn: worker })).toMatchObject({ status: 'SUCCEEDED', change: 'UPDATE' });
  expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(1);
});

test('a change that takes over is not sent again by a request that does not', async () => {
  await gateway.create({ declaration: 'other' });
  settle();
  fault('Update', 'cut-before');
  expect(await gateway.ensure({ roleArn: worker, takeOver: true })).toMatchObject({ status: 'IN_PROGRESS' });
  gateway.clock.skip(inDoubtMs);
  expect(await gateway.ensure({ roleArn: worker })).toMatchObject({ refusal: { code: 'OPERATION_IN_PROGRESS' } });
  expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
  expect(await gateway.ensure({ roleArn: worker })).toMatchObject({ refusal: { code: 'DECLARED_ELSEWHERE' } });
  expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(1);
});

test('a lost delete is observed by the next request as what it is, although EKS shows nothing any more', async () => {
  await gateway.ensure();
  settle();
  fault('Delete', 'cut-after');
  expect(await gateway.ensureNo()).toMatchObject({ status: 'IN_PROGRESS', change: 'DELETE' });
  settle();
  expect(await gateway.ensureNo()).toMatchObject({ status: 'SUCCEEDED', change: 'DELETE', isSettled: true });
});

test('an abandoned change is closed by the reconciler, and a refusal leaves its token free', async () => {
  fault('Create', 'cut-before');
  await gateway.ensure();
  gateway.clock.skip(inDoubtMs);
  expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
  expect(await gateway.ensure()).toMatchObject({ status: 'SUCCEEDED', change: 'CREATE' });
});

test('a read that lags behind a create decides nothing', async () => {
  await gateway.ensure();
  const { control } = gateway.simulator;
  const [one] = control.associations();
  control.deleteAssociation(one?.associationId ?? '');
  expect(await gateway.ensure()).toMatchObject({ refusal: { code: 'OPERATION_IN_PROGRESS' } });
  expect(await ensure()).toMatchObject({ status: 'SUCCEEDED', change: 'CREATE' });
});

test('nothing to change writes no entry, and an invalid desired state is recorded as an invalid create or delete', async () => {
  await gateway.ensure();
  const before = await entries();
  expect(await ensure()).toMatchObject(none);
  expect(await entries()).toEqual(before);
  const refused = await gateway.ensure({ roleArn: 'x', declaration: '' });
  expect(refused).toMatchObject({ status: 'REFUSED', change: null, auditEntry: { event: 'INVALID' } });
  expect(refused.refusal?.findings?.map(({ path }) => path)).toEqual(['roleArn', 'declaration']);
  expect(await gateway.ensureNo({ namespace: 'NO' })).toMatchObject({
    refusal: { findings: [{ path: 'namespace' }] },
    auditEntry: { operationKind: 'DELETE_POD_IDENTITY_ASSOCIATION' },
  });
});

test('a dry run shows the change and its check, with one entry, and none if nothing is to be changed', async () => {
  const attempted = { wouldBeAttempted: true, refusal: null, auditEntry: { event: 'CHECKED' } };
  expect(await check()).toMatchObject({ change: 'CREATE', differences: [], check: attempted });
  await gateway.ensure();
  settle();
  const before = (await entries()).length;
  expect(await check()).toEqual({ change: 'NONE', differences: [], check: null, warnings: [] });
  expect((await entries()).length).toBe(before);
  expect(await check({ roleArn: worker })).toMatchObject({
    change: 'UPDATE',
    differences: [{ field: 'roleArn' }],
    check: attempted,
  });
  expect(await check({ roleArn: worker, declaration: 'other' })).toMatchObject({
    ...{ change: 'UPDATE', check: { wouldBeAttempted: false, refusal: { code: 'DECLARED_ELSEWHERE' } } },
  });
  expect((await entries()).length).toBe(before + 2);
  expect(await check({ declaration: 'other' })).toMatchObject({ change: 'NONE', warnings: [{ code: 'NOT_OWN' }] });
});
