/** Who is signed in. Its tokens are in memory only. */
export interface Session {
  /**
   * A token that the gateway accepts, renewed where that is due. Rejects if it can't be renewed.
   */
  readonly token: () => Promise<string>;
  /** Forgets the tokens, also at the issuer where it offers that. */
  readonly signOut: () => Promise<void>;
}
