import { setTimeout as sleep } from 'node:timers/promises';
import { begin, beginAnew } from '../../src/idempotency/claim.ts';
import type { Call } from '../../src/operations/mutation.ts';
import { carryOut } from '../../src/operations/execute.ts';
import type { Effect } from '../../src/operations/execute.ts';
import { alreadyExists, changed, notDone, refusedByEks } from '../../src/operations/conclusion.ts';
import { createPodIdentityAssociation } from '../../src/operations/create.ts';
import { deletePodIdentityAssociation } from '../../src/operations/delete.ts';
import { closingEntry, finish } from '../../src/idempotency/complete.ts';
import { requesterOf, auditContextOf } from '../../src/audit/entry.ts';
import { defaultTimes } from '../../src/operations/dependencies.ts';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import { denialOf, refuseUnheld } from '../../src/operations/refuse.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import type { CreateRequest } from '../../src/model/association.ts';
import { home, input, roleArn } from '../support/gateway.ts';
import { association } from '../support/ledger-samples.ts';
import { callOf, doneByEks, eksError, eksThat, heldBy, later, partsOn, request } from '../support/leases.ts';

let ledger: Ledger;
beforeEach(() => (ledger = createSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

/** Dependencies whose ledger says nothing to a commit, though it may write it. */
const silent = () => partsOn(ledger, { ledger: { ...ledger, commit: () => new Promise(() => undefined) } });

describe('a ledger that says nothing is not waited for beyond the time of the request', () => {
  test('by who claims a token: it is unavailable', async () => {
    await expect(begin(silent(), callOf(50))).rejects.toThrow(LedgerUnavailable);
  });

  test('by who begins anew: it is unavailable', async () => {
    const { record } = heldBy(await begin(partsOn(ledger), callOf(1_000)));
    const call = callOf(50);
    const closing = closingEntry(partsOn(ledger), auditContextOf(call), record, notDone);
    await expect(beginAnew(silent(), call, record, closing)).rejects.toThrow(LedgerUnavailable);
  });

  test('by who writes an outcome: it is not known yet', async () => {
    const hold = heldBy(await begin(partsOn(ledger), callOf(1_000)));
    const requester = { ...requesterOf(callOf(0)), deadline: Date.now() + 50 };
    expect(await finish(silent(), requester, hold, doneByEks)).toMatchObject({ status: 'IN_PROGRESS' });
  });
});

describe('who was overtaken', () => {
  test('does not begin anew', async () => {
    const call = callOf(60_000_000);
    await begin(partsOn(ledger), call);
    const { record } = heldBy(await begin(later(ledger, 1), call));
    heldBy(await begin(later(ledger, 2), call));
    const closing = closingEntry(later(ledger, 2), auditContextOf(call), record, notDone);
    expect(await beginAnew(later(ledger, 2), call, record, closing)).toBeNull();
    expect((await ledger.operationEntries(record.operationId)).map(({ event }) => event)).not.toContain('RELEASED');
  });

  test('gives no answer of another request that has the token by then', async () => {
    const call = callOf(60_000_000);
    const hold = heldBy(await begin(partsOn(ledger), call));
    const taken = heldBy(await begin(later(ledger, 1), call));
    const asked = requesterOf(call);
    await finish(later(ledger, 1), asked, taken, notDone);
    // The record may be forgotten in the end, and its token used for something else.
    const afterwards = partsOn(ledger, { clock: () => Date.now() + 2 * defaultTimes.retentionMs });
    const other = callOf(60_000_000, { startedAt: afterwards.clock(), deadline: afterwards.clock() + 60_000 });
    const request = { ...other.request, roleArn: roleArn('payments/payments-worker') } as Call['request'];
    const others = heldBy(await begin(afterwards, { ...other, request }));
    await finish(afterwards, requesterOf(other), others, doneByEks);
    expect(await finish(afterwards, { ...asked, deadline: other.deadline }, hold, notDone)).toMatchObject({
      status: 'IN_PROGRESS',
      association: null,
      auditEntry: { operationId: hold.record.operationId },
    });
  });

  test('gives no answer before there is one, and calls nothing late that EKS did not do', async () => {
    const call = callOf(60_000_000);
    const hold = heldBy(await begin(partsOn(ledger), call));
    heldBy(await begin(later(ledger, 1), call));
    const answer = await finish(later(ledger, 1), requesterOf(call), hold, notDone);
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'INTENT' } });
    const events = (await ledger.operationEntries(hold.record.operationId)).map(({ event }) => event);
    expect(events).toEqual(['INTENT', 'TAKEN_OVER']);
  });

  test('leaves an entry of what EKS did for it, though its time is over', async () => {
    const call = callOf(60_000_000);
    const hold = heldBy(await begin(partsOn(ledger), call));
    heldBy(await begin(later(ledger, 1), call));
    const slow: Ledger = { ...ledger, appendEntry: (entry) => sleep(100).then(() => ledger.appendEntry(entry)) };
    const requester = { ...requesterOf(call), deadline: Date.now() };
    const { auditEntry } = await finish({ ...later(ledger, 1), ledger: slow }, requester, hold, doneByEks);
    expect(auditEntry).toMatchObject({ event: 'LATE', fence: 1 });
    expect(await ledger.getEntry(auditEntry)).toEqual(auditEntry);
  });
});

