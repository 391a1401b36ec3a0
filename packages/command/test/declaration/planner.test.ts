import { clusterKeyOf } from '../../src/declaration/declaration.ts';
import type { Desired } from '../../src/declaration/declaration.ts';
import { deletionsOf } from '../../src/declaration/deletions.ts';
import { differenceOf } from '../../src/declaration/planner.ts';
import type { DifferenceInput, Observed } from '../../src/declaration/planner.ts';

const target = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
};
const settings = {
  roleArn: 'arn:aws:iam::111122223333:role/a',
  targetRoleArn: null,
  disableSessionTags: false,
  policy: null,
};
const tags = { team: 'payments' };
const desired: Desired = {
  ...target,
  ...settings,
  tags,
  expiresAt: null,
  expiresAfter: null,
  reason: 'why',
  place: { file: 'a.yaml', line: 4, column: 5 },
};
const observed: Observed = {
  ...target,
  ...settings,
  tags: { ...tags, 'pod-identity-gateway/operation': '01J' },
  associationId: 'a-1',
  createdAt: '2026-11-27T10:00:00.000Z',
  modifiedAt: '2026-11-27T10:00:00.000Z',
  expiresAt: null,
  origin: 'OPERATION',
  ownerArn: null,
  declaration: 'n',
};
const other = { roleArn: 'arn:aws:iam::111122223333:role/b' };
const add = { origin: 'ADD_ON', ownerArn: 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/csi/1' };
const versions = { associationId: 'a-1', expectedModifiedAt: observed.modifiedAt, expectedRevision: null };
const stated = { ...settings, tags };

const differ = (change: Partial<DifferenceInput>) =>
  differenceOf({
    desired: [desired],
    observed: [observed],
    orphans: [],
    unobserved: new Map(),
    adopt: false,
    prune: false,
    now: Date.parse('2026-11-28T10:00:00.000Z'),
    ...change,
  });

const nothing = { changes: [], denied: [], unchanged: [], unadopted: 0, ended: 0, leftOver: [], otherTags: [] };
const unchanged = [{ target, state: stated }];

test.each<[string, Partial<DifferenceInput>, object]>([
  ['an equal association is unchanged', {}, { unchanged }],
  [
    'a missing association is created',
    { observed: [] },
    { changes: [{ action: 'create', target, associationId: null, before: null, after: stated, reason: 'why' }] },
  ],
  [
    'another role is an update of the observed version, with its reason',
    { desired: [{ ...desired, ...other }] },
    {
      changes: [
        { action: 'update', target, ...versions, before: stated, after: { ...stated, ...other }, reason: 'why' },
      ],
    },
  ],
  [
    'policies that mean the same are equal',
    { desired: [{ ...desired, policy: '{"a":1,"b":2}' }], observed: [{ ...observed, policy: '{ "b": 2, "a": 1 }' }] },
    { unchanged: [{ target, state: { ...stated, policy: '{ "b": 2, "a": 1 }' } }] },
  ],
  [
    'other tags are a change, and are named',
    { desired: [{ ...desired, tags: { team: 'x' } }] },
    {
      changes: [
        {
          action: 'tag',
          target,
          ...versions,
          before: stated,
          after: { ...stated, tags: { team: 'x' } },
          reason: 'why',
        },
      ],
      otherTags: [{ ...target, added: {}, changed: { team: { before: 'payments', after: 'x' } }, removed: {} }],
    },
  ],
  [
    'other tags and another role are three changes, each of what the one before leaves',
    { desired: [{ ...desired, ...other, tags: { owner: 'x' } }] },
    {
      changes: [
        { action: 'tag', ...versions, before: stated, after: { ...stated, tags: { ...tags, owner: 'x' } } },
        {
          action: 'untag',
          ...versions,
          before: { ...stated, tags: { ...tags, owner: 'x' } },
          after: { ...stated, tags: { owner: 'x' } },
        },
        {
          action: 'update',
          ...versions,
          before: { ...stated, tags: { owner: 'x' } },
          after: { ...stated, ...other, tags: { owner: 'x' } },
        },
      ],
      otherTags: [{ ...target, added: { owner: 'x' }, removed: tags }],
    },
  ],
  [
    'an association from outside with other tags is adopted before they are changed',
    { desired: [{ ...desired, tags: {} }], observed: [{ ...observed, origin: 'OUTSIDE' }], adopt: true },
    {
      changes: [
        { action: 'adopt', before: stated, after: stated },
        { action: 'untag', before: stated, after: { ...stated, tags: {} } },
      ],
      otherTags: [{ removed: tags }],
    },
  ],
  [
    'other tags of an association of an add-on are denied',
    { desired: [{ ...desired, tags: {} }], observed: [{ ...observed, ...add }] },
    {
      denied: [{ action: 'untag', target, before: stated, reasons: [expect.stringContaining('add-on')] }],
      otherTags: [{ removed: tags }],
    },
  ],
  [
    'an equal association from outside is unchanged',
    { observed: [{ ...observed, origin: 'OUTSIDE', declaration: null }] },
    { unchanged, unadopted: 1 },
  ],
  [
    'an equal association from outside is adopted if that is wanted',
    { observed: [{ ...observed, origin: 'OUTSIDE', declaration: null }], adopt: true },
    { changes: [{ action: 'adopt', target, ...versions, before: stated, after: stated }] },
  ],
  [
    'a different association from outside is updated',
    {
      desired: [{ ...desired, ...other }],
      observed: [{ ...observed, origin: 'OUTSIDE', declaration: null }],
      adopt: true,
    },
    { changes: [{ action: 'update' }] },
  ],
  [
    'an equal association of an add-on is unchanged',
    { observed: [{ ...observed, ...add }], adopt: true },
    { unchanged },
  ],
  [
    'a different association of an add-on is denied',
    { desired: [{ ...desired, ...other }], observed: [{ ...observed, ...add }] },
    { denied: [{ action: 'update', target, before: stated, reasons: [expect.stringContaining('add-on')] }] },
  ],
  [
    'nothing is planned in a cluster that was not observed',
    { observed: [], unobserved: new Map([['111122223333/eu-central-1/apps-dev', 'Not observed.']]) },
    { denied: [{ action: null, target, before: null, reasons: ['Not observed.'] }] },
  ],
  [
    'an expiry is a part of a create',
    { desired: [{ ...desired, expiresAfter: '1d' }], observed: [] },
    { changes: [{ action: 'create', after: { ...stated, expiresAt: '2026-11-29T10:00:00.000Z' } }] },
  ],
  [
    'another expiry alone is an update',
    {
      desired: [{ ...desired, expiresAt: '2026-12-01T00:00:00+01:00' }],
      observed: [{ ...observed, expiresAt: '2026-11-30T00:00:00.000Z' }],
    },
    {
      changes: [
        {
          action: 'update',
          before: { ...stated, expiresAt: '2026-11-30T00:00:00.000Z' },
          after: { ...stated, expiresAt: '2026-11-30T23:00:00.000Z' },
        },
      ],
    },
  ],
  [
    'an update repeats the expiry of its binding',
    {
      desired: [{ ...desired, ...other, expiresAfter: '30d' }],
      observed: [{ ...observed, expiresAt: '2026-12-27T10:00:00.000Z' }],
    },
    { changes: [{ action: 'update', after: { ...stated, ...other, expiresAt: '2026-12-27T10:00:00.000Z' } }] },
  ],
  [
    'a binding that has ended is not made again',
    { desired: [{ ...desired, expiresAt: '2026-11-28T09:00:00Z' }], observed: [] },
    { ended: 1 },
  ],
  [
    'an expiry that is over cannot be set',
    { desired: [{ ...desired, expiresAfter: '1h' }] },
    { denied: [{ action: 'update', reasons: [expect.stringContaining('2026-11-27T11:00:00.000Z is over')] }] },
  ],
  [
    'an association from outside has to be adopted before it can expire',
    { desired: [{ ...desired, expiresAfter: '30d' }], observed: [{ ...observed, origin: 'OUTSIDE' }] },
    { denied: [{ action: 'update', reasons: [expect.stringContaining('--adopt')] }] },
  ],
  [
    'what the declaration lost is left over without prune',
    { desired: [], orphans: [observed] },
    { leftOver: unchanged },
  ],
  [
    'what the declaration lost is not deleted in a cluster of which it is not known what exists',
    { desired: [], orphans: [observed], prune: true, unobserved: new Map([[clusterKeyOf(target), 'never scanned']]) },
    { denied: [{ action: 'delete', target, before: stated, reasons: ['never scanned'] }] },
  ],
  [
    'what the declaration lost is deleted with prune',
    { desired: [], orphans: [observed], prune: true },
    { changes: [{ action: 'delete', target, ...versions, before: stated, after: null }] },
  ],
])('%s', (_, change, expected) => {
  expect(differ(change)).toMatchObject({ ...nothing, ...expected });
});

describe('deletes', () => {
  const deletes = (count: number, size: number) => {
    const all = Array.from({ length: count }, (_, index) => ({ ...observed, serviceAccount: `s${index}` }));
    const { changes } = differ({ desired: [], orphans: all, prune: true });
    return deletionsOf(changes, { '111122223333/eu-central-1/apps-dev': size });
  };

  test.each([
    ['10 of 1,000 need no confirmation', 10, 1_000, 0],
    ['11 of 1,000 need one', 11, 1_000, 1],
    ['5 % of a cluster need none', 5, 100, 0],
    ['more than 5 % of a cluster need one', 6, 100, 1],
    ['both limits give their reasons', 20, 100, 2],
  ])('%s', (_, count, size, reasons) => {
    expect(deletes(count, size)).toMatchObject({ count, reasons: { length: reasons } });
  });
});
