import type { AssociationFilter } from '../../../../src/generated/types.ts';
import type { FleetAssociationQuery, FleetRowFragment } from '../generated/fleet.ts';

/** An association in the list. */
export type Row = FleetRowFragment;

/** An association with all its settings. */
export type Association = NonNullable<FleetAssociationQuery['associations']>['nodes'][number];

/** Parameters of the list that show less of it; null leaves a parameter out. */
export type Selection = Readonly<Record<string, string | null>>;

/** A sign of who made an association, among those of all views. */
export type Sign = 'operation' | 'adopted' | 'addOn' | 'outside' | 'drift' | 'unknown';

/** A service account of a cluster, which has one association at most. */
export type Place = Pick<Row, 'accountId' | 'region' | 'clusterName' | 'namespace' | 'serviceAccount'>;

/** A place as the value of a parameter; none of its parts can contain a slash. */
export function placeOf({ accountId, region, clusterName, namespace, serviceAccount }: Place): string {
  return [accountId, region, clusterName, namespace, serviceAccount].join('/');
}

/** Reads what {@link placeOf} wrote; null if it is something else. */
export function readPlace(text: string | null): Place | null {
  const [accountId, region, clusterName, namespace, serviceAccount, ...rest] = text?.split('/') ?? [];
  if (!accountId || !region || !clusterName || !namespace || !serviceAccount || rest.length > 0) return null;
  return { accountId, region, clusterName, namespace, serviceAccount };
}

/** The fields that the list can be filtered by, as the API and the URL name them. */
export const filterFields = [
  ...['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'],
  ...['roleArn', 'origin', 'declaration'],
] as const satisfies readonly (keyof AssociationFilter)[];

/** Values of filters. */
export type Filters = Readonly<Partial<Record<keyof AssociationFilter, string>>>;

/** The filters in the parameters of a URL. */
export function filtersOf(params: URLSearchParams): Filters {
  const entries = filterFields.map((name) => [name, params.get(name)?.trim()] as const);
  return Object.fromEntries(entries.filter(([, value]) => value));
}

/**
 * The filters that the server applies. A role by its name alone is found among the rows that are
 * loaded.
 */
export function serverFilter({ roleArn, ...filters }: Filters): AssociationFilter {
  return { ...filters, ...(isArn(roleArn) && { roleArn }) } as AssociationFilter;
}

function isArn(text: string | undefined): boolean {
  return text?.startsWith('arn:') ?? false;
}

const searchTexts = new WeakMap<Row, string>();

/** What a search looks at, in lower case. */
function searchText(row: Row): string {
  const known = searchTexts.get(row);
  if (known !== undefined) return known;
  const ids = [row.roleArn, row.targetRoleArn, row.operationId, row.associationId, row.declaration];
  const text = [placeOf(row), ...ids.filter((id) => id !== null)].join(' ').toLowerCase();
  searchTexts.set(row, text);
  return text;
}

/**
 * The rows that contain all words of a text, and have a role of the name that the filters ask for.
 */
export function foundRows(rows: readonly Row[], text: string, { roleArn }: Filters = {}): readonly Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const role = roleArn !== undefined && !isArn(roleArn) ? `/${roleArn.toLowerCase()}` : null;
  if (words.length === 0 && role === null) return rows;
  return rows.filter((row) => {
    const inRow = searchText(row);
    const hasRole = role === null || [row.roleArn, row.targetRoleArn].some((arn) => arn?.toLowerCase().endsWith(role));
    return hasRole && words.every((word) => inRow.includes(word));
  });
}

/** Rows and others that they lack, without repetitions. */
export function mergedRows(rows: readonly Row[], others: readonly Row[]): readonly Row[] {
  if (others.length === 0) return rows;
  return [...new Map([...rows, ...others].map((row) => [placeOf(row), row])).values()];
}

/**
 * The sign of who made an association. Drift: others made or changed it after its service account
 * had been seen otherwise. What was there before the first scan may be older than the gateway.
 */
export function signOf({ origin, seenOtherwiseBefore }: Pick<Row, 'origin' | 'seenOtherwiseBefore'>): Sign {
  const signs: Readonly<Record<string, Sign>> = { OPERATION: 'operation', ADOPTED: 'adopted', ADD_ON: 'addOn' };
  if (origin === 'OUTSIDE') return seenOtherwiseBefore === null ? 'outside' : 'drift';
  return signs[origin] ?? 'unknown';
}

/** Whether no operation of the gateway explains the association. */
export function isOutside({ origin }: Pick<Row, 'origin'>): boolean {
  return origin === 'OUTSIDE';
}
