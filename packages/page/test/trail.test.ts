import type { LineFragment } from '../src/generated/trail.ts';
import { conditionFacts, settingsDiff } from '../src/trail/settings-diff.ts';
import { csvText } from '../src/ui/csv.ts';
import { csvOf } from '../src/trail/export.ts';
import { filterOf, scopeKindOf } from '../src/trail/scope.ts';
import { fromInput, toInput, absoluteTime } from '../src/ui/time-text.ts';

const filter = (query: string) => filterOf(new URLSearchParams(query), 'issuer#alice');
const role = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';

describe('the parameters of the trail', () => {
  test.each([
    ['', { principalId: 'issuer#alice' }],
    ['principalId=issuer%23bob', { principalId: 'issuer#bob' }],
    ['operationId=01K', { operationId: '01K' }],
    ['associationArn=arn', { associationArn: 'arn' }],
    ['scope=gateway', { gateway: 'ALL_ENTRIES' }],
    [
      'clusterName=apps-dev&namespace=payments',
      { clusterName: 'apps-dev', namespace: 'payments', accountId: null, region: null, serviceAccount: null },
    ],
  ])('%p names a scope', (query, scope) => {
    expect(filter(query)?.scope).toEqual('clusterName' in scope ? { cluster: scope } : scope);
  });

  test.each(['scope=cluster', 'scope=operation', 'scope=association'])('%s lacks what to read', (query) => {
    expect(filter(query)).toBeNull();
  });

  test('a scope that no version knows is that of the other parameters', () => {
    expect(scopeKindOf(new URLSearchParams('scope=constructor&operationId=1'))).toBe('operation');
  });

  test('filters are lists or texts, and absent where they are empty', () => {
    expect(filter('events=DENIED,INTENT&policyId=p&refusalCodes=')).toMatchObject({
      events: ['DENIED', 'INTENT'],
      policyId: 'p',
      refusalCodes: undefined,
      since: undefined,
    });
  });
});

const entry = (fields: Partial<LineFragment>) => ({ ...line, ...fields });
const line: LineFragment = {
  id: '1.2',
  time: '2026-11-27T10:00:00.000Z',
  event: 'DENIED',
  operationId: '1',
  operationKind: 'CREATE_POD_IDENTITY_ASSOCIATION',
  principal: { principalId: 'issuer#alice', kind: 'USER' },
  actor: null,
  onBehalfOf: null,
  target: null,
  cluster: null,
  request: null,
  reason: null,
  declaration: null,
  refusalCode: null,
  message: null,
  associationArn: null,
  approvalId: null,
};

test('CSV quotes commas, quotes and lines, makes no formula of a text, and has the cluster of an entry about one', () => {
  const [head, ...rows] = csvOf([
    entry({ reason: 'a "quoted", long\nreason' }),
    entry({ message: '=HYPERLINK("https://evil.example")' }),
    entry({ cluster: { accountId: '111122223333', region: 'eu-central-1', clusterName: 'lost-dev' } }),
  ]).split(/\r\n/);
  expect(head?.split(',')).toHaveLength(18);
  expect(rows[0]).toContain('"a ""quoted"", long\nreason"');
  expect(rows[2]).toContain(',111122223333,eu-central-1,lost-dev,,');
  expect(rows[1]).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
});

describe('the differences of an entry', () => {
  const before = { roleArn: role, targetRoleArn: null, disableSessionTags: false, policy: null };
  const snapshot = { ...before, associationId: 'a-1', modifiedAt: line.time };
  const conditions = { ifExists: null, expectedRevision: null, expectedModifiedAt: null };
  const changed = { roleArn: null, disableSessionTags: true, tags: [], changes: [], expiresAt: null };
  const request = { ...before, ...changed, ...conditions };

  test('those of an update are the fields that it changes', () => {
    const fields = settingsDiff({
      operationKind: 'UPDATE_POD_IDENTITY_ASSOCIATION',
      before: snapshot,
      request: { ...request, changes: ['disableSessionTags'] },
    });
    expect(fields[0]).toEqual({ field: 'disableSessionTags', before: 'false', after: 'true' });
    expect(fields.slice(1)).toEqual([{ field: 'roleArn', before: role, after: role }]);
  });

  test('a delete takes away what was there', () => {
    const fields = settingsDiff({ operationKind: 'DELETE_POD_IDENTITY_ASSOCIATION', before: snapshot, request });
    expect(fields).toContainEqual({ field: 'roleArn', before: role, after: null });
  });

  test('a create sets its fields and tags', () => {
    const created = { ...request, roleArn: role, tags: [{ key: 'team', value: 'payments' }] };
    const fields = settingsDiff({ operationKind: 'CREATE_POD_IDENTITY_ASSOCIATION', before: null, request: created });
    expect(fields).toContainEqual({ field: 'tags.team', before: null, after: 'payments' });
  });
});

test('what a request depends on is shown: adoption, revision and version', () => {
  const conditions = { ifExists: 'ADOPT', expectedRevision: 0, expectedModifiedAt: line.time } as const;
  expect(Object.values(conditionFacts(conditions))).toEqual(['it is adopted, if it is equal', 0, line.time]);
  const none = { ifExists: null, expectedRevision: null, expectedModifiedAt: null };
  expect(Object.values(conditionFacts(none))).toEqual([null, null, null]);
});

test('a time is shown with its zone', () => {
  expect(absoluteTime('2026-11-27T22:15:03.000Z', true)).toBe('27 Nov 2026, 22:15:03 UTC');
  expect(absoluteTime('2026-11-27T22:15:03.000Z', false)).toMatch(/, \d{2}:\d{2}:03 (UTC|GMT|[A-Z]{2,5})([+-]\d+)?/);
});

test('a time of an input is that of the chosen time zone', () => {
  expect(toInput('2026-11-27T10:00:31.000Z', true)).toBe('2026-11-27T10:00');
  expect(fromInput('2026-11-27T10:00', true)).toBe('2026-11-27T10:00:00.000Z');
  expect(fromInput(toInput('2026-11-27T10:00:00.000Z', false), false)).toBe('2026-11-27T10:00:00.000Z');
  expect([toInput('soon', true), fromInput('', true)]).toEqual(['', null]);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '  =1', '\t=1', '\uFF1D1'])(
  'a cell of a CSV file is not a formula: %j',
  (text) => {
    const [, cell] = csvText([['text', (row: string) => row]], [text]).split('\r\n');
    expect(cell?.replace(/^"/, '').startsWith("'")).toBe(true);
  },
);
