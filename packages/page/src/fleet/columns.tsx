import { partsOfArn } from '../ui/arn-parts.ts';
import { Arn, ClusterName } from '../ui/arn.tsx';
import { column, wideColumn } from '../ui/columns.tsx';
import type { Column } from '../ui/columns.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { Ends, InForce } from './between.tsx';
import type { Group } from './groups.ts';
import { isOutside, signOf } from './rows.ts';
import type { Row } from './rows.ts';

const ofBoth: readonly Column<Row>[] = [
  column(
    'serviceAccount',
    'Service account',
    'minmax(0, 1.8fr)',
    (row) => (
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
    ({ serviceAccount }) => serviceAccount,
  ),
  wideColumn(
    'namespace',
    'Namespace',
    'minmax(0, 1.3fr)',
    ({ namespace }) => <bdi title={namespace}>{namespace}</bdi>,
    ({ namespace }) => namespace,
  ),
  column(
    'role',
    'Role',
    'minmax(0, 2fr)',
    ({ roleArn, expiresAt }) => (
      <>
        <Arn arn={roleArn} />
        {expiresAt !== null && (
          <span class="second if-narrow">
            <Ends at={expiresAt} word="ends " />
          </span>
        )}
      </>
    ),
    ({ roleArn }) => partsOfArn(roleArn).name,
  ),
  wideColumn(
    'cluster',
    'Cluster',
    'minmax(0, 1.8fr)',
    (row) => <ClusterName place={row} />,
    ({ clusterName }) => clusterName,
  ),
  wideColumn(
    'account',
    'Account, region',
    'minmax(126px, 1.6fr)',
    ({ accountId, region }) => (
      <span title={`${accountId} ${region}`}>
        {accountId} <span class="muted">{region}</span>
      </span>
    ),
    ({ accountId, region }) => `${accountId} ${region}`,
  ),
  wideColumn('origin', 'Origin', '128px', (row) => <State name={signOf(row)} />, signOf),
];

/** The columns of the latest state; what does not end comes last in the order of ends. */
export const latestColumns: readonly Column<Row>[] = [
  ...ofBoth,
  wideColumn(
    'ends',
    'Ends',
    '104px',
    ({ expiresAt }) => <Ends at={expiresAt} />,
    ({ expiresAt }) => expiresAt ?? '9999',
  ),
  wideColumn(
    'seen',
    'Seen',
    '72px',
    ({ observedAt }) => <Time at={observedAt} narrow />,
    ({ observedAt }) => observedAt,
  ),
];

/** The columns as of a time in the past: what ends now says nothing of then. */
export const pastColumns: readonly Column<Row>[] = [
  ...ofBoth,
  wideColumn(
    'since',
    'Began',
    'minmax(0, 3fr)',
    (row) => <InForce row={row} isShort />,
    ({ firstSeenAt }) => firstSeenAt,
  ),
];

const count = (key: 'associations' | 'clusters' | 'namespaces' | 'roles', label: string): Column<Group> => ({
  ...column(
    key,
    label,
    'minmax(64px, 1fr)',
    (group) => group[key].toLocaleString('en'),
    (group) => group[key],
  ),
  isWide: key !== 'associations',
});

/** The columns of groups. */
export const groupColumns: readonly Column<Group>[] = [
  column(
    'name',
    'Group',
    'minmax(0, 3fr)',
    ({ name, place }) => (
      <span title={`${name} ${place}`.trim()}>
        <bdi>{name}</bdi> <bdi class="muted">{place}</bdi>
      </span>
    ),
    ({ name }) => name,
  ),
  count('associations', 'Associations'),
  count('clusters', 'Clusters'),
  count('namespaces', 'Namespaces'),
  count('roles', 'Roles'),
  column(
    'outside',
    'Made outside',
    '128px',
    ({ outside }) => outside > 0 && <State name="outside">{outside.toLocaleString('en')}</State>,
    ({ outside }) => -outside,
  ),
];
