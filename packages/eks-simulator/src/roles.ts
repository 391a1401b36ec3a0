import { trustsPodIdentity } from './trust-policy.ts';
import type { Role } from './world.ts';

/**
 * State of a role, from EKS's point of view. `mistrusting`: its trust policy does not allow EKS Pod
 * Identity.
 */
export type RoleState = 'absent' | 'mistrusting' | 'usable';

/** The IAM roles of the world, and those added later. */
export interface Roles {
  /** Adds a role, or replaces the one with the same ARN. */
  readonly add: (role: Role) => void;
  readonly all: () => readonly Role[];
  readonly state: (arn: string) => RoleState;
  /** The role of this ARN, if it exists already. */
  readonly withArn: (arn: string) => Role | null;
  /**
   * The role of this name in an account, if it exists already. Names are unique whatever the path.
   */
  readonly find: (accountId: string, roleName: string) => Role | null;
}

/** Starts with the given roles. `clock` returns milliseconds since the epoch. */
export function openRoles(initial: readonly Role[], clock: () => number): Roles {
  const known = new Map<string, { role: Role; existsFrom: number }>();
  const add = (role: Role) => known.set(role.arn, { role, existsFrom: existsFromMs(role, clock()) });
  initial.forEach(add);
  const withArn = (arn: string) => {
    const found = known.get(arn);
    return found && found.existsFrom <= clock() ? found.role : null;
  };

  return {
    add,
    all: () => [...known.values()].map(({ role }) => role),
    find: (accountId, roleName) => {
      const named = [...known.values()].find(
        ({ role: { arn } }) => arn.split(':')[4] === accountId && arn.split('/').at(-1) === roleName,
      );
      return named && named.existsFrom <= clock() ? named.role : null;
    },
    withArn,
    state: (arn) => {
      const role = withArn(arn);
      if (!role) return 'absent';
      return trustsPodIdentity(role.trustPolicy) ? 'usable' : 'mistrusting';
    },
  };
}

function existsFromMs({ existsFrom }: Role, now: number): number {
  if (existsFrom === undefined) return now;
  return typeof existsFrom === 'number' ? now + existsFrom * 1000 : Date.parse(existsFrom);
}
