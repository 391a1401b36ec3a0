import { partsOfArn } from '../ui/arn-parts.ts';
import { Arn } from '../ui/arn.tsx';
import { ClusterName } from '../ui/cluster-name.tsx';
import { State } from '../ui/state.tsx';
import type { Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { InForce } from './between.tsx';
import type { Group } from './groups.ts';
import { isOutside, signOf } from './rows.ts';
import type { Row } from './rows.ts';

const origin: Column<Row> = {
  key: 'origin',
  label: 'Origin',
  width: '128px',
  isWide: true,
  cell: (row) => <State name={signOf(row)} />,
  sortBy: signOf,
};

const ofBoth: readonly Column<Row>[] = [
  {
    key: 'serviceAccount',
    label: 'Service account',
    width: 'minmax(0, 1.8fr)',
    cell: (row) => (
      <span title={row.serviceAccount}>
        {isOutside(row) && (
          <span class="if-narrow">
            <State name={signOf(row)}>
              <span class="sr-only">{signOf(row)}</span>
            </State>
          </span>
        )}
        <bdi>{row.serviceAccount}</bdi>
        <span class="muted second if-narrow">
          <ClusterName place={row} /> <bdi>{row.namespace}</bdi>
        </span>
      </span>
    ),
    sortBy: ({ serviceAccount }) => serviceAccount,
  },
  {
    key: 'namespace',
    label: 'Namespace',
    width: 'minmax(0, 1.3fr)',
    isWide: true,
    cell: ({ namespace }) => <bdi title={namespace}>{namespace}</bdi>,
    sortBy: ({ namespace }) => namespace,
  },
  {
    key: 'role',
    label: 'Role',
    width: 'minmax(0, 2fr)',
    cell: ({ roleArn, expiresAt }) => (
      <>
        <Arn arn={roleArn} />
        {expiresAt !== null && (
          <span class="second if-narrow">
            <State name="expiring">
              ends <Time at={expiresAt} />
            </State>
          </span>
        )}
      </>
    ),
    sortBy: ({ roleArn }) => partsOfArn(roleArn).name,
  },
  {
    key: 'cluster',
    label: 'Cluster',
    width: 'minmax(0, 1.8fr)',
    isWide: true,
    cell: (row) => <ClusterName place={row} />,
    sortBy: ({ clusterName }) => clusterName,
  },
  {
    key: 'account',
    label: 'Account, region',
    width: 'minmax(126px, 1.6fr)',
    isWide: true,
    cell: ({ accountId, region }) => (
      <span title={`${accountId} ${region}`}>
        {accountId} <span class="muted">{region}</span>
      </span>
    ),
    sortBy: ({ accountId, region }) => `${accountId} ${region}`,
  },
  origin,
];

/** The columns of the latest state. */
export const latestColumns: readonly Column<Row>[] = [
  ...ofBoth,
  {
    key: 'ends',
    label: 'Ends',
    width: '104px',
    isWide: true,
    cell: ({ expiresAt }) =>
      expiresAt !== null && (
        <State name="expiring">
          <Time at={expiresAt} />
        </State>
      ),
    // What does not end comes last.
    sortBy: ({ expiresAt }) => expiresAt ?? '9999',
  },
  {
    key: 'seen',
    label: 'Seen',
    width: '72px',
    isWide: true,
    cell: ({ observedAt }) => <Time at={observedAt} narrow />,
    sortBy: ({ observedAt }) => observedAt,
  },
];

/** The columns as of a time in the past: what ends now says nothing of then. */
export const pastColumns: readonly Column<Row>[] = [
  ...ofBoth,
  {
    key: 'since',
    label: 'Began',
    width: 'minmax(0, 3fr)',
    isWide: true,
    cell: (row) => <InForce row={row} isShort />,
    sortBy: ({ firstSeenAt }) => firstSeenAt,
  },
];

const number = (key: 'associations' | 'clusters' | 'namespaces' | 'roles', label: string): Column<Group> => ({
  key,
  label,
  width: 'minmax(64px, 1fr)',
  isWide: key !== 'associations',
  cell: (group) => group[key].toLocaleString('en'),
  sortBy: (group) => group[key],
});

/** The columns of groups. */
export const groupColumns: readonly Column<Group>[] = [
  {
    key: 'name',
    label: 'Group',
    width: 'minmax(0, 3fr)',
    cell: ({ name, place }) => (
      <span title={`${name} ${place}`.trim()}>
        <bdi>{name}</bdi> <bdi class="muted">{place}</bdi>
      </span>
    ),
    sortBy: ({ name }) => name,
  },
  number('associations', 'Associations'),
  number('clusters', 'Clusters'),
  number('namespaces', 'Namespaces'),
  number('roles', 'Roles'),
  {
    key: 'outside',
    label: 'Made outside',
    width: '128px',
    cell: ({ outside }) => outside > 0 && <State name="outside">{outside.toLocaleString('en')}</State>,
    sortBy: ({ outside }) => -outside,
  },
];
