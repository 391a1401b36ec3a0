import type { CallBounds, ChangeBounds, ChangeResult, DescribeResult, Eks, ListResult } from '../../src/eks/eks.ts';
import { newRecord } from '../../src/idempotency/record.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Association, CreateRequest } from '../../src/model/association.ts';
import { operationTraits } from '../../src/model/operation.ts';
import type { OperationKind, RequestOf } from '../../src/model/operation.ts';
import { concludedFrom, interpret, observe, ownershipOf } from '../../src/operations/kinds/observe.ts';
import { operations } from '../../src/operations/kinds/operations.ts';
import { createDifferences } from '../../src/operations/terms/differences.ts';
import type { EffectInput, EffectObservation } from '../../src/operations/terms/operation.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { home } from '../support/gateway.ts';
import { association, openRecord, request as sampleRequest } from '../support/ledger-samples.ts';
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

describe('what EKS shows of an operation', () => {
  const request: CreateRequest = sampleRequest({ tags: [{ key: 'team', value: 'payments' }] });
  const record = openRecord({ operationId: 'operation-1' });
  const recordInDoubt = { ...record, inDoubtOperationIds: ['operation-0'] };

  const association: Association = {
    ...request,
    associationArn: 'arn',
    associationId: 'a-1',
    createdAt: '2026-11-24T10:00:00.000Z',
    modifiedAt: '2026-11-24T10:00:00.000Z',
    ownerArn: null,
    disableSessionTags: null,
    externalId: null,
  };

  function tagged(one: Association, operationId: string): Association {
    return { ...one, tags: [{ key: 'pod-identity-gateway/operation', value: operationId }, ...one.tags] };
  }

  function createdBy(operationId: string, more: Partial<Association> = {}): Association {
    return { ...tagged(association, operationId), ...more };
  }

  describe('observing the association of a service account', () => {
    const error = { exception: 'ServerException', message: '', requestId: null };
    const bounds = { deadline: 0 } as CallBounds;
    interface Answers {
      readonly list?: ListResult;
      readonly describe?: DescribeResult;
    }
    /** An EKS with only these answers, and what it is asked. */
    const askedEks = ({ list, describe }: Answers) => {
      const asked: string[] = [];
      const listed = list && { list: () => (asked.push('list'), Promise.resolve(list)) };
      const described = describe && {
        describe: (id: string) => (asked.push(`describe ${id}`), Promise.resolve(describe)),
      };
      return { asked, eks: eksWith({ ...listed, ...described }) };
    };

    test.each<[string, string | null, Answers, string[], object]>([
      [
        'by its id',
        'a-1',
        { describe: { kind: 'found', association } },
        ['describe a-1'],
        { kind: 'association', association },
      ],
      ['that is gone', 'a-1', { describe: { kind: 'absent' } }, ['describe a-1'], { kind: 'nothing' }],
      [
        'that is not readable',
        'a-1',
        { describe: { kind: 'failed', error } },
        ['describe a-1'],
        { kind: 'failed', error },
      ],
      [
        'that EKS lists',
        null,
        { list: { kind: 'listed', associationIds: ['a-1'] }, describe: { kind: 'found', association } },
        ['list', 'describe a-1'],
        { kind: 'association', association },
      ],
      ['that EKS does not list', null, { list: { kind: 'listed', associationIds: [] } }, ['list'], { kind: 'nothing' }],
      ['in a list that fails', null, { list: { kind: 'failed', error } }, ['list'], { kind: 'failed', error }],
    ])('finds one %s', async (_, id, answers, asked, observation) => {
      const one = askedEks(answers);
      expect(await observe(one.eks, request, bounds, id)).toMatchObject(observation);
      expect(one.asked).toEqual(asked);
    });
  });

  describe('interpreting an observation', () => {
    const inDoubt = record.inDoubtUntil;
    const after = record.inDoubtUntil + 1;
    const observed = (one: Association) => ({ kind: 'association' as const, association: one });
    const failed = { kind: 'failed' as const, error: { exception: 'X', message: '', requestId: null } };
    const nothing = { kind: 'nothing' as const };
    const createdAt = (ms: number) => ({ createdAt: new Date(record.startedAt + ms).toISOString() });
    const old = createdAt(-10_001);
    const justBefore = createdAt(-10_000);

    test.each([
      ['the operation’s own tag is proof at any time', observed(createdBy('operation-1')), inDoubt, 'own'],
      ['another operation’s tag proves nothing in doubt', observed(createdBy('operation-9')), inDoubt, 'inconclusive'],
      [
        'another operation’s tag is foreign if it was there before',
        observed(createdBy('operation-9', old)),
        after,
        'foreign',
      ],
      [
        'an association created since is later, whatever its tag',
        observed(createdBy('operation-9', createdAt(1))),
        after,
        'later',
      ],
      [
        'an association created within the clock error before is later',
        observed({ ...association, ...justBefore }),
        after,
        'later',
      ],
      [
        'an association without a tag is foreign if it was there before',
        observed({ ...association, ...old }),
        after,
        'foreign',
      ],
      [
        'an earlier operation’s tag proves nothing in doubt',
        observed(createdBy('operation-0')),
        inDoubt,
        'inconclusive',
      ],
      ['an earlier operation’s tag is its own after the doubt', observed(createdBy('operation-0')), after, 'own'],
      ['nothing visible proves nothing in doubt', nothing, inDoubt, 'inconclusive'],
      ['nothing visible is absence after the doubt', nothing, after, 'absent'],
      ['a failed read never proves anything', failed, after, 'inconclusive'],
    ])('%s', (_, observation, observedAt, kind) => {
      expect(interpret(observation, recordInDoubt, request, observedAt, 10_000).kind).toBe(kind);
    });

    const full = { ...request, tags: Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' })) };
    const equal = { ...association, tags: full.tags };

    test.each([
      ['undetermined if it equals the request and has no room for a tag', equal, true, 'undetermined'],
      ['foreign if it equals the request but no operation is in doubt', equal, false, 'foreign'],
      ['foreign if it differs from the request', { ...equal, roleArn: 'other' }, true, 'foreign'],
      ['foreign if it has another operation’s tag', createdBy('operation-9'), true, 'foreign'],
      ['foreign if it equals the request but for another tag', tagged(equal, 'operation-9'), true, 'foreign'],
      ['own if it has this operation’s tag', tagged(equal, 'operation-1'), false, 'own'],
    ])('with 50 tags, an association is %s', (_, one, mayBeOwn, kind) => {
      expect(ownershipOf(one, record, full, mayBeOwn).kind).toBe(kind);
    });
  });

  test('an equal association without room for a tag is undetermined when it is observed after the doubt', () => {
    const tags = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }));
    const observation = { kind: 'association', association: { ...association, tags } } as const;
    const interpretation = interpret(observation, record, { ...request, tags }, record.inDoubtUntil + 1, 10_000);
    expect(interpretation.kind).toBe('undetermined');
  });

  describe('what follows for a create', () => {
    test.each([
      ['success if the association is its own', { kind: 'own', association }, 'FOUND'],
      ['a refusal if it is foreign', { kind: 'foreign', association }, 'ASSOCIATION_ALREADY_EXISTS'],
      ['a refusal if it is undetermined', { kind: 'undetermined', association }, 'OUTCOME_UNDETERMINED'],
      ['undetermined if it is later', { kind: 'later', association }, 'MAY_HAVE_BEEN_REPLACED'],
      ['nothing yet if the observation is inconclusive', { kind: 'inconclusive', message: 'Not yet.' }, 'UNKNOWN'],
    ] as const)('is %s', (_, interpretation, outcome) => {
      expect(concludedFrom(interpretation, request).outcome).toBe(outcome);
    });
  });

  describe('differences', () => {
    test('include a session policy that is not JSON', () => {
      const wanted = { ...request, policy: '{}' };
      expect(createDifferences(wanted, { ...association, policy: 'no JSON' })).toMatchObject([{ field: 'policy' }]);
    });

    test('differences are empty if EKS formats the same settings differently', () => {
      const policy = '{"Version":"2012-10-17","Statement":[]}';
      const actual = createdBy('operation-9', { policy: '{ "Statement": [], "Version": "2012-10-17" }' });
      expect(createDifferences({ ...request, policy }, actual)).toEqual([]);
    });

    test('name each field, and each tag of the request', () => {
      const actual = createdBy('operation-9', {
        roleArn: 'other',
        targetRoleArn: 'target',
        disableSessionTags: true,
        policy: '{}',
        tags: [
          { key: 'aws:cloudformation:stack-name', value: 'x' },
          { key: 'Team', value: 'payments' },
        ],
      });
      expect(createDifferences(request, actual)).toEqual([
        { field: 'roleArn', requested: request.roleArn, existing: 'other' },
        { field: 'targetRoleArn', requested: null, existing: 'target' },
        { field: 'disableSessionTags', requested: 'false', existing: 'true' },
        { field: 'policy', requested: null, existing: '{}' },
        { field: 'tags.team', requested: 'payments', existing: null },
        { field: 'tags.Team', requested: null, existing: 'payments' },
      ]);
    });
  });
});
