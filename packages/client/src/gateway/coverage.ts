import type { Value, ValueMap } from '../aws/value.ts';
import { isList, isMap } from '../aws/value.ts';

/**
 * One line for each cluster of an answer whose associations are not known at the time that was asked for, so that a short list is not read as
 * complete, also where the output has no place for the coverage.
 */
export function unknownClusters({ coverage }: ValueMap): string[] {
  const clusters: readonly Value[] = isList(coverage) ? coverage : [];
  return clusters.filter(isMap).flatMap(({ accountId, region, clusterName, isKnown, firstScannedAt, failure }) => {
    if (isKnown === true) return [];
    const since =
      typeof firstScannedAt === 'string' ? `it is known since ${firstScannedAt}` : 'no scan of it is complete';
    const why = typeof failure === 'string' ? `, because of ${failure}` : '';
    return [
      `Not all associations of the cluster ${[accountId, region, clusterName].map(String).join('/')} are listed: ${since}${why}.`,
    ];
  });
}
