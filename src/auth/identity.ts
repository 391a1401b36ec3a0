import type { Principal } from '../model/principal.ts';

/** What is known of principals beside what they bring along. The inventory stands behind it. */
export interface Directory {
  /** A registered service, by the id of its principal; null when there is none. */
  readonly serviceOf: (id: string) => { readonly groups: readonly string[]; readonly mayNamePeople: boolean } | null;
  /** The groups of the people who come by a role of IAM Identity Center; null when its permission set isn't registered. */
  readonly groupsOfPermissionSet: (roleName: string) => readonly string[] | null;
}

/** Nobody is known to ask. `message` says why, and what would be accepted. */
export interface NotAuthenticated {
  readonly kind: 'unauthenticated';
  readonly message: string;
}

/** Who asks, by one of the two routes. */
export type Identity =
  | {
      readonly kind: 'identified';
      readonly principal: Principal;
      /** The service that acts for the principal. */
      readonly actor: Principal | null;
    }
  | NotAuthenticated;

/** Something read from a request, or why the request is not authenticated. */
export type Read<T> = { readonly kind: 'read'; readonly value: T } | NotAuthenticated;

export function read<T>(value: T): Read<T> {
  return { kind: 'read', value };
}

export function notAuthenticated(message: string): NotAuthenticated {
  return { kind: 'unauthenticated', message };
}
