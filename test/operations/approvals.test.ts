import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Tag } from '../../src/model/association.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { inDoubtMs, readLagMs, worker } from '../support/changes.ts';
import { lockOperations } from '../support/locks.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Payload } from '../support/documents.ts';
import { input } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

// The rows of docs/decisions/0008-approvals.md, in its order: what was recorded, what the request with the token `first` is answered, and what it writes.

const asked: Asked = { needs: [] };
/** The tags of every association, as others changed them at EKS by a call that moves no `modifiedAt`; null: those that it has. */
let tagsAtEks: readonly Tag[] | null = null;

function withTags(deps: Dependencies): Dependencies {
  const eksFor: Dependencies['eksFor'] = (cluster) => {
    const eks = deps.eksFor(cluster);
    const describe: typeof eks.describe = async (...query) => {
      const described = await eks.describe(...query);
      if (described.kind !== 'found' || tagsAtEks === null) return described;
      return { ...described, association: { ...described.association, tags: tagsAtEks } };
    };
    return { ...eks, describe };
  };
  return { ...deps, eksFor };
}

const { decideMs, useMs } = defaultApprovalLimits;
let ledger: Ledger & ApprovalStore;
let gateway: Gateway;
openForEachTest((opened) => ({ ledger, gateway } = opened), { change: (deps) => withTags(askingFor(asked)(deps)) });
beforeEach(() => (asked.needs = []));
afterEach(() => (tagsAtEks = null));

const ask = (fields: object = {}) => {
  asked.needs = [security];
  return gateway.create(fields);
};
const approve = async () => voteOn(gateway, ledger, await lastApproval(ledger, gateway));
const reject = async () =>
  voteOn(gateway, ledger, await lastApproval(ledger, gateway), { vote: 'REJECT', comment: 'No.' });
const other = { clientRequestToken: 'other' };
const fault = (kind: 'throttle' | 'cut-before' | 'cut-after', operation = 'Create') =>
  gateway.simulator.control.addFault({
    operation: `${operation}PodIdentityAssociation` as 'CreatePodIdentityAssociation',
    kind,
  });
const later = (ms: number) => gateway.clock.skip(ms + 1);

/** The events of all entries, oldest first. */
const trail = async () => {
  const { entries } = await ledger.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 50, before: null });
  return entries.map(({ event }) => event).reverse();
};

/** What happened before the request, by its name in the table. */
const steps: Readonly<Record<string, () => unknown>> = {
  sent: () => gateway.create(),
  'sent as other': () => gateway.create(other),
  asked: () => ask(),
  'asked by other': () => ask(other),
  approved: () => approve(),
  rejected: () => reject(),
  throttled: () => fault('throttle'),
  'request lost': () => fault('cut-before'),
  'answer lost': () => fault('cut-after'),
  'doubt over': () => later(inDoubtMs),
  'decideUntil over': () => later(decideMs),
  'useUntil over': () => later(useMs),
  leased: () => renewLease(),
  'policy changed': () => (asked.needs = [{ ...security, policyHash: 'd'.repeat(64) }]),
  'another policy asks': () => (asked.needs = [security, { ...security, policyId: 'another' }]),
  'inventory changed': () => (asked.timeZone = 'Asia/Tokyo'),
};

/** Another request works on the only open operation. */
async function renewLease() {
  const [record] = await ledger.expiredLeases(gateway.deps.clock(), 1);
  if (!record) throw new Error('No operation is open.');
  const { operationId, fence } = record;
  const leaseUntil = gateway.deps.clock() + 30_000;
  await ledger.commit({ kind: 'leased', operationId, fence }, { ...record, leaseUntil }, []);
}

