import type { RateLimiter } from '../runtime/rate-limiter.ts';
import type { CallBounds, Eks, EksError, EksFor } from './eks.ts';

/** The time of the request ended first. */
export const outOfTime: EksError = {
  exception: 'OutOfTime',
  message: 'The request ran out of time. Request fewer items at a time with first.',
  requestId: null,
};

/**
 * EKS whose reads wait for their turn, because other tools in the account share its quota. A read
 * whose turn does not come before its deadline fails with {@link outOfTime}, and is not sent.
 * Changes don't wait: they are sent at once or not at all.
 */
export function rateLimitedEksFor(eksFor: EksFor, rateLimiter: Pick<RateLimiter, 'run'>): EksFor {
  const rateLimited = async <Result>(read: () => Promise<Result>, { deadline, isNeeded = always }: CallBounds) =>
    (await rateLimiter.run(read, { deadline, isNeeded })) ?? ({ kind: 'failed', error: outOfTime } as const);
  return (cluster) => {
    const eks: Eks = eksFor(cluster);
    return {
      ...eks,
      describe: (associationId, bounds) => rateLimited(() => eks.describe(associationId, bounds), bounds),
      list: (target, bounds) => rateLimited(() => eks.list(target, bounds), bounds),
      page: (query, bounds) => rateLimited(() => eks.page(query, bounds), bounds),
      describeCluster: (bounds) => rateLimited(() => eks.describeCluster(bounds), bounds),
      describeAddon: (addonName, bounds) => rateLimited(() => eks.describeAddon(addonName, bounds), bounds),
      readRole: (roleArn, bounds) => rateLimited(() => eks.readRole(roleArn, bounds), bounds),
    };
  };
}

const always = () => true;