describe('a released record', () => {
  const throttled = refusedByEks('THROTTLED', { exception: 'ThrottlingException', message: 'Later.', requestId: null });

  test.each([
    ['remembers an operation that was not found as a doubt', notDone, 1],
    ['has no doubt about one that EKS refused', throttled, 0],
  ])('%s', async (_, conclusion, doubts) => {
    const call = callOf(60_000);
    const hold = heldBy(await begin(partsOn(ledger), call));
    await finish(partsOn(ledger), requesterOf(call), hold, conclusion);
    const record = await ledger.getRecord(hold.record.idempotencyKey);
    expect(record).toMatchObject({ state: 'RELEASED' });
    expect(record?.inDoubtOperationIds).toEqual([hold.record.operationId].slice(0, doubts));
  });
});

describe('the road of a mutation', () => {
  const unasked = () => Promise.reject(new Error('EKS is not asked for that here.'));

  test('ends in its own time, however much its function has left', async () => {
    const deadlines: number[] = [];
    const noted = ({ deadline }: { readonly deadline: number }) => deadlines.push(deadline);
    const eks = eksThat({
      create: async (call) => {
        noted(call);
        return { kind: 'unknown', error: eksError };
      },
      describe: async (_, bounds) => {
        noted(bounds);
        return { kind: 'absent' };
      },
    });
    const deps = partsOn(ledger, { eksFor: () => eks });
    const { identity } = callOf(0);
    const inAnHour = Date.now() + 3_600_000;
    await createPodIdentityAssociation(deps, identity, input, inAnHour);
    const named = { clusterName: input.clusterName, associationId: association().associationId };
    await deletePodIdentityAssociation(deps, identity, named, inAnHour);
    const latest = Date.now() + defaultTimes.requestMs - 4_000;
    expect(deadlines.map((deadline) => deadline <= latest)).toEqual([true, true]);
  });

  test('leaves four seconds for what comes after EKS', async () => {
    const call = callOf(60_000);
    const deadlines: number[] = [];
    const perform: Effect<CreateRequest>['perform'] = async (_, { deadline }) => {
      deadlines.push(deadline);
      return doneByEks;
    };
    expect(await carryOut(partsOn(ledger), call, { perform, look: unasked })).toMatchObject({ status: 'SUCCEEDED' });
    expect(deadlines).toEqual([call.deadline - 4_000]);
  });

  test('ends where somebody took the operation over during a look', async () => {
    const call = callOf(60_000_000);
    const { record } = heldBy(await begin(partsOn(ledger), call));
    const look = async () => {
      heldBy(await begin(later(ledger, 2), call));
      return null;
    };
    const answer = await carryOut(later(ledger, 1), call, { perform: unasked, look });
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { operationId: record.operationId, fence: 2 } });
  });

  const blind = (deps: Dependencies): Dependencies => ({
    ...deps,
    authorize: () => ({ ...callOf(0).decision, allowed: false }),
  });
  const inTheWay = alreadyExists(association(), request, null);

  test('shows nobody an association in the way who may not view it: not at once, nor after a doubt, nor again', async () => {
    const hidden = { status: 'REFUSED', refusal: { existing: null, differences: null } };
    const meets = { perform: async () => inTheWay, look: unasked };
    expect(await carryOut(blind(partsOn(ledger)), callOf(60_000), meets)).toMatchObject(hidden);
    expect(await carryOut(blind(partsOn(ledger)), callOf(60_000), meets)).toMatchObject(hidden);
    const other = callOf(60_000_000, { clientRequestToken: 'other' });
    await begin(partsOn(ledger), other);
    const finds = { perform: unasked, look: async () => inTheWay };
    expect(await carryOut(blind(later(ledger, 1)), other, finds)).toMatchObject(hidden);
  });

  test('shows nobody an association that changed who may not view it', async () => {
    const { associationId } = association();
    const said = { ...callOf(60_000), operation: 'DELETE_POD_IDENTITY_ASSOCIATION' } as const;
    const asked = { ...said, request: { ...home, clusterName: 'apps-dev', associationId, expectedModifiedAt: null } };
    const conclusion = changed(association(), [], '2026-11-24T10:00:00.000Z');
    const seen = { existing: { associationId }, differences: [] };
    expect(
      (await refuseUnheld(partsOn(ledger, { authorize: () => said.decision }), asked, null, conclusion)).refusal,
    ).toMatchObject(seen);
    const unseen = { existing: null, differences: null };
    expect((await refuseUnheld(blind(partsOn(ledger)), asked, null, conclusion)).refusal).toMatchObject(unseen);
  });

  test('tells a denial from a policy that can not be evaluated', () => {
    const { decision } = callOf(0);
    expect(denialOf({ ...decision, allowed: false }).code).toBe('POLICY_DENIED');
    expect(denialOf({ ...decision, allowed: false, failed: true }).code).toBe('POLICY_EVALUATION_FAILED');
  });
});
