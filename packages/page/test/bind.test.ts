import { GatewayError, LostAnswerError } from '../../client/src/index.ts';
import type { InProgress, MutationResult, Refused, Succeeded } from '../../client/src/index.ts';
import { changeOf, completedRole, offeredFor } from '../src/bind/change.ts';
import type { Bound, OfferedRoles } from '../src/bind/change.ts';
import { diffOfChange } from '../src/bind/change-diff.ts';
import { draftOf, kindOf, paramsOf, tagsOf, textOfTags } from '../src/bind/draft.ts';
import type { Draft } from '../src/bind/draft.ts';
import { findingsAt, findingsOf } from '../src/bind/findings.ts';
import { sendToEnd } from '../src/bind/sending.ts';
import type { Progress, Requests } from '../src/bind/sending.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/${name}`;
const now = Date.parse('2026-11-27T10:00:00.000Z');
const permitted = { permission: 'PERMITTED', violations: [], needs: [] } as const;
const roles: OfferedRoles = [
  { roleArn: 'arn:aws:iam::111122223333:role/shared/reader', source: 'INVENTORY', ...permitted },
  { roleArn: role('*'), source: 'CONVENTION', ...permitted },
];
const draft: Draft = {
  clusterName: 'apps-dev',
  accountId: '111122223333',
  region: 'eu-central-1',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: 'payments-api',
  tags: 'team=payments',
};
const bound: Bound = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  associationId: 'a-0123456789abcdefg',
  roleArn: role('payments-api'),
  targetRoleArn: 'arn:aws:iam::444455556666:role/pods/target',
  disableSessionTags: null,
  policy: null,
  tags: [],
  modifiedAt: '2026-11-27T09:00:00.000Z',
  ownerArn: null,
  expiresAt: null,
};
const ofBound: Draft = { clusterName: 'apps-dev', associationId: bound.associationId };

describe('a draft', () => {
  test('is the same after the way through the URL, with cleared fields and tags of any text', () => {
    const tags = textOfTags([
      { key: 'a=b&c', value: '<b>x</b>' },
      { key: '', value: '' },
    ]);
    const given: Draft = { ...ofBound, targetRoleArn: '', tags, disableSessionTags: 'true' };
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(paramsOf(given))) if (value) params.set(name, value);
    expect(draftOf(params)).toEqual(given);
    expect(tagsOf(tags)).toEqual([
      { key: 'a=b&c', value: '<b>x</b>' },
      { key: '', value: '' },
    ]);
  });

  test('keeps a session policy and a long reason out of the URL', () => {
    const params = paramsOf({ ...draft, policy: '{"Statement":[]}', reason: 'x'.repeat(301) });
    expect(JSON.stringify(params)).not.toMatch(/Statement|xxx/);
  });

  test.each([
    [{}, 'create'],
    [{ action: 'delete' }, 'create'],
    [ofBound, 'update'],
    [{ ...ofBound, action: 'delete' }, 'delete'],
  ] as const)('%j is a %s', (given, kind) => expect(kindOf(given)).toBe(kind));
});

describe('a change', () => {
  test.each([
    ['reader', 'arn:aws:iam::111122223333:role/shared/reader'],
    ['payments-api', role('payments-api')],
    [role('x'), role('x')],
    ['$&', '$&'],
  ])('the role %s is completed to %s', (typed, arn) => expect(completedRole(typed, roles)).toBe(arn));

  test('the roles for a create are the permitted ones first, and an update is offered what lacks only tags', () => {
    const lacking = (roleArn: string, ...tagKeys: readonly (string | null)[]): OfferedRoles[number] => ({
      ...{ roleArn, source: 'INVENTORY', permission: 'DENIED', needs: [] },
      violations: tagKeys.map((tagKey) => ({ policyId: `${tagKey}`, message: 'm', advice: null, tagKey })),
    });
    const given = [lacking('tag', 'team'), lacking('name', null), lacking('both', 'team', null), ...roles];
    const permissions = (kind: 'create' | 'update') =>
      offeredFor(kind, given).map(({ roleArn, permission }) => [roleArn, permission]);
    const open = roles.map(({ roleArn, permission }) => [roleArn, permission]);
    const denied = ['name', 'both'].map((name) => [name, 'DENIED']);
    expect(permissions('create')).toEqual([...open, ['tag', 'DENIED'], ...denied]);
    expect(permissions('update')).toEqual([['tag', 'DEPENDS_ON_ROLE'], ...open, ...denied]);
  });

  test('of a create has what is filled in and nothing else', () => {
    const expiry = '2026-11-28T10:00:00.000Z';
    expect(changeOf({ ...draft, tags: 'team=payments&=', ifExists: 'ADOPT', expiresAt: expiry }, null, roles)).toEqual({
      kind: 'create',
      input: {
        clusterName: 'apps-dev',
        accountId: '111122223333',
        region: 'eu-central-1',
        namespace: 'payments',
        serviceAccount: 'api',
        roleArn: role('payments-api'),
        tags: [{ key: 'team', value: 'payments' }],
        ifExists: 'ADOPT',
        expiresAt: expiry,
      },
    });
  });

  test('of an update has only what differs, and the association as it was shown', () => {
    const filled: Draft = { ...ofBound, roleArn: 'payments-api', targetRoleArn: '', disableSessionTags: 'false' };
    const expected = { clusterName: 'apps-dev', associationId: bound.associationId };
    expect(changeOf(filled, bound, roles)?.input).toEqual({
      ...expected,
      expectedModifiedAt: bound.modifiedAt,
      targetRoleArn: null,
    });
    expect(changeOf(filled, null, roles)).toBeNull();
  });

  test('of an update is shown as a diff against what is', () => {
    const change = changeOf({ ...ofBound, targetRoleArn: '', disableSessionTags: 'true' }, bound, roles);
    expect(change && diffOfChange(change, bound)).toEqual([
      { field: 'targetRoleArn', before: bound.targetRoleArn, after: null },
      { field: 'disableSessionTags', before: 'false', after: 'true' },
      { field: 'roleArn', before: bound.roleArn, after: bound.roleArn },
    ]);
  });
});