// The record; the approval; what happened before; the answer; what it writes; the state of the approval afterwards.
const table = `
SUCCEEDED | none | sent | SUCCEEDED replayed | REPLAYED | none
SUCCEEDED | USED by its operation | asked, approved, sent | SUCCEEDED replayed | REPLAYED | USED
REFUSED | none | sent as other, sent | REFUSED ASSOCIATION_ALREADY_EXISTS replayed | REPLAYED | none
IN_PROGRESS, lease not expired | none | answer lost, sent, leased | IN_PROGRESS | CONTENDED | none
IN_PROGRESS, lease expired, effect visible | none | answer lost, sent | SUCCEEDED | TAKEN_OVER SUCCEEDED | none
IN_PROGRESS, lease expired, effect proven absent | none | request lost, sent, doubt over | IN_PROGRESS | TAKEN_OVER RELEASED | none
IN_PROGRESS, lease expired, a create not visible | USED by its operation | asked, approved, request lost, sent, doubt over | IN_PROGRESS | TAKEN_OVER RELEASED | USED
none | none | | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
none | PENDING, does not fit | asked, policy changed | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
none | APPROVED, does not fit | asked, approved, another policy asks | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
none | PENDING, fits | asked | APPROVAL_REQUIRED | | PENDING
none | PENDING, fits, asked for by another token | asked by other | APPROVAL_REQUIRED | | PENDING
none | PENDING, decideUntil over, asked for by this token | asked, decideUntil over | REFUSED APPROVAL_EXPIRED | APPROVAL_EXPIRED REFUSED | EXPIRED
none | PENDING, decideUntil over, asked for by another token | asked by other, decideUntil over | APPROVAL_REQUIRED | APPROVAL_EXPIRED APPROVAL_REQUESTED | PENDING
none | APPROVED, fits | asked, approved | SUCCEEDED | APPROVAL_USED INTENT SUCCEEDED | USED
none | APPROVED, fits, asked for by another token | asked by other, approved | SUCCEEDED | APPROVAL_USED INTENT SUCCEEDED | USED
RELEASED | APPROVED, fits | throttled, sent, asked, approved | SUCCEEDED | APPROVAL_USED INTENT SUCCEEDED | USED
none | APPROVED, useUntil over | asked, approved, useUntil over | REFUSED APPROVAL_EXPIRED | APPROVAL_EXPIRED REFUSED | EXPIRED
none | REJECTED, asked for by this token | asked, rejected | REFUSED APPROVAL_REJECTED | REFUSED | REJECTED
none | EXPIRED, asked for by this token | asked, decideUntil over, approved | REFUSED APPROVAL_EXPIRED | REFUSED | EXPIRED
none | REJECTED, asked for by another token | asked by other, rejected | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
none | EXPIRED, asked for by another token | asked by other, decideUntil over, approved | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
RELEASED by X, certainly without an effect | USED by X, fits | asked, approved, throttled, sent | SUCCEEDED | APPROVAL_USED INTENT SUCCEEDED | USED
RELEASED by X, certainly without an effect | USED by X, useUntil over | asked, approved, throttled, sent, useUntil over | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
RELEASED by X, certainly without an effect | USED by X, does not fit | asked, approved, throttled, sent, inventory changed | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
RELEASED by X, a create that is not visible | USED by X, fits | asked, approved, request lost, sent, doubt over, sent | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
none | USED by another operation | asked, approved, sent as other | REFUSED ASSOCIATION_ALREADY_EXISTS | REFUSED | USED
RELEASED | USED by another operation | throttled, sent, asked, approved, sent as other | APPROVAL_REQUIRED | APPROVAL_REQUESTED | PENDING
`;
const rows = table
  .trim()
  .split('\n')
  .map((row) => row.split('|').map((cell) => cell.trim()));
const summaryOf = ({ status, refusal, replayed }: Payload) =>
  refusal?.code === 'APPROVAL_REQUIRED' && refusal.retryable
    ? refusal.code
    : [status, refusal?.code, refusal?.retryable && 'retryable', replayed && 'replayed'].filter(Boolean).join(' ');

afterEach(() => delete asked.timeZone);

