import type { AssociationSummary, DescribeResult, EksError } from '../eks/eks.ts';
import type { Association, ClusterRef } from '../model/association.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { RateLimiter } from '../runtime/rate-limiter.ts';

/** What identifies an association: its ARN, and what the ARN consists of. */
type AssociationRef = Pick<AssociationSummary, keyof ClusterRef | 'associationArn' | 'associationId'>;

/** Describes associations for one request. */
export interface Describer {
  /** Describes each association once. `deadline` is in milliseconds since the epoch. */
  readonly describe: (association: AssociationRef, deadline: number) => Promise<DescribeResult>;
  readonly leastMs: RateLimiter['leastMs'];
}

/**
 * Creates a describer for one request. After a failure it sends no more calls: the answer is lost, and EKS may be
 * throttling.
 */
export function createDescriber({ eksFor }: Pick<Dependencies, 'eksFor'>, rateLimiter: RateLimiter): Describer {
  const results = new Map<string, Promise<DescribeResult>>();
  let failure: DescribeResult | null = null;

  const call = async (association: AssociationRef, deadline: number): Promise<DescribeResult> => {
    const describe = () => eksFor(association).describe(association.associationId, { deadline });
    const result = await rateLimiter.run(describe, { deadline, isNeeded: () => failure === null });
    if (result === null) return failure ?? { kind: 'failed', error: outOfTime };
    if (result.kind === 'failed') failure ??= result;
    return result;
  };

  return {
    describe: (association, deadline) => {
      const result = results.get(association.associationArn) ?? call(association, deadline);
      results.set(association.associationArn, result);
      return result;
    },
    leastMs: rateLimiter.leastMs,
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

/** The time of the request ended first. */
export const outOfTime: EksError = {
  exception: 'OutOfTime',
  message: 'The request ran out of time. Request fewer items at a time with first.',
  requestId: null,
};
