import type { Value, ValueMap } from '../aws/value.ts';

/** The size of a page where no option sets it, as at EKS. */
const pageSize = 100;

/** The cluster of an input. */
export function clusterOf({ clusterName, accountId, region }: ValueMap) {
  return { clusterName: required(clusterName), accountId: optional(accountId), region: optional(region) };
}

/** The cluster and the namespace of an input. */
export function filters(input: ValueMap) {
  return { ...clusterOf(input), namespace: optional(input.namespace) };
}

/** The page that the pagination options ask for. */
export function page({ maxResults, nextToken }: ValueMap) {
  return { first: typeof maxResults === 'number' ? maxResults : pageSize, after: optional(nextToken) };
}

/** A text; undefined if it is not given. */
export function optional(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A value that the checks of the command line ensure. */
export function required(value: Value | undefined): string {
  return optional(value) ?? '';
}
