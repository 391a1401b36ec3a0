import type { Value, ValueMap } from '../aws/value.ts';
import { isList, isMap } from '../aws/value.ts';

/**
 * One line for each cluster of an answer that is gone, or whose associations are not known at the time that was
 * asked for or, unless that is in the past, whose last scan failed, so that a short list is not
 * read as complete, also where the output has no place for the coverage.
 */
export function coverageLines({ coverage }: ValueMap, isPast: boolean): string[] {
  const clusters: readonly Value[] = isList(coverage) ? coverage : [];
  return clusters.filter(isMap).flatMap(({ accountId, region, clusterName, isKnown, failure, ...times }) => {
    const { firstScannedAt, scannedAt, goneSince } = times;
    const cluster = [accountId, region, clusterName].map(String).join('/');
    if (typeof goneSince === 'string') return [goneText(cluster, goneSince)];
    const why = typeof failure === 'string' ? `, because of ${failure}` : '';
    if (isKnown === true) {
      if (why === '' || isPast || typeof scannedAt !== 'string') return [];
      return [`The cluster ${cluster} was last scanned completely at ${scannedAt}${why}.`];
    }
    const since =
      typeof firstScannedAt === 'string' ? `it is known since ${firstScannedAt}` : 'no scan of it is complete';
    return [`Not all associations of the cluster ${cluster} are listed: ${since}${why}.`];
  });
}

/** What is said of a cluster that is gone, `<account>/<region>/<name>`, since a time (RFC 3339). */
export function goneText(cluster: string, since: string): string {
  return `The cluster ${cluster} is gone since ${since}, and its associations with it.`;
}
