import type { ChangeBounds, ChangeResult, DescribeResult, Eks, ListResult } from '../../src/eks/eks.ts';
import { newRecord } from '../../src/idempotency/record.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { operationTraits } from '../../src/model/operation.ts';
import type { OperationKind, RequestOf } from '../../src/model/operation.ts';
import { observe } from '../../src/operations/kinds/observe.ts';
import type { EffectInput, EffectObservation } from '../../src/operations/terms/operation.ts';
import { operations } from '../../src/operations/kinds/operations.ts';
import { home } from '../support/gateway.ts';
import { association } from '../support/ledger-samples.ts';
import { admittedCreate, claimOf, dependenciesOn, eksError, eksWith, request } from '../support/mutations.ts';

const createEffect = operations.CREATE_POD_IDENTITY_ASSOCIATION.effect;
const updateEffect = operations.UPDATE_POD_IDENTITY_ASSOCIATION.effect;
const deleteEffect = operations.DELETE_POD_IDENTITY_ASSOCIATION.effect;

const before = association();
const remove = { ...home, clusterName: 'apps-dev', associationId: before.associationId, expectedModifiedAt: null };
const update = { ...remove, changes: { roleArn: 'arn:aws:iam::111122223333:role/pods/other' } };
const claim = claimOf(admittedCreate(1_000));
/** A minute after the association was modified last. */
const startedAt = Date.parse(before.modifiedAt) + 60_000;
const begun = newRecord({ ...claim, startedAt }, 'operation', defaultTimes);
const record = { ...begun, modifiedAtBefore: before.modifiedAt };
const recordInDoubt = { ...record, inDoubtOperationIds: ['earlier'] };