/** Sends the request, and compares what it is answered and writes. */
async function expectOutcome(answer: string, writes: string, state: string, fields: object = {}) {
  if (asked.needs.length === 0) asked.needs = [security];
  const before = (await trail()).length;
  expect(summaryOf(await gateway.create(fields))).toBe(answer);
  expect((await trail()).slice(before).join(' ')).toBe(writes);
  const found = await lastApproval(ledger, gateway).catch(() => null);
  expect(found?.state ?? 'none').toBe(state);
}

test.each(rows)(
  'record %s, approval %s, after %s: %s',
  async (_, __, before = '', answer = '', writes = '', state = '') => {
    for (const step of before === '' ? [] : before.split(', ')) await (steps[step] ?? notAStep(step))();
    await expectOutcome(answer, writes, state);
  },
);

function notAStep(name: string): never {
  throw new Error(`${name} is not a step.`);
}

test('a record of another fingerprint refuses the request, whatever approvals there are', async () => {
  await gateway.create();
  await expectOutcome('REFUSED TOKEN_REUSED_WITH_DIFFERENT_INPUT', 'TOKEN_REUSED', 'none', { roleArn: worker });
});

const adopt = (associationId: string) => gateway.adopt({ associationId, clientRequestToken: 'adopt' });
const outsider = (tags: Readonly<Record<string, string>>) => {
  const { clusterName, namespace, serviceAccount, roleArn } = input;
  const made = gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn, tags });
  gateway.clock.skip(readLagMs);
  return made;
};
const requiredAgain = (why: RegExp) => ({
  refusal: { code: 'APPROVAL_REQUIRED', message: expect.stringMatching(why) as string },
});

test('an approval does not fit once others changed a tag of the association, which moves no modifiedAt', async () => {
  const { associationId } = outsider({ team: 'payments' });
  asked.needs = [security];
  await adopt(associationId);
  await approve();
  tagsAtEks = [{ key: 'team', value: 'search' }];
  expect(await adopt(associationId)).toMatchObject(requiredAgain(/does not fit any more: the association changed/));
  await approve();
  expect(await adopt(associationId)).toMatchObject({ status: 'SUCCEEDED' });
});

test('an approval does not fit a request of another declaration, or of none', async () => {
  await ask({ declaration: 'payments' });
  expect(await lastApproval(ledger, gateway)).toMatchObject({
    binding: { declaration: 'payments' },
    requested: { declaration: 'payments' },
  });
  await approve();
  for (const fields of [{ declaration: 'search' }, {}]) {
    expect(await gateway.create(fields)).toMatchObject(requiredAgain(/the request is of another declaration/));
    await approve();
  }
  expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
});

describe('a request that needs an approval, of a principal who is locked', () => {
  const alice = { kind: 'PRINCIPAL', principalId: 'https://issuer.example#alice' } as const;
  const lockedOut = { status: 'REFUSED', refusal: { code: 'CHANGES_LOCKED' } };

  test('is refused with the lock, and asks for it under the same token once the lock is lifted', async () => {
    const { lock, lift } = lockOperations(ledger);
    await lock(alice);
    for (const token of ['first', 'second']) expect(await ask({ clientRequestToken: token })).toMatchObject(lockedOut);
    await expect(lastApproval(ledger, gateway)).rejects.toThrow('No approval was asked for.');
    expect(await trail()).not.toContain('APPROVAL_REQUESTED');
    await lift(alice);
    expect(await ask({ clientRequestToken: 'first' })).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
    expect(await lastApproval(ledger, gateway)).toMatchObject({ state: 'PENDING' });
  });

  test('does not put an approval before its approvers again whose votes do not count any more', async () => {
    await ask();
    await approve();
    asked.deniedVoters = ['bob'];
    await lockOperations(ledger).lock(alice);
    expect(await gateway.create()).toMatchObject(lockedOut);
    expect(await lastApproval(ledger, gateway)).toMatchObject({ state: 'APPROVED' });
    delete asked.deniedVoters;
  });
});
