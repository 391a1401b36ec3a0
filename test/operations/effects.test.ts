import type { Work } from '../../src/operations/execute.ts';
import { createEffect } from '../../src/operations/create.ts';
import { deleteEffect } from '../../src/operations/delete.ts';
import { see } from '../../src/operations/observe.ts';
import { newRecord } from '../../src/idempotency/record.ts';
import { updateEffect } from '../../src/operations/update.ts';
import { defaultTimes } from '../../src/operations/dependencies.ts';
import type { ChangeBounds, ChangeResult, DescribeResult, Eks, ListResult } from '../../src/eks/eks.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import type { MutationRequest } from '../../src/model/association.ts';
import { home } from '../support/gateway.ts';
import { association } from '../support/ledger-samples.ts';
import { callOf, eksError, eksThat, partsOn, request } from '../support/leases.ts';

const before = association();
const named = { ...home, clusterName: 'apps-dev', associationId: before.associationId, expectedModifiedAt: null };
const update = { ...named, changes: { roleArn: 'arn:aws:iam::111122223333:role/pods/other' } };
const record = { ...newRecord(callOf(1_000), 'operation', defaultTimes), modifiedAtBefore: before.modifiedAt };
const doubting = { ...record, inDoubtOperationIds: ['earlier'] };

let ledger: Ledger;
beforeEach(() => (ledger = createSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const failed = { kind: 'failed', error: eksError } as const;
const absent = { kind: 'absent' } as const;
const found = (more: object = {}) => ({ kind: 'found', association: { ...before, ...more } }) as const;

/** Work on a request, with an EKS that answers so. */
const workOn = <R extends MutationRequest>(asked: R, answers: Partial<Eks>, more: Partial<Work<R>> = {}): Work<R> => ({
  eks: eksThat(answers),
  request: asked,
  record,
  before,
  deadline: Date.now() + 60_000,
  ...more,
});

/** Dependencies by a clock that stands at the end of the doubt, or just behind it. */
const during = () => partsOn(ledger, { clock: () => record.inDoubtUntil });
const after = () => partsOn(ledger, { clock: () => record.inDoubtUntil + 1 });

describe('what EKS shows of a service account', () => {
  const seen = (list: ListResult, describe: DescribeResult) =>
    see(eksThat({ list: async () => list, describe: async () => describe }), request, { deadline: Infinity });
  const one: ListResult = { kind: 'listed', associationIds: ['a-1'] };

  test.each<[string, ListResult, DescribeResult, object]>([
    ['the association that is listed', one, found(), { kind: 'association', association: before }],
    ['nothing where nothing is listed', { kind: 'listed', associationIds: [] }, failed, { kind: 'nothing' }],
    ['nothing where what was listed is gone', one, absent, { kind: 'nothing' }],
    ['a failure where the list fails', failed, absent, failed],
    ['a failure where the description fails', one, failed, failed],
  ])('is %s', async (_, list, describe, expected) => {
    expect(await seen(list, describe)).toEqual(expected);
  });
});

describe('a look proves of an update', () => {
  const modified = { modifiedAt: '2027-01-01T00:00:00.000Z' };
  const look = (deps: typeof during, described: DescribeResult) =>
    updateEffect.look(deps(), workOn(update, { describe: async () => described }));

  test.each<[string, typeof during, DescribeResult, string | undefined]>([
    ['nothing where EKS can’t be asked', after, failed, 'UNKNOWN'],
    ['that there is no association, at any time', during, absent, 'ASSOCIATION_NOT_FOUND'],
    ['that it is done, at any time, once it was modified', during, found({ ...update.changes, ...modified }), 'FOUND'],
    ['nothing where it may be shown as it was before', during, found(update.changes), 'UNKNOWN'],
    ['that it is done as it was, once it is quiet', after, found(update.changes), 'FOUND'],
    ['nothing before it is quiet', during, found(), 'UNKNOWN'],
    ['that it was not done where all is as before', after, found(), undefined],
    ['that somebody else changed it', after, found(modified), 'ASSOCIATION_CHANGED'],
  ])('%s', async (_, deps, described, outcome) => {
    expect((await look(deps, described))?.outcome).toBe(outcome);
  });
});

describe('a look proves of a delete', () => {
  test.each<[string, typeof during, DescribeResult, string | undefined]>([
    ['nothing where EKS can’t be asked', after, failed, 'UNKNOWN'],
    ['that it is done, at any time', during, absent, 'FOUND'],
    ['nothing before it is quiet', during, found(), 'UNKNOWN'],
    ['that it was not done where it is still there', after, found(), undefined],
  ])('%s', async (_, deps, described, outcome) => {
    const work = workOn(named, { describe: async () => described });
    expect((await deleteEffect.look(deps(), work))?.outcome).toBe(outcome);
  });
});

describe('EKS is asked', () => {
  test('with the date of the operation’s begin, and by its id', async () => {
    const calls: ChangeBounds[] = [];
    const answer = async (call: ChangeBounds): Promise<ChangeResult> => {
      calls.push(call);
      return { kind: 'done', association: before, requestId: null };
    };
    const answers = { create: answer, update: answer, delete: answer };
    await createEffect.perform(after(), workOn(request, answers));
    await updateEffect.perform(after(), workOn(update, answers));
    await deleteEffect.perform(after(), workOn(named, answers));
    const signed = { signingDate: record.startedAt, operationId: 'operation' };
    expect(calls).toMatchObject([signed, signed, signed]);
  });

  const gone: Partial<Eks> = {
    update: async () => ({ kind: 'not-found', error: eksError }),
    delete: async () => ({ kind: 'not-found', error: eksError }),
  };

  test('to update what is gone since it was read: there is none', async () => {
    const { outcome } = await updateEffect.perform(after(), workOn(update, gone));
    expect(outcome).toBe('ASSOCIATION_NOT_FOUND');
  });

  test('to delete what is gone since it was read: done in doubt, else somebody else’s deed', async () => {
    const { outcome } = await deleteEffect.perform(after(), workOn(named, gone));
    expect(outcome).toBe('ASSOCIATION_NOT_FOUND');
    const inDoubt = await deleteEffect.perform(after(), workOn(named, gone, { record: doubting }));
    expect(inDoubt.outcome).toBe('FOUND');
  });

  test('for a service account in use, of which nothing shows: it may be tried again', async () => {
    const create = async () => ({ kind: 'in-use', associationId: 'a-1', error: eksError }) as const;
    const { outcome } = await createEffect.perform(after(), workOn(request, { create, describe: async () => absent }));
    expect(outcome).toBe('ASSOCIATION_NOT_VISIBLE');
  });

  test.each([
    ['without a doubt, it is somebody else’s', record, 'ASSOCIATION_ALREADY_EXISTS'],
    ['in doubt, that can’t be told', doubting, 'OUTCOME_UNDETERMINED'],
  ])(
    'for a service account with an equal association, where 50 tags left no room for proof: %s',
    async (_, held, is) => {
      const tags = Array.from({ length: 50 }, (_, index) => ({ key: `key-${index}`, value: '' }));
      const full = { ...request, tags };
      const answers: Partial<Eks> = {
        create: async () => ({ kind: 'in-use', associationId: 'a-1', error: eksError }),
        describe: async () => found(full),
      };
      const { outcome } = await createEffect.perform(after(), workOn(full, answers, { record: held }));
      expect(outcome).toBe(is);
    },
  );

  test('once, where its answer is not for certain; and for a role no longer than the request may last', async () => {
    let asked = 0;
    const create = (result: ChangeResult) => async () => {
      asked += 1;
      return result;
    };
    const deps = partsOn(ledger);
    await createEffect.perform(deps, workOn(request, { create: create({ kind: 'unknown', error: eksError }) }));
    expect(asked).toBe(1);
    const deadline = Date.now() + 700;
    const { outcome } = await createEffect.perform(
      deps,
      workOn(
        request,
        { create: create({ kind: 'rejected', outcome: 'ROLE_NOT_FOUND', error: eksError }) },
        { deadline },
      ),
    );
    expect(outcome).toBe('ROLE_NOT_FOUND');
    expect(asked).toBe(3);
  });
});
