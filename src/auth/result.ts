import type { Principal } from '../model/principal.ts';

/** The request carries no accepted identity. `message` says why, and what is accepted. */
export interface Unauthenticated {
  readonly kind: 'unauthenticated';
  readonly message: string;
}

/** The principal of a request, by a JWT or by AWS credentials. */
export type PrincipalResult =
  | {
      readonly kind: 'identified';
      readonly principal: Principal;
      /** The service that acts for the principal; null where the principal acts itself. */
      readonly actor: Principal | null;
    }
  | Unauthenticated;

/** A value read from a token, or why the request is not authenticated. */
export type Parsed<T> = { readonly kind: 'parsed'; readonly value: T } | Unauthenticated;

/** The result of reading a value from a token. */
export function parsed<T>(value: T): Parsed<T> {
  return { kind: 'parsed', value };
}

/** The result where a request can't be authenticated. */
export function unauthenticated(message: string): Unauthenticated {
  return { kind: 'unauthenticated', message };
}