describe('the findings', () => {
  const rulesOf = (given: Draft, of: Bound | null = null) => {
    const change = changeOf(given, of, roles);
    return change && findingsOf(change, now).map(({ path, rule }) => `${path} ${rule}`);
  };

  test('are those of the gateway, by the same rules', () => {
    expect(rulesOf(draft)).toEqual([]);
    expect(rulesOf({})).toEqual(expect.arrayContaining(['clusterName not-empty', 'roleArn not-empty']));
    expect(rulesOf({ ...draft, namespace: 'A', tags: 'aws:x=y' })).toHaveLength(2);
    expect(rulesOf(ofBound, bound)).toEqual(['input something-to-change']);
    expect(rulesOf({ ...draft, expiresAt: '2026-11-27T10:01:00.000Z', expectedRevision: '1.5' })).toEqual([
      ...['expiresAt range', 'expectedRevision whole-number'],
    ]);
  });

  test('on what is still empty are shown once it is submitted', () => {
    const change = changeOf({ ...draft, namespace: '' }, null, roles);
    const findings = change ? findingsOf(change, now) : [];
    expect([false, true].map((isSubmitted) => findingsAt(findings, 'namespace', isSubmitted).length)).toEqual([0, 1]);
  });
});

describe('a request that is sent to its end', () => {
  const answered = { clientRequestToken: 't', operationId: 'o', auditEntryId: 'e', replayed: false };
  const inProgress: InProgress = { kind: 'inProgress', status: 'IN_PROGRESS', retryAfterSeconds: 3, ...answered };
  const done = { kind: 'succeeded', adopted: false, warnings: [], ...answered } as unknown as Succeeded;
  const refused = { kind: 'refused', refusal: {}, retryAfterSeconds: null, ...answered } as unknown as Refused;
  const failure = (code: string, retryable: boolean) =>
    new GatewayError(code, {
      code,
      status: 500,
      requestId: null,
      retryable,
      retryAfterSeconds: retryable ? 2 : null,
      extensions: {},
      data: null,
    });

  /** Sends with these answers, one after the other; waits are recorded and take no time. */
  async function run(answers: readonly (MutationResult | Error)[], statuses: readonly (string | null | Error)[] = []) {
    const [left, states] = [[...answers], [...statuses]];
    const take = <Value>(queue: (Value | Error)[]): Promise<Value> => {
      const next = queue.shift();
      if (next === undefined) throw new Error('No answer is left.');
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    };
    const waits: number[] = [];
    const seen: Progress[] = [];
    const requests: Requests = {
      send: () => take(left),
      statusOf: () => take(states),
      wait: async (ms) => void waits.push(ms / 1_000),
    };
    const end = await sendToEnd(requests, (one) => seen.push(one), new AbortController().signal).catch(
      (error: unknown) => error,
    );
    return { end, waits, seen, left: left.length };
  }

  test('is sent again as often as its answer is lost', async () => {
    const lost = new LostAnswerError('lost', 't', null);
    expect(await run([lost, lost, lost, done])).toMatchObject({ end: done, waits: [10, 10, 10] });
  });

  test('follows an operation in progress by reading it, and then asks for the recorded answer', async () => {
    const { end, waits, seen } = await run([inProgress, done], ['IN_PROGRESS', 'NEW_STATUS', 'SUCCEEDED']);
    expect([end, waits]).toEqual([done, [3, 3, 3]]);
    expect(seen[1]).toMatchObject({ phase: 'waiting', operationId: 'o' });
  });

  test('asks itself where the operation can’t be read', async () => {
    expect(await run([inProgress, inProgress, done], [null, new Error('lost')])).toMatchObject({ end: done });
  });

  test('waits as long as an error of the gateway says, and is sent once more after a bug', async () => {
    expect(await run([failure('LEDGER_UNAVAILABLE', true), done])).toMatchObject({ end: done, waits: [2] });
    const bug = failure('INTERNAL_SERVER_ERROR', false);
    expect(await run([bug, bug, done])).toMatchObject({ end: bug, waits: [1], left: 1 });
  });

  test('ends with a refusal, and with an error that a repetition can’t overcome', async () => {
    const denied = failure('UNAUTHENTICATED', false);
    expect((await run([refused, done])).end).toBe(refused);
    expect(await run([denied, done])).toMatchObject({ end: denied, waits: [], left: 1 });
  });

  test('ends when it is stopped', async () => {
    const abort = new AbortController();
    const send = () => {
      abort.abort(new Error('stopped'));
      return Promise.reject(new LostAnswerError('lost', 't', null));
    };
    const sent = sendToEnd({ send, statusOf: () => Promise.resolve(null) }, () => undefined, abort.signal);
    await expect(sent).rejects.toThrow('lost');
  });
});
