import type { AssociationSummary, DescribeResult, EksError } from '../eks/eks.ts';
import type { Association } from '../model/association.ts';
import type { RateLimiter } from '../runtime/rate-limiter.ts';
import type { Dependencies } from '../operations/dependencies.ts';

/** Describes associations for one request. */
export interface Describer {
  /** Each association is described once. `deadline` is in milliseconds since the epoch. */
  readonly describe: (summary: AssociationSummary, deadline: number) => Promise<DescribeResult>;
  readonly leastMs: RateLimiter['leastMs'];
}

/** A describer for one request, at the pace of the process. After a failure it asks no more: the answer is lost, and EKS may be throttling. */
export function createDescriber({ eksFor }: Pick<Dependencies, 'eksFor'>, rateLimiter: RateLimiter): Describer {
  const asked = new Map<string, Promise<DescribeResult>>();
  let failure: DescribeResult | null = null;

  const ask = async (summary: AssociationSummary, deadline: number): Promise<DescribeResult> => {
    const describe = () => eksFor(summary).describe(summary.associationId, { deadline });
    const result = await rateLimiter.run(describe, { deadline, isWanted: () => failure === null });
    if (result === null) return failure ?? { kind: 'failed', error: outOfTime };
    if (result.kind === 'failed') failure ??= result;
    return result;
  };

  return {
    describe: (summary, deadline) => {
      const result = asked.get(summary.associationArn) ?? ask(summary, deadline);
      asked.set(summary.associationArn, result);
      return result;
    },
    leastMs: rateLimiter.leastMs,
  };
}

/** What the describes of a page come to. */
export type Described =
  /** In the order of the summaries; null for one that is gone meanwhile. */
  | { readonly kind: 'described'; readonly associations: readonly (Association | null)[] }
  | { readonly kind: 'failed'; readonly error: EksError };

/** Describes all of a page, or fails with the first failure. */
export async function describeAll(
  describer: Describer,
  summaries: readonly AssociationSummary[],
  deadline: number,
): Promise<Described> {
  const results = await Promise.all(summaries.map((summary) => describer.describe(summary, deadline)));
  const associations: (Association | null)[] = [];
  for (const result of results) {
    if (result.kind === 'failed') return result;
    associations.push(result.kind === 'found' ? result.association : null);
  }
  return { kind: 'described', associations };
}

/** The request's time ended first. */
export const outOfTime: EksError = {
  exception: 'OutOfTime',
  message: 'The time of the request ran out. Ask for fewer at a time, with first.',
  requestId: null,
};
