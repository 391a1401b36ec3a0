import type { Association, CreateRequest } from '../../src/model/association.ts';
import type { CallBounds, DescribeResult, ListResult } from '../../src/eks/eks.ts';
import { createDifferences } from '../../src/operations/terms/differences.ts';
import { concludedFrom, interpret, observe, ownershipOf } from '../../src/operations/kinds/observe.ts';
import { openRecord, request as sampleRequest } from '../support/ledger-samples.ts';
import { eksWith } from '../support/mutations.ts';

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
    ['an earlier operation’s tag proves nothing in doubt', observed(createdBy('operation-0')), inDoubt, 'inconclusive'],
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
