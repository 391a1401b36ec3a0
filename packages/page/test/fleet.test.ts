import { summaryOf } from '../src/fleet/coverage.ts';
import { elsewhereOf } from '../src/fleet/elsewhere.ts';
import { groupRows } from '../src/fleet/groups.ts';
import { tracksOf } from '../src/fleet/picture-lines.ts';
import { maxNodes, pictureOf } from '../src/fleet/picture-data.ts';
import { filtersOf, foundRows, mergedRows, placeOf, readPlace, serverFilter, signOf } from '../src/fleet/rows.ts';
import type { Row } from '../src/fleet/rows.ts';
import { intervalOf, shortInterval } from '../src/fleet/times.ts';
import { sortRows } from '../src/ui/sort.ts';

const role = (path: string, account = '111122223333') => `arn:aws:iam::${account}:role/${path}`;

const rowOf = (fields: Partial<Row> = {}): Row => ({
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: role('pods/payments/payments-api'),
  targetRoleArn: null,
  associationId: 'a-1',
  origin: 'OPERATION',
  operationId: '01KA0000000000000000000001',
  declaration: null,
  seenOtherwiseBefore: null,
  firstSeenAt: '2026-11-01T10:00:00.000Z',
  observedAt: '2026-11-01T11:00:00.000Z',
  seenOtherwiseAfter: null,
  expiresAt: null,
  ...fields,
});

describe('the search of the fleet', () => {
  const rows = [
    rowOf(),
    rowOf({ serviceAccount: 'worker', roleArn: role('pods/payments/payments-worker') }),
    rowOf({ namespace: 'search', targetRoleArn: role('shared/reader', '444455556666') }),
  ];
  const found = (text: string, filters = {}) => foundRows(rows, text, filters).map((row) => rows.indexOf(row));

  test.each([
    ['', [0, 1, 2]],
    ['PAYMENTS/api', [0]],
    ['payments-worker', [1]],
    ['apps-dev search', [2]],
    ['444455556666', [2]],
    ['01ka0000000000000000000001', [0, 1, 2]],
    ['<script>', []],
  ])('finds %j in names, ARNs and ids', (text, places) => {
    expect(found(text)).toEqual(places);
  });

  test('finds a role by its whole name, and leaves ARNs to the gateway', () => {
    expect(found('', { roleArn: 'payments-api' })).toEqual([0, 2]);
    expect(found('', { roleArn: 'api' })).toEqual([]);
    expect(serverFilter({ roleArn: 'payments-api', namespace: 'search' })).toEqual({ namespace: 'search' });
    expect(serverFilter({ roleArn: role('x') })).toEqual({ roleArn: role('x') });
  });

  test('shows a row once that both pages and searches have', () => {
    const [first, second] = [rowOf(), rowOf({ serviceAccount: 'b' })];
    expect(mergedRows([first], [{ ...first }, second])).toHaveLength(2);
  });

  test('takes only filters that the API has from a URL', () => {
    expect(filtersOf(new URLSearchParams('namespace=%20search%20&region=&sort=role&x=1'))).toEqual({
      namespace: 'search',
    });
  });
});

test('a place survives the URL, and other texts are none', () => {
  expect(readPlace(placeOf(rowOf()))).toEqual({
    accountId: '111122223333',
    region: 'eu-central-1',
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount: 'api',
  });
  expect([null, '', 'a/b/c/d', 'a/b/c/d/e/f', 'a//c/d/e'].map(readPlace)).toEqual([null, null, null, null, null]);
});

test.each([
  ['OPERATION', null, 'operation'],
  ['ADOPTED', null, 'adopted'],
  ['ADD_ON', null, 'addOn'],
  ['OUTSIDE', null, 'outside'],
  ['OUTSIDE', '2026-11-01T09:00:00.000Z', 'drift'],
  ['LATER_VALUE', null, 'unknown'],
])('an association with the origin %s, seen otherwise before: %j, has the sign %s', (origin, before, sign) => {
  expect(signOf({ origin: origin as Row['origin'], seenOtherwiseBefore: before })).toBe(sign);
});

describe('a text that names what other views have', () => {
  const viewer = 'https://issuer.example#pat';
  const leads = (text: string, id = viewer) => elsewhereOf(text, id).map(({ view, params }) => [view, params]);

  test('leads to an operation by its id, in any case', () => {
    const operation = [['trail/operation', { id: '01KA0000000000000000000001' }]];
    expect(leads(' 01ka0000000000000000000001 ')).toEqual(operation);
    expect(leads('drift-01KA0000000000000000000001')).toEqual([
      ['trail/operation', { id: 'drift-01KA0000000000000000000001' }],
    ]);
    expect(leads('approval-1')).toEqual([['approvals', { id: 'approval-1' }]]);
  });

  test('leads to the requests of a person of the same issuer, or of a whole principal id', () => {
    expect(leads('alice')).toEqual([['trail', { principalId: 'https://issuer.example#alice' }]]);
    expect(leads('https://other.example#bob')).toEqual([['trail', { principalId: 'https://other.example#bob' }]]);
    expect(leads('iam:111122223333:role/ci')).toEqual([['trail', { principalId: 'iam:111122223333:role/ci' }]]);
    expect(leads('alice', 'iam:111122223333:role/ci')).toEqual([]);
  });

  test('leads nowhere if it is an ARN, several words or a path', () => {
    expect(['', 'two words', role('x'), 'payments/api'].flatMap((text) => leads(text))).toEqual([]);
  });
});

