import type { AssociationOrigin, QueryAssociationsArgs } from '../generated/types.ts';
import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import {
  accountIdFindings,
  clusterNameFindings,
  namespaceFindings,
  regionFindings,
  serviceAccountFindings,
} from '../validation/names.ts';
import { declarationFindings } from '../validation/free-texts.ts';
import { firstFindings, firstOf, invalidCursor } from '../validation/paging.ts';
import { roleArnFindings } from '../validation/role-arns.ts';
import { parseTimestamp } from '../validation/timestamps.ts';
import { isPlace } from './association-candidates.ts';
import type { AssociationSelection } from './association-candidates.ts';
import type { Cursors } from './cursors.ts';
import type { QueryFailure } from './query-result.ts';

/** A validated query for associations. */
export interface AssociationQuery {
  readonly kind: 'valid';
  readonly selection: AssociationSelection;
  readonly origin: AssociationOrigin | null;
  readonly declaration: string | null;
  /** Milliseconds since the epoch; null: now. */
  readonly asOf: number | null;
  readonly first: number;
  /** The place from which on to read. */
  readonly from: string;
  /** Identifies the query in cursors. */
  readonly name: string;
  /** Whether the filter selects a cluster or a service account, as far as its names tell. */
  readonly matches: (target: ClusterRef & Partial<AssociationTarget>) => boolean;
}

const targetFields = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'] as const;

/** Validates a query. `now` is in milliseconds since the epoch. */
export async function validateAssociations(
  cursors: Cursors,
  input: QueryAssociationsArgs,
  now: number,
): Promise<AssociationQuery | Extract<QueryFailure, { kind: 'invalid' }>> {
  const { filter } = input;
  const selection: AssociationSelection = {
    roleArn: filter?.roleArn ?? null,
    accountId: filter?.accountId ?? null,
    region: filter?.region ?? null,
    clusterName: filter?.clusterName ?? null,
    namespace: filter?.namespace ?? null,
    serviceAccount: filter?.serviceAccount ?? null,
  };
  const origin = filter?.origin ?? null;
  const declaration = filter?.declaration ?? null;
  const asOf = input.asOf ? parseTimestamp(input.asOf) : null;
  const name = JSON.stringify([
    'associations',
    selection,
    origin,
    asOf,
    ...(declaration === null ? [] : [declaration]),
  ]);
  const read = await cursors.open(name, input.after);
  const position = read?.kind === 'position' ? read.position : '';
  const isValid = isPlace(position);
  const broken = isValid ? read : invalidCursor;
  const findings = [
    ...filterFindings(selection),
    ...declarationFindings(declaration).map((one) => ({ ...one, path: 'filter.declaration' })),
    ...(asOf !== null && asOf > now ? [inTheFuture] : []),
    ...firstFindings(input),
    ...(broken?.kind === 'invalid' ? [broken.finding] : []),
  ];
  if (findings.length > 0) return { kind: 'invalid', findings };
  const given = targetFields.filter((field) => selection[field] !== null);
  return {
    kind: 'valid',
    ...{ selection, origin, declaration, name, first: firstOf(input) },
    asOf: asOf === null ? null : Math.floor(asOf),
    from: isValid ? position : '',
    matches: (target) => given.every((field) => target[field] === undefined || target[field] === selection[field]),
  };
}

/** The findings on a field of the filter, by its name. */
const rules: Readonly<Record<keyof AssociationSelection, (value: string) => Finding[]>> = {
  roleArn: roleArnFindings,
  accountId: accountIdFindings,
  region: regionFindings,
  clusterName: clusterNameFindings,
  namespace: namespaceFindings,
  serviceAccount: serviceAccountFindings,
};

function filterFindings(selection: AssociationSelection): Finding[] {
  const fields = Object.entries(rules) as [keyof AssociationSelection, (value: string) => Finding[]][];
  return fields
    .flatMap(([field, findingsOf]) => (selection[field] === null ? [] : findingsOf(selection[field])))
    .map((finding) => ({ ...finding, path: `filter.${finding.path}` }));
}

const inTheFuture: Finding = {
  path: 'asOf',
  rule: 'past',
  message: 'asOf is later than now.',
  advice: 'Give a time in the past, or leave asOf out for the latest known state.',
};
