import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Tag } from '../../src/model/association.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { inDoubtMs, readLagMs, worker } from '../support/changes.ts';
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
const askAndApprove = async (fields: object = {}) => {
  await ask(fields);
  await approve();
};
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

interface Row {
  readonly record: string;
  readonly approval: string;
  readonly prepare: () => Promise<unknown>;
  /** The fields of the request; by default those of the first one. */
  readonly fields?: object;
  readonly answer: string;
  readonly writes: readonly string[];
  /** State of the approval afterwards; null: there is none. */
  readonly state: string | null;
}

const begun = ['APPROVAL_USED', 'INTENT', 'SUCCEEDED'];
const askedFor = { answer: 'REFUSED APPROVAL_REQUIRED retryable', writes: ['APPROVAL_REQUESTED'], state: 'PENDING' };
const done = { answer: 'SUCCEEDED', writes: begun, state: 'USED' };
const expired = { answer: 'REFUSED APPROVAL_EXPIRED', state: 'EXPIRED' };

const rows: readonly Row[] = [
  {
    record: 'of another fingerprint',
    approval: 'any',
    prepare: () => gateway.create(),
    fields: { roleArn: worker },
    ...{ answer: 'REFUSED TOKEN_REUSED_WITH_DIFFERENT_INPUT', writes: ['TOKEN_REUSED'], state: null },
  },
  {
    record: 'SUCCEEDED',
    approval: 'none',
    prepare: () => gateway.create(),
    ...{ answer: 'SUCCEEDED replayed', writes: ['REPLAYED'], state: null },
  },
  {
    record: 'SUCCEEDED',
    approval: 'USED by its operation',
    prepare: async () => {
      await askAndApprove();
      await gateway.create();
    },
    ...{ answer: 'SUCCEEDED replayed', writes: ['REPLAYED'], state: 'USED' },
  },
  {
    record: 'REFUSED',
    approval: 'none',
    prepare: async () => {
      await gateway.create(other);
      await gateway.create();
    },
    ...{ answer: 'REFUSED ASSOCIATION_ALREADY_EXISTS replayed', writes: ['REPLAYED'], state: null },
  },
  {
    record: 'IN_PROGRESS, lease not expired',
    approval: 'none',
    prepare: async () => {
      fault('cut-after');
      const { auditEntry } = await gateway.create();
      const [record] = await ledger.expiredLeases(gateway.deps.clock(), 1);
      if (record?.operationId !== auditEntry.operationId) throw new Error('No operation is open.');
      const { operationId, fence } = record;
      await ledger.commit(
        { kind: 'leased', operationId, fence },
        { ...record, leaseUntil: gateway.deps.clock() + 30_000 },
        [],
      );
    },
    ...{ answer: 'IN_PROGRESS', writes: ['CONTENDED'], state: null },
  },
  {
    record: 'IN_PROGRESS, lease expired, effect visible',
    approval: 'none',
    prepare: () => {
      fault('cut-after');
      return gateway.create();
    },
    ...{ answer: 'SUCCEEDED', writes: ['TAKEN_OVER', 'SUCCEEDED'], state: null },
  },
  {
    record: 'IN_PROGRESS, lease expired, effect proven absent',
    approval: 'none',
    prepare: async () => {
      fault('cut-before');
      await gateway.create();
      later(inDoubtMs);
    },
    ...{ answer: 'IN_PROGRESS', writes: ['TAKEN_OVER', 'RELEASED'], state: null },
  },
  {
    record: 'IN_PROGRESS, lease expired, a create not visible',
    approval: 'USED by its operation',
    prepare: async () => {
      await askAndApprove();
      fault('cut-before');
      await gateway.create();
      later(inDoubtMs);
    },
    ...{ answer: 'IN_PROGRESS', writes: ['TAKEN_OVER', 'RELEASED'], state: 'USED' },
  },
  { record: 'none', approval: 'none', prepare: () => Promise.resolve(), ...askedFor },
  {
    record: 'none',
    approval: 'PENDING, does not fit',
    prepare: async () => {
      await ask();
      asked.needs = [{ ...security, policyHash: 'd'.repeat(64) }];
    },
    ...askedFor,
  },
  {
    record: 'none',
    approval: 'APPROVED, does not fit',
    prepare: async () => {
      await askAndApprove();
      asked.needs = [security, { ...security, policyId: 'another' }];
    },
    ...askedFor,
  },
  { record: 'none', approval: 'PENDING, fits', prepare: () => ask(), ...askedFor, writes: [] },
  {
    record: 'none',
    approval: 'PENDING, fits, asked for by another token',
    prepare: () => ask(other),
    ...askedFor,
    writes: [],
  },
  {
    record: 'none',
    approval: 'PENDING, decideUntil over, asked for by this token',
    prepare: async () => {
      await ask();
      later(decideMs);
    },
    ...{ ...expired, writes: ['APPROVAL_EXPIRED', 'REFUSED'] },
  },
  {
    record: 'none',
    approval: 'PENDING, decideUntil over, asked for by another token',
    prepare: async () => {
      await ask(other);
      later(decideMs);
    },
    ...{ ...askedFor, writes: ['APPROVAL_EXPIRED', 'APPROVAL_REQUESTED'] },
  },
  { record: 'none', approval: 'APPROVED, fits', prepare: () => askAndApprove(), ...done },
  {
    record: 'none',
    approval: 'APPROVED, fits, asked for by another token',
    prepare: () => askAndApprove(other),
    ...done,
  },
  {
    record: 'RELEASED',
    approval: 'APPROVED, fits',
    prepare: async () => {
      fault('throttle');
      await gateway.create();
      await askAndApprove();
    },
    ...done,
  },
  {
    record: 'none',
    approval: 'APPROVED, useUntil over',
    prepare: async () => {
      await askAndApprove();
      later(useMs);
    },
    ...{ ...expired, writes: ['APPROVAL_EXPIRED', 'REFUSED'] },
  },
  {
    record: 'none',
    approval: 'REJECTED, asked for by this token',
    prepare: async () => {
      await ask();
      await reject();
    },
    ...{ answer: 'REFUSED APPROVAL_REJECTED', writes: ['REFUSED'], state: 'REJECTED' },
  },
  {
    record: 'none',
    approval: 'EXPIRED, asked for by this token',
    prepare: async () => {
      await ask();
      later(decideMs);
      await approve();
    },
    ...{ ...expired, writes: ['REFUSED'] },
  },
  {
    record: 'none',
    approval: 'REJECTED, asked for by another token',
    prepare: async () => {
      await ask(other);
      await reject();
    },
    ...askedFor,
  },
  {
    record: 'none',
    approval: 'EXPIRED, asked for by another token',
    prepare: async () => {
      await ask(other);
      later(decideMs);
      await approve();
    },
    ...askedFor,
  },
  {
    record: 'RELEASED by X, certainly without an effect',
    approval: 'USED by X, fits',
    prepare: async () => {
      await askAndApprove();
      fault('throttle');
      await gateway.create();
    },
    ...done,
  },
  {
    record: 'RELEASED by X, certainly without an effect',
    approval: 'USED by X, useUntil over',
    prepare: async () => {
      await askAndApprove();
      fault('throttle');
      await gateway.create();
      later(useMs);
    },
    ...askedFor,
  },
  {
    record: 'RELEASED by X, certainly without an effect',
    approval: 'USED by X, does not fit',
    prepare: async () => {
      await askAndApprove();
      fault('throttle');
      await gateway.create();
      asked.timeZone = 'Asia/Tokyo';
    },
    ...askedFor,
  },
  {
    record: 'RELEASED by X, a create that is not visible',
    approval: 'USED by X, fits',
    prepare: async () => {
      await askAndApprove();
      fault('cut-before');
      await gateway.create();
      later(inDoubtMs);
      await gateway.create();
    },
    ...askedFor,
  },
  {
    record: 'none',
    approval: 'USED by another operation',
    prepare: async () => {
      await askAndApprove();
      await gateway.create(other);
    },
    ...askedFor,
  },
  {
    record: 'RELEASED',
    approval: 'USED by another operation',
    prepare: async () => {
      fault('throttle');
      await gateway.create();
      await askAndApprove();
      await gateway.create(other);
    },
    ...askedFor,
  },
];

const summaryOf = ({ status, refusal, replayed }: Payload) =>
  [status, refusal?.code, refusal?.retryable && 'retryable', replayed && 'replayed'].filter(Boolean).join(' ');

afterEach(() => delete asked.timeZone);

test.each(rows)('record $record, approval $approval: $answer', async ({ prepare, fields, answer, writes, state }) => {
  await prepare();
  if (asked.needs.length === 0) asked.needs = [security];
  const before = (await trail()).length;
  expect(summaryOf(await gateway.create(fields))).toBe(answer);
  expect((await trail()).slice(before)).toEqual(writes);
  const found = await lastApproval(ledger, gateway).catch(() => null);
  expect(found?.state ?? null).toBe(state);
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