test('groups have their counts, the largest first, and the filters that select them', () => {
  const rows = [rowOf(), rowOf({ namespace: 'search' }), rowOf({ clusterName: 'apps-prod', origin: 'OUTSIDE' })];
  expect(groupRows(rows, 'namespace')).toMatchObject([
    { name: 'payments', associations: 2, clusters: 2, roles: 1, outside: 1, filters: { namespace: 'payments' } },
    { name: 'search', associations: 1, clusters: 1, outside: 0 },
  ]);
  expect(groupRows(rows, 'role')).toMatchObject([{ name: 'payments-api', place: '111122223333 pods/payments/' }]);
});

describe('the picture', () => {
  const many = (count: number, namespaces: number, roles: number) =>
    Array.from({ length: count }, (_, index) => {
      const namespace = `team-${index % namespaces}`;
      const roleArn = role(`pods/${namespace}/role-${index % roles}`);
      return rowOf({ serviceAccount: `service-${index}`, namespace, roleArn });
    });

  test.each([
    [60, 5, 10, 'Service accounts', 'Roles'],
    [10_000, 20, 100, 'Namespaces', 'Roles'],
    [10_000, 60, 10_000, 'Namespaces', 'Paths of roles'],
    [10_000, 500, 10_000, 'Namespaces', 'Accounts of roles'],
  ])('of %i associations in %i namespaces has few enough nodes', (count, namespaces, roles, left, right) => {
    const picture = pictureOf(many(count, namespaces, roles));
    expect(picture.sides).toEqual([left, right]);
    expect(picture.left.length + picture.right.length).toBeLessThanOrEqual(maxNodes);
    const sum = picture.edges.reduce((total, { associations }) => total + associations, 0);
    expect(sum).toBe(count);
  });

  test('has a heading for each namespace of an account, and a line for each node', () => {
    const picture = pictureOf([rowOf(), rowOf({ serviceAccount: 'worker' }), rowOf({ namespace: 'search' })]);
    const { lefts, heights } = tracksOf(picture);
    expect(lefts.map(({ text }) => text)).toEqual([
      ...['payments · apps-dev · 111122223333', 'api', 'worker'],
      ...['search · apps-dev · 111122223333', 'api'],
    ]);
    expect(heights.get(`l${placeOf(rowOf({ namespace: 'search' }))}`)).toBe(4);
  });

  test('connects a service account with its role and its target role', () => {
    const { edges, right } = pictureOf([rowOf({ targetRoleArn: role('shared/reader'), origin: 'OUTSIDE' })]);
    expect(right.map(({ name }) => name).sort()).toEqual(['payments-api', 'reader']);
    expect(edges.map(({ isOutside }) => isOutside)).toEqual([true, true]);
  });
});

describe('times', () => {
  test('an association of an operation began at its outcome, another between two scans', () => {
    const seen = { seenOtherwiseBefore: '2026-11-01T09:00:00.000Z', seenOtherwiseAfter: '2026-11-01T12:00:00.000Z' };
    expect(intervalOf(rowOf(seen))).toEqual({
      began: { after: '2026-11-01T10:00:00.000Z', by: '2026-11-01T10:00:00.000Z' },
      ended: { after: '2026-11-01T11:00:00.000Z', by: '2026-11-01T12:00:00.000Z' },
    });
    const { began } = intervalOf(rowOf({ ...seen, operationId: null }));
    expect(shortInterval(began, true)).toBe('1 Nov 2026, 09:00 – 10:00 UTC');
    expect(shortInterval({ after: null, by: began.by }, true)).toBe('before 1 Nov 2026, 10:00 UTC');
    expect(shortInterval({ after: began.by, by: '2026-11-02T10:00:00.000Z' }, true)).toBe(
      '1 Nov 2026, 10:00 – 2 Nov 2026, 10:00 UTC',
    );
  });
});

test('coverage counts each cluster once, and tells those not known, those not up to date and those gone apart', () => {
  const cluster = (clusterName: string, fields: object = {}) => ({
    accountId: '111122223333',
    region: 'eu-central-1',
    clusterName,
    isKnown: true,
    failure: null,
    firstScannedAt: '2026-11-01T10:00:00Z',
    scannedAt: '2026-11-01T11:00:00Z',
    goneSince: null,
    ...fields,
  });
  const never = { isKnown: false, firstScannedAt: null, scannedAt: null };
  const summary = summaryOf([
    ...[cluster('a'), cluster('a'), cluster('b', { ...never, failure: 'AccessDeniedException' })],
    ...[cluster('c', { failure: 'ThrottlingException', scannedAt: '2026-11-01T10:30:00Z' })],
    ...[cluster('d', { goneSince: '2026-11-01T10:20:00Z', scannedAt: '2026-11-01T10:00:00Z' })],
  ]);
  expect(summary).toMatchObject({
    clusters: 4,
    oldestScanAt: '2026-11-01T10:30:00Z',
    notKnown: [{ clusterName: 'b' }],
    failed: [{ clusterName: 'c' }],
    gone: [{ clusterName: 'd' }],
  });
});

test('rows are sorted by a column, with numbers in names as numbers, and equal ones stay in their order', () => {
  const names = ['job-10', 'job-9', 'api', 'job-9'].map((name, index) => ({ name, index }));
  const columns = [{ key: 'name', sortBy: ({ name }: { name: string }) => name }, { key: 'index' }];
  const sorted = (sorting: string | null) => sortRows(names, columns, sorting).map(({ index }) => index);
  expect(sorted('name')).toEqual([2, 1, 3, 0]);
  expect(sorted('-name')).toEqual([0, 1, 3, 2]);
  expect([sorted('index'), sorted('other'), sorted(null)]).toEqual(Array(3).fill([0, 1, 2, 3]));
});
