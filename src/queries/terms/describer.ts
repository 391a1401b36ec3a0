import type { AssociationSummary, DescribeResult, EksError, EksFor } from '../../eks/eks.ts';
import type { Association, ClusterRef } from '../../model/association.ts';
import type { RateLimiter } from '../../runtime/rate-limiter.ts';
import { makeSlots } from '../../runtime/slots.ts';

/** What identifies an association. */
type AssociationRef = ClusterRef & Pick<Association, 'associationId'>;

/** Describes associations for one request. */
export interface Describer {
  /** Describes each association once. `deadline` is in milliseconds since the epoch. */
  readonly describe: (association: AssociationRef, deadline: number) => Promise<DescribeResult>;
  readonly leastMs: RateLimiter['leastMs'];
}

/**
 * How many describes of one request wait for EKS at the same time, so that those of other requests
 * get their turn.
 */
const concurrentDescribes = 4;

/**
 * Creates a describer for one request. After a failure it sends no more calls for the account and
 * region: the answer is lost, and EKS may be throttling.
 */
export function makeDescriber(
  { eksFor }: { readonly eksFor: EksFor },
  { leastMs }: Pick<RateLimiter, 'leastMs'>,
): Describer {
  const results = new Map<string, Promise<DescribeResult>>();
  const failures = new Map<string, DescribeResult>();
  const runInSlot = makeSlots(concurrentDescribes);

  const call = async (association: AssociationRef, deadline: number): Promise<DescribeResult> => {
    const place = `${association.accountId}/${association.region}`;
    const isNeeded = () => !failures.has(place);
    const result = await runInSlot(async () => {
      const known = failures.get(place);
      return known ?? (await eksFor(association).describe(association.associationId, { deadline, isNeeded }));
    });
    if (result.kind !== 'failed') return result;
    const first = failures.get(place) ?? result;
    failures.set(place, first);
    return first;
  };

  return {
    describe: (association, deadline) => {
      const { accountId, region, clusterName, associationId } = association;
      const key = `${accountId}/${region}/${clusterName}/${associationId}`;
      const result = results.get(key) ?? call(association, deadline);
      results.set(key, result);
      return result;
    },
    leastMs,
  };
}

/** The result of describing a page. */
export type DescribedPage =
  /** In the order of the summaries; null for an association that was deleted meanwhile. */
  | { readonly kind: 'described'; readonly associations: readonly (Association | null)[] }
  | { readonly kind: 'failed'; readonly error: EksError };

/** Describes all associations of a page, or fails with the first failure. */
export async function describeAll(
  describer: Describer,
  summaries: readonly AssociationSummary[],
  deadline: number,
): Promise<DescribedPage> {
  const results = await Promise.all(summaries.map((summary) => describer.describe(summary, deadline)));
  const associations: (Association | null)[] = [];
  for (const result of results) {
    if (result.kind === 'failed') return result;
    associations.push(result.kind === 'found' ? result.association : null);
  }
  return { kind: 'described', associations };
}
