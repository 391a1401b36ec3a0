import type { MutationResult } from '../../../client/src/client/result.ts';
import { runChanges } from '../../src/declaration/apply.ts';
import type { Runner } from '../../src/declaration/apply.ts';
import { checkBatches } from '../../src/declaration/batches.ts';
import { judged } from '../../src/declaration/check.ts';
import { inverseDeclaration } from '../../src/declaration/inverse.ts';
import { overtaken } from '../../src/declaration/overtaken.ts';
import type { Action, Change } from '../../src/declaration/planner.ts';

const place = { accountId: '1', region: 'r', clusterName: 'c', namespace: 'n' };
const settings = { roleArn: 'arn:aws:iam::1:role/a', targetRoleArn: null, disableSessionTags: false, policy: null };
const tagsBefore = { team: 'a', old: '1' };
const stateOf = (tags: Readonly<Record<string, string>>) => ({ ...settings, tags });

function changeOf(action: Action, serviceAccount: string, before = tagsBefore as object, after = before): Change {
  return {
    action,
    target: { ...place, serviceAccount },
    associationId: 'a-1',
    before: stateOf(before as Record<string, string>),
    after: stateOf(after as Record<string, string>),
    expectedModifiedAt: null,
    expectedRevision: null,
    reason: null,
  };
}

/** What changes tags and role of a service account. */
const rowOf = (name: string) => [
  changeOf('tag', name, tagsBefore, { team: 'b', old: '1', new: '2' }),
  changeOf('untag', name, { team: 'b', old: '1', new: '2' }, { team: 'b', new: '2' }),
  changeOf('update', name, { team: 'b', new: '2' }),
];
const changes = [...rowOf('x'), changeOf('update', 'y')];

const finished = { adopted: false, clientRequestToken: 't', operationId: 'o', auditEntryId: 'e', replayed: false };
const succeeded = { kind: 'succeeded', association: { associationId: 'a-1' }, warnings: [], ...finished } as unknown;
const refusedWith = (code: string) =>
  ({
    kind: 'refused',
    refusal: {
      ...{ __typename: code === 'APPROVAL_REQUIRED' ? 'ApprovalRequired' : 'PolicyDenied', code, message: 'No.' },
      ...{
        advice: null,
        retryable: code === 'APPROVAL_REQUIRED',
        violations: [],
        owners: [],
        needs: [],
        approval: null,
      },
    },
    retryAfterSeconds: null,
    ...finished,
  }) as unknown;

async function run(results: Readonly<Record<string, unknown>>, more: Partial<Runner> = {}) {
  const sent: string[] = [];
  const nameOf = ({ action, target }: Change) => `${action} ${target.serviceAccount}`;
  const outcomes = await runChanges(changes, {
    send: (change) => {
      sent.push(nameOf(change));
      return Promise.resolve((results[nameOf(change)] ?? succeeded) as MutationResult);
    },
    readAgain: () => Promise.reject(new Error('Only what is replayed is read.')),
    stopped: () => null,
    onOutcome: () => undefined,
    concurrency: 4,
    allowPartial: true,
    ...more,
  });
  return { sent, kinds: outcomes.map(({ kind }) => kind), outcomes };
}

test('the changes of a service account are sent one after the other, beside those of others', async () => {
  const { sent, kinds } = await run({});
  expect(sent.filter((one) => one.endsWith('x'))).toEqual(['tag x', 'untag x', 'update x']);
  expect(kinds).toEqual(['done', 'done', 'done', 'done']);
});

test('what follows a change that is refused is not sent', async () => {
  const { sent, outcomes } = await run({ 'tag x': refusedWith('ASSOCIATION_CHANGED') });
  expect(sent.sort()).toEqual(['tag x', 'update y']);
  expect(outcomes).toMatchObject([
    { kind: 'refused' },
    { kind: 'notStarted', message: 'It follows the tag, which is not done.' },
    { kind: 'notStarted', message: 'It follows the untag, which is not done.' },
    { kind: 'done' },
  ]);
});

test('what follows a change that needs an approval waits for it, and is sent with --wait', async () => {
  const held = { 'tag x': refusedWith('APPROVAL_REQUIRED') };
  const { sent, kinds } = await run(held);
  expect(sent.sort()).toEqual(['tag x', 'update y']);
  expect(kinds).toEqual(['approvalRequired', 'approvalRequired', 'approvalRequired', 'done']);
  const waited: string[] = [];
  const sendAndWait = ({ action }: Change) => {
    waited.push(action);
    return Promise.resolve(succeeded as MutationResult);
  };
  expect((await run(held, { sendAndWait })).kinds).toEqual(['done', 'done', 'done', 'done']);
  expect(waited).toEqual(['tag', 'untag', 'update']);
});

test('of a service account with a change that would be denied, nothing is sent', async () => {
  const denialOf = ({ target }: Change) => (target.serviceAccount === 'x' ? 'Policy p: no.' : null);
  const { sent, kinds } = await run({}, { denialOf });
  expect([sent, kinds]).toEqual([['update y'], ['refused', 'notStarted', 'notStarted', 'done']]);
});

test('a plan has none of the changes of a service account of which one is denied', () => {
  const allowed = { refusal: null, onlyAsDryRun: false, unknownRoles: [], revision: 1 };
  const permit = { allowed: true, violations: [], needs: [] };
  const deny = { ...permit, allowed: false, violations: [{ policyId: 'p', message: 'm', advice: null }] };
  const found = judged(
    changes,
    [permit, deny, permit, permit].map((decision) => ({ ...allowed, decision })),
  );
  expect(found.changes).toEqual([changes[3]]);
  expect(found.denied).toEqual([
    {
      action: 'untag',
      target: changes[0]?.target,
      before: stateOf(tagsBefore),
      reasons: ['Policy p: m', 'So no tag and no update of it is planned either.'],
    },
  ]);
});

test('the changes of a service account are checked in one batch', () => {
  const many = Array.from({ length: 40 }, (_, index) => rowOf(`s${index}`)).flat();
  const batches = checkBatches(many);
  expect(batches.map(({ length }) => length)).toEqual([99, 21]);
  expect(batches.flat()).toEqual(many);
});

test('the inverse has the tags and settings that a service account had before all of its changes', () => {
  const plan = { declaration: 'd', createdAt: '2026-11-28T10:00:00Z', changes: rowOf('x'), denied: [] };
  const text = inverseDeclaration({ ...plan, unchanged: [], leftOver: [] } as never);
  expect(text.match(/old: |team: |new: /g)).toEqual(['old: ', 'team: ']);
});

describe('a change of tags that an earlier run made', () => {
  const [tag, untag] = rowOf('x') as [Change, Change, Change];

  test.each([
    ['a tag is as it was set', tag, { team: 'b', new: '2', other: '' }, null],
    ['a tag has another value since', tag, { team: 'c', new: '2' }, 'Changed since: tag team.'],
    ['a tag was removed since', tag, { team: 'b' }, 'Changed since: tag new.'],
    ['a tag is still removed', untag, { team: 'z' }, null],
    ['a removed tag was set since', untag, { old: '1' }, 'Changed since: tag old.'],
  ])('%s', (_, change, tags, expected) => {
    expect(overtaken(change, { ...settings, tags })).toBe(expected);
  });
});
