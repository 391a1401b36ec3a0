import type { AssociationFilter, QueryAssociationsArgs } from '../../generated/types.ts';
import type { AssociationTarget, ClusterRef } from '../../model/association.ts';
import type { Finding } from '../../model/refusal.ts';
import {
  accountIdFindings,
  clusterNameFindings,
  namespaceFindings,
  regionFindings,
  serviceAccountFindings,
} from '../../validation/names.ts';
import { declarationFindings } from '../../validation/free-texts.ts';
import { firstFindings, firstOf, invalidCursor } from '../../validation/paging.ts';
import type { Filters } from '../../validation/paging.ts';
import { roleArnFindings } from '../../validation/role-arns.ts';
import { hasRoleName, roleNameFindings } from '../../validation/role-names.ts';
import { parseTimestamp } from '../../validation/timestamps.ts';
import type { SeenAssociation } from './at.ts';
import { isPlace } from './candidates.ts';
import type { Cursors } from '../terms/cursors.ts';
import type { QueryFailure } from '../terms/query-result.ts';

/** A validated query for associations. */
export interface AssociationQuery {
  readonly kind: 'valid';
  readonly filter: Filters<AssociationFilter>;
  /** Milliseconds since the epoch; null: now. */
  readonly asOf: number | null;
  readonly first: number;
  /** The place from which on to read. */
  readonly from: string;
  /** Identifies the query in cursors. */
  readonly name: string;
  /** Whether the filter selects a cluster or a service account, as far as its names tell. */
  readonly matches: (target: ClusterRef & Partial<AssociationTarget>) => boolean;
  /** Whether the filter accepts an association as it was seen. */
  readonly accepts: (seen: SeenAssociation) => boolean;
}

const targetFields = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'] as const;

/** Validates a query. `now` is in milliseconds since the epoch. */
export async function validateAssociations(
  cursors: Cursors,
  input: QueryAssociationsArgs,
  now: number,
): Promise<AssociationQuery | Extract<QueryFailure, { kind: 'invalid' }>> {
  const filter = filterOf(input);
  const given = filterNames.flatMap((field) => {
    const value = filter[field] ?? null;
    return value === null ? [] : [{ field, value }];
  });
  const asOf = input.asOf ? parseTimestamp(input.asOf) : null;
  const name = JSON.stringify(['associations', given.map(({ field, value }) => [field, value]), asOf]);
  const read = await cursors.open(name, input.after);
  const position = read?.kind === 'position' ? read.position : '';
  const isValid = isPlace(position);
  const broken = isValid ? read : invalidCursor;
  const findings = [
    ...given.flatMap(({ field, value }) =>
      filters[field].findings(value).map((finding) => ({ ...finding, path: `filter.${field}` })),
    ),
    ...(asOf !== null && asOf > now ? [inTheFuture] : []),
    ...firstFindings(input),
    ...(broken?.kind === 'invalid' ? [broken.finding] : []),
  ];
  if (findings.length > 0) return { kind: 'invalid', findings };
  const places = targetFields.filter((field) => filter[field] !== null);
  return {
    kind: 'valid',
    filter,
    name,
    first: firstOf(input),
    asOf: asOf === null ? null : Math.floor(asOf),
    from: isValid ? position : '',
    matches: (target) => places.every((field) => target[field] === undefined || target[field] === filter[field]),
    accepts: (seen) => given.every(({ field, value }) => filters[field].accepts(value, seen)),
  };
}

/** How a field of the filter is checked, and whether it accepts what was seen. */
interface FilterField {
  readonly findings: (value: string) => readonly Finding[];
  readonly accepts: (value: string, seen: SeenAssociation) => boolean;
}

const place = (name: (typeof targetFields)[number], findings: FilterField['findings']): FilterField => ({
  findings,
  accepts: (value, { association }) => association[name] === value,
});

/** One row for each field of the filter, which the schema can't gain without one. */
const filters: Readonly<Record<keyof AssociationFilter, FilterField>> = {
  accountId: place('accountId', accountIdFindings),
  region: place('region', regionFindings),
  clusterName: place('clusterName', clusterNameFindings),
  namespace: place('namespace', namespaceFindings),
  serviceAccount: place('serviceAccount', serviceAccountFindings),
  roleArn: {
    findings: roleArnFindings,
    accepts: (value, { association: { roleArn, targetRoleArn } }) => [roleArn, targetRoleArn].includes(value),
  },
  roleName: {
    findings: roleNameFindings,
    accepts: (value, { association: { roleArn, targetRoleArn } }) =>
      hasRoleName(roleArn, value) || (targetRoleArn !== null && hasRoleName(targetRoleArn, value)),
  },
  // GraphQL checks its values.
  origin: { findings: () => [], accepts: (value, { origin }) => origin === value },
  declaration: { findings: declarationFindings, accepts: (value, { declaration }) => declaration === value },
};

// Object.keys gives exactly the keys of the literal above.
const filterNames = Object.keys(filters) as (keyof AssociationFilter)[];

/** Every field of the filter; null: any. */
function filterOf({ filter }: QueryAssociationsArgs): Filters<AssociationFilter> {
  return Object.fromEntries(filterNames.map((name) => [name, filter?.[name] ?? null])) as Filters<AssociationFilter>;
}

const inTheFuture: Finding = {
  path: 'asOf',
  rule: 'past',
  message: 'asOf is later than now.',
  advice: 'Give a time in the past, or leave asOf out for the latest known state.',
};