let ledger: Ledger;
beforeEach(() => (ledger = makeSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

test.each(Object.values(operations))('the ledger knows of $kind whether it sends a change', ({ kind, effect }) => {
  expect(operationTraits[kind].sendsChange).toBe(effect.kind === 'change');
});

const failed = { kind: 'failed', error: eksError } as const;
const absent = { kind: 'absent' } as const;
const found = (more: object = {}) => ({ kind: 'found', association: { ...before, ...more } }) as const;

/** Input of the effect of a request, with an EKS that gives these answers. */
function inputOf<Request extends RequestOf[OperationKind]>(
  of: Request,
  answers: Partial<Eks>,
  more: Partial<EffectInput> = {},
) {
  return {
    eks: eksWith(answers),
    record,
    principalId: 'p',
    before,
    deadline: Date.now() + 60_000,
    ...more,
    request: of,
    // Creates read it; it is the request of each kind.
    valid: { ...admittedCreate(1_000), request: of } as never,
  };
}

/** The outcome of an observation; undefined: the change was not made. */
const outcomeOf = (observed: EffectObservation) =>
  observed.kind === 'concluded' ? observed.conclusion.outcome : undefined;

/** Dependencies whose clock is at the last moment in doubt, or just after it. */
const inDoubt = () => dependenciesOn(ledger, { clock: () => record.inDoubtUntil });
const afterDoubt = () => dependenciesOn(ledger, { clock: () => record.inDoubtUntil + 1 });

describe('observing a service account gives', () => {
  const observed = (list: ListResult, describe: DescribeResult) =>
    observe(eksWith({ list: async () => list, describe: async () => describe }), request, { deadline: Infinity });
  const one: ListResult = { kind: 'listed', associationIds: ['a-1'] };

  test.each<[string, ListResult, DescribeResult, object]>([
    ['the association that is listed', one, found(), { kind: 'association', association: before }],
    ['nothing if nothing is listed', { kind: 'listed', associationIds: [] }, failed, { kind: 'nothing' }],
    ['nothing if the listed association is gone', one, absent, { kind: 'nothing' }],
    ['a failure if the list fails', failed, absent, failed],
    ['a failure if the description fails', one, failed, failed],
  ])('%s', async (_, list, describe, expected) => {
    expect(await observed(list, describe)).toEqual(expected);
  });
});

describe('observing the effect of an update', () => {
  const modified = { modifiedAt: new Date(startedAt).toISOString() };
  const justBefore = { modifiedAt: new Date(startedAt - 1).toISOString() };
  const earlier = { modifiedAt: new Date(Date.parse(before.modifiedAt) - 1).toISOString() };

  test.each<[string, typeof inDoubt, DescribeResult, string | undefined]>([
    ['is inconclusive if EKS can’t be read', afterDoubt, failed, 'UNKNOWN'],
    ['can’t tell what became of it once the association is gone', inDoubt, absent, 'MAY_HAVE_BEEN_REPLACED'],
    ['concludes success once it was modified', inDoubt, found({ ...update.changes, ...modified }), 'FOUND'],
    ['is inconclusive while the read may be stale', inDoubt, found(update.changes), 'UNKNOWN'],
    [
      'is inconclusive if EKS shows a state from before the one that policy judged',
      inDoubt,
      found({ ...update.changes, ...earlier }),
      'UNKNOWN',
    ],
    [
      'is inconclusive while others may have replaced what they modified before the operation began',
      inDoubt,
      found({ ...update.changes, ...justBefore }),
      'UNKNOWN',
    ],
    [
      'concludes success of what others modified before the operation began, after the doubt',
      afterDoubt,
      found({ ...update.changes, ...justBefore }),
      'FOUND',
    ],
    ['concludes success of an update without changes after the doubt', afterDoubt, found(update.changes), 'FOUND'],
    ['is inconclusive in doubt', inDoubt, found(), 'UNKNOWN'],
    ['concludes that it did not happen if nothing changed', afterDoubt, found(), undefined],
    [
      'can’t tell what became of it once others changed the association',
      afterDoubt,
      found(modified),
      'MAY_HAVE_BEEN_REPLACED',
    ],
  ])('%s', async (_, deps, described, outcome) => {
    const observed = await updateEffect.observe(deps(), inputOf(update, { describe: async () => described }));
    expect(outcomeOf(observed)).toBe(outcome);
  });
});

describe('observing the effect of a delete', () => {
  test.each<[string, typeof inDoubt, DescribeResult, string | undefined]>([
    ['is inconclusive if EKS can’t be read', afterDoubt, failed, 'UNKNOWN'],
    ['concludes success at any time once the association is gone', inDoubt, absent, 'FOUND'],
    ['is inconclusive in doubt', inDoubt, found(), 'UNKNOWN'],
    ['concludes that it did not happen if the association still exists', afterDoubt, found(), undefined],
  ])('%s', async (_, deps, described, outcome) => {
    const observed = await deleteEffect.observe(deps(), inputOf(remove, { describe: async () => described }));
    expect(outcomeOf(observed)).toBe(outcome);
  });
});

describe('performing an effect', () => {
  test('signs the call with the start of the operation and names the operation in it', async () => {
    const calls: ChangeBounds[] = [];
    const answer = async (call: ChangeBounds): Promise<ChangeResult> => {
      calls.push(call);
      return { kind: 'done', association: before, requestId: null };
    };
    const answers = { create: answer, update: answer, delete: answer };
    await createEffect.perform(afterDoubt(), inputOf(request, answers));
    await updateEffect.perform(afterDoubt(), inputOf(update, answers));
    await deleteEffect.perform(afterDoubt(), inputOf(remove, answers));
    const signed = { signingDate: record.startedAt, operationId: 'operation' };
    expect(calls).toMatchObject([signed, signed, signed]);
  });

  const notFound: Partial<Eks> = {
    update: async () => ({ kind: 'not-found', error: eksError }),
    delete: async () => ({ kind: 'not-found', error: eksError }),
  };

  test('refuses an update of an association that was deleted since it was read', async () => {
    const { outcome } = await updateEffect.perform(afterDoubt(), inputOf(update, notFound));
    expect(outcome).toBe('ASSOCIATION_NOT_FOUND');
  });

  test('counts a delete as done only if an earlier attempt is in doubt, when the association is gone', async () => {
    const { outcome } = await deleteEffect.perform(afterDoubt(), inputOf(remove, notFound));
    expect(outcome).toBe('ASSOCIATION_NOT_FOUND');
    const attempted = await deleteEffect.perform(afterDoubt(), inputOf(remove, notFound, { record: recordInDoubt }));
    expect(attempted.outcome).toBe('FOUND');
  });

  test('allows a retry when EKS reports a conflict but no association is visible', async () => {
    const create = async () => ({ kind: 'in-use', associationId: 'a-1', error: eksError }) as const;
    const input = inputOf(request, { create, describe: async () => absent });
    expect((await createEffect.perform(afterDoubt(), input)).outcome).toBe('ASSOCIATION_NOT_VISIBLE');
  });

  test.each([
    ['another request’s if no operation is in doubt', record, 'ASSOCIATION_ALREADY_EXISTS'],
    ['undetermined if an operation is in doubt', recordInDoubt, 'OUTCOME_UNDETERMINED'],
  ])('considers an equal association without room for the ownership tag %s', async (_, leased, expected) => {
    const tags = Array.from({ length: 50 }, (_, index) => ({ key: `key-${index}`, value: '' }));
    const full = { ...request, tags };
    const answers: Partial<Eks> = {
      create: async () => ({ kind: 'in-use', associationId: 'a-1', error: eksError }),
      describe: async () => found(full),
    };
    const { outcome } = await createEffect.perform(afterDoubt(), inputOf(full, answers, { record: leased }));
    expect(outcome).toBe(expected);
  });

  test('sends a create once if the answer is uncertain, and retries an unknown role within the deadline', async () => {
    let calls = 0;
    const create = (result: ChangeResult) => async () => {
      calls += 1;
      return result;
    };
    const deps = dependenciesOn(ledger);
    await createEffect.perform(deps, inputOf(request, { create: create({ kind: 'unknown', error: eksError }) }));
    expect(calls).toBe(1);
    const unknownRole = { kind: 'rejected', outcome: 'ROLE_NOT_FOUND', error: eksError } as const;
    const deadline = Date.now() + 700;
    const { outcome } = await createEffect.perform(
      deps,
      inputOf(request, { create: create(unknownRole) }, { deadline }),
    );
    expect(outcome).toBe('ROLE_NOT_FOUND');
    expect(calls).toBe(3);
  });
});
