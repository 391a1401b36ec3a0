import type { Clock } from '../runtime/clock.ts';
import type { EksFor, RoleResult } from './eks.ts';

/**
 * How long a role that was read is used again: milliseconds. A change of it at IAM counts after
 * this time at the latest.
 */
export const roleMs = 10_000;

/**
 * How many roles are kept. With trust policies of the largest size that IAM allows, they have about
 * 1 MB.
 */
const maxRoles = 200;

/**
 * EKS that reads a role once in {@link roleMs}: a policy decision, the warnings of a dry run and
 * the change that follows it share one IAM call. Only roles that were found are kept, so a role
 * that was just created is seen by the next read.
 */
export function rememberRoles(eksFor: EksFor, clock: Clock): EksFor {
  const roles = new Map<string, { readonly result: RoleResult; readonly until: number }>();
  const remember = (roleArn: string, result: RoleResult) => {
    // Of a map, the first key is the oldest.
    const [oldest] = roles.keys();
    if (roles.size >= maxRoles && oldest !== undefined) roles.delete(oldest);
    roles.set(roleArn, { result, until: clock() + roleMs });
  };
  return (cluster) => {
    const eks = eksFor(cluster);
    return {
      ...eks,
      readRole: async (roleArn, bounds) => {
        const known = roles.get(roleArn);
        if (known && clock() < known.until) return known.result;
        roles.delete(roleArn);
        const result = await eks.readRole(roleArn, bounds);
        if (result.kind === 'found') remember(roleArn, result);
        return result;
      },
    };
  };
}
