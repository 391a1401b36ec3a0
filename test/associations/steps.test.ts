import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { begin, beginAnew } from '../../src/associations/begin.ts';
import type { Begun } from '../../src/associations/begin.ts';
import type { Call } from '../../src/associations/call.ts';
import { done, notDone, refusedByEks } from '../../src/associations/conclusion.ts';
import { closingEntry, finish } from '../../src/associations/finish.ts';
import { requesterOf, subjectOf } from '../../src/associations/journal.ts';
import { defaultDescribeLimits } from '../../src/associations/pace.ts';
import { defaultTimes } from '../../src/associations/parts.ts';
import type { Parts } from '../../src/associations/parts.ts';
import { createParts } from '../../src/lambda/parts.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { home, input, roleArn } from '../gateway.ts';
import { association } from '../ledger/samples.ts';

const policy = loadPolicy(join(import.meta.dirname, '../../policies'));

/** What `begin` is told of a request that has `leftMs` for its claim and for EKS; the last four seconds are kept back. */
function callOf(leftMs: number, more: Partial<Call> = {}): Call {
  const startedAt = Date.now();
  const { clusterName, namespace, serviceAccount, tags } = input;
  const target = { ...home, clusterName, namespace, serviceAccount };
  const settings = { targetRoleArn: null, disableSessionTags: false, policy: null };
  const request = { ...target, ...settings, roleArn: roleArn('payments/payments-api'), tags };
  const principal = {
    id: 'https://issuer.example#alice',
    kind: 'USER',
    groups: ['payments-team'],
    sessionName: null,
  } as const;
  const caller = { principal, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'request' };
  const asker = { caller, onBehalfOf: null, hasReason: false, now: startedAt };
  const decision = policy.decide(asker, { action: 'CreatePodIdentityAssociation', request });
  const said = { clientRequestToken: 'token', reason: null, onBehalfOf: null };
  const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';
  const times = { startedAt, deadline: startedAt + leftMs + 4_000 };
  return { operation, caller, request, target, before: null, ...said, decision, ...times, ...more };
}

let ledger: Ledger;
beforeEach(() => (ledger = createSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const partsOn = (more: Partial<Parts> = {}): Parts => ({
  ...createParts({
    policy,
    ledger,
    home,
    times: defaultTimes,
    describeLimits: defaultDescribeLimits,
    log: () => undefined,
  }),
  ...more,
});

/** Parts whose ledger says nothing to a commit, though it may write it. */
const silent = () => partsOn({ ledger: { ...ledger, commit: () => new Promise(() => undefined) } });

/** Parts after the lease of whoever holds a record now. */
const later = (leases: number) => partsOn({ clock: () => Date.now() + leases * (defaultTimes.leaseMs + 1_000) });

const doneByEks = done({ kind: 'done', association: association(), requestId: null }, 'EKS did it.');

function heldBy(begun: Begun) {
  if (!('hold' in begun)) throw new Error(`Not held: ${begun.kind}`);
  return begun.hold;
}

describe('a ledger that says nothing is not waited for beyond the time of the request', () => {
  test('by who claims a token: it is unavailable', async () => {
    await expect(begin(silent(), callOf(50))).rejects.toThrow(LedgerUnavailable);
  });

  test('by who begins anew: it is unavailable', async () => {
    const { record } = heldBy(await begin(partsOn(), callOf(1_000)));
    const call = callOf(50);
    const closing = closingEntry(partsOn(), subjectOf(call), record, notDone);
    await expect(beginAnew(silent(), call, record, closing)).rejects.toThrow(LedgerUnavailable);
  });

  test('by who writes an outcome: it is not known yet', async () => {
    const hold = heldBy(await begin(partsOn(), callOf(1_000)));
    const requester = { ...requesterOf(callOf(0)), deadline: Date.now() + 50 };
    expect(await finish(silent(), requester, hold, doneByEks)).toMatchObject({ status: 'IN_PROGRESS' });
  });
});

describe('who was overtaken', () => {
  test('does not begin anew', async () => {
    const call = callOf(60_000_000);
    await begin(partsOn(), call);
    const { record } = heldBy(await begin(later(1), call));
    heldBy(await begin(later(2), call));
    const closing = closingEntry(later(2), subjectOf(call), record, notDone);
    expect(await beginAnew(later(2), call, record, closing)).toBeNull();
    expect((await ledger.operationEntries(record.operationId)).map(({ event }) => event)).not.toContain('RELEASED');
  });

  test('gives no answer of another request that has the token by then', async () => {
    const call = callOf(60_000_000);
    const hold = heldBy(await begin(partsOn(), call));
    const taken = heldBy(await begin(later(1), call));
    const asked = requesterOf(call);
    await finish(later(1), asked, taken, notDone);
    // The record may be forgotten in the end, and its token used for something else.
    const afterwards = partsOn({ clock: () => Date.now() + 2 * defaultTimes.retentionMs });
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
    const hold = heldBy(await begin(partsOn(), call));
    heldBy(await begin(later(1), call));
    const answer = await finish(later(1), requesterOf(call), hold, notDone);
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'INTENT' } });
    const events = (await ledger.operationEntries(hold.record.operationId)).map(({ event }) => event);
    expect(events).toEqual(['INTENT', 'TAKEN_OVER']);
  });

  test('leaves an entry of what EKS did for it, though its time is over', async () => {
    const call = callOf(60_000_000);
    const hold = heldBy(await begin(partsOn(), call));
    heldBy(await begin(later(1), call));
    const slow: Ledger = { ...ledger, append: (entry) => sleep(100).then(() => ledger.append(entry)) };
    const requester = { ...requesterOf(call), deadline: Date.now() };
    const { auditEntry } = await finish({ ...later(1), ledger: slow }, requester, hold, doneByEks);
    expect(auditEntry).toMatchObject({ event: 'LATE', fence: 1 });
    expect(await ledger.entry(auditEntry)).toEqual(auditEntry);
  });
});

describe('a released record', () => {
  const throttled = refusedByEks('THROTTLED', { exception: 'ThrottlingException', message: 'Later.', requestId: null });

  test.each([
    ['remembers an operation that was not found as a doubt', notDone, 1],
    ['has no doubt about one that EKS refused', throttled, 0],
  ])('%s', async (_, conclusion, doubts) => {
    const call = callOf(60_000);
    const hold = heldBy(await begin(partsOn(), call));
    await finish(partsOn(), requesterOf(call), hold, conclusion);
    const record = await ledger.record(hold.record.tokenKey);
    expect(record).toMatchObject({ state: 'RELEASED' });
    expect(record?.doubtfulOperationIds).toEqual([hold.record.operationId].slice(0, doubts));
  });
});
