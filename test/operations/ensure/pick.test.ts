import type { Association } from '../../../src/model/association.ts';
import { differencesOf, pick } from '../../../src/operations/ensure/pick.ts';
import type { KnownAssociation } from '../../../src/operations/ensure/pick.ts';
import type { DesiredAssociation } from '../../../src/validation/ensure.ts';

const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps' };
const target = { ...cluster, namespace: 'payments', serviceAccount: 'api' };
const settings = { roleArn: 'role/a', targetRoleArn: null, disableSessionTags: false, policy: null };
const own = { key: 'pod-identity-gateway/operation', value: 'op' };
const association: Association = {
  ...target,
  ...settings,
  ...{
    associationId: 'a-1',
    associationArn: 'arn',
    createdAt: '2026-01-01T00:00:00Z',
    externalId: null,
    ownerArn: null,
  },
  modifiedAt: '2026-01-02T00:00:00Z',
  disableSessionTags: null,
  tags: [own, { key: 'team', value: 'x' }],
};
const desired: DesiredAssociation = { ...settings, tags: null };
const equal: KnownAssociation = { revision: 3, association, expiresAt: null, isOwn: true, isConfirmed: true };
const foreign = { isOwn: false, isConfirmed: false };
const team = { key: 'team', value: 'x' };
const soon = '2026-01-03T00:00:00Z';

const picked = (wanted: Partial<DesiredAssociation> | null, known: Partial<KnownAssociation>, takeOver = false) =>
  pick({ target, association: wanted && { ...desired, ...wanted }, takeOver }, { ...equal, ...known });

test.each([
  ['nothing, if there is none as desired', null, { association: null }, false, 'NONE'],
  ['a delete, if there is one and none is desired', null, {}, false, 'DELETE'],
  ['a create, if there is none', {}, { association: null }, false, 'CREATE'],
  ['nothing, if it is as desired', {}, {}, false, 'NONE'],
  ['nothing, if it is as desired and of others', {}, foreign, false, 'NONE'],
  ['an adoption, if that is to be taken over', {}, foreign, true, 'ADOPT'],
  ['nothing, if its own is to be taken over', {}, {}, true, 'NONE'],
  ['an update, if a setting differs', { roleArn: 'role/b' }, {}, false, 'UPDATE'],
  ['an update, also of what is taken over', { roleArn: 'role/b' }, foreign, true, 'UPDATE'],
  ['settings before tags', { roleArn: 'role/b', tags: [] }, {}, false, 'UPDATE'],
  ['an adoption before tags of what is taken over', { tags: [] }, foreign, true, 'ADOPT'],
  ['an adoption before an expiry of what is taken over', { expiresAt: soon }, foreign, true, 'ADOPT'],
  ['an update, if the expiry differs', { expiresAt: soon }, {}, false, 'UPDATE'],
  ['an adoption before an expiry of a version of others', { expiresAt: soon }, { isConfirmed: false }, false, 'ADOPT'],
  [
    'nothing, if it ends then, written otherwise',
    { expiresAt: soon },
    { expiresAt: '2026-01-03T01:00:00+01:00' },
    false,
    'NONE',
  ],
  ['nothing, if no expiry is named', {}, { expiresAt: soon }, false, 'NONE'],
  ['an update, if none is to be left', { expiresAt: null }, { expiresAt: soon }, false, 'UPDATE'],
  ['tags to set before tags to remove', { tags: [{ key: 'new', value: '' }] }, {}, false, 'TAG'],
  ['tags to remove, if all to set are there', { tags: [] }, {}, false, 'UNTAG'],
  ['nothing, if the tags are equal besides the own one', { tags: [team] }, {}, false, 'NONE'],
] as const)('picks %s', (_, wanted, known, takeOver, change) => {
  expect(picked(wanted, known, takeOver).change).toBe(change);
});

test('names only what differs, and demands all that was read', () => {
  expect(picked({ roleArn: 'role/b', tags: [] }, {}).to).toEqual({
    operation: 'UPDATE_POD_IDENTITY_ASSOCIATION',
    request: {
      ...cluster,
      ...{ associationId: 'a-1', expectedModifiedAt: association.modifiedAt, expectedRevision: 3 },
      changes: { roleArn: 'role/b' },
    },
  });
  expect(picked({ tags: [{ key: 'team', value: 'y' }] }, {}).to?.request).toMatchObject({
    ...{ expectedRevision: 3, expectedTags: [team], tags: [{ key: 'team', value: 'y' }] },
  });
  expect(picked(null, {}).to?.request).toMatchObject({
    expectedRevision: 3,
    expectedModifiedAt: association.modifiedAt,
  });
  expect(picked({}, { association: null }).to?.request).toEqual({
    ...target,
    ...settings,
    tags: [],
    expectedRevision: 3,
  });
});

test('removes tags first where there is no room for those to set', () => {
  const many = (name: string) => Array.from({ length: 49 }, (_, index) => ({ key: `${name}${index}`, value: '' }));
  const full = { association: { ...association, tags: [own, ...many('a')] } };
  expect(picked({ tags: many('b') }, full).change).toBe('UNTAG');
});

test('names the differences of settings, expiry and tags', () => {
  const wanted = { ...desired, roleArn: 'role/b', expiresAt: soon, tags: [] };
  expect(differencesOf(wanted, equal)).toEqual([
    { field: 'roleArn', requested: 'role/b', existing: 'role/a' },
    { field: 'expiresAt', requested: soon, existing: null },
    { field: 'tags.team', requested: null, existing: 'x' },
  ]);
});
