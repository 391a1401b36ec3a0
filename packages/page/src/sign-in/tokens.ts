/** What an issuer gave, in memory only. */
export interface Tokens {
  readonly access: string;
  /** Null: a new token needs a new sign-in. */
  readonly refresh: string | null;
  /** Lifetime of the access token from now. Null: the issuer does not say. */
  readonly lifetimeSeconds: number | null;
}

/** The sign-in has ended, and only the person can begin another one. */
export class SignInEnded extends Error {
  override readonly name = 'SignInEnded';
  constructor(options?: ErrorOptions) {
    super('Your sign-in has ended.', options);
  }
}

/** How tokens are renewed. */
export interface Renewal {
  /**
   * Asks for new tokens with the last ones. Rejects with {@link SignInEnded} where the issuer
   * refuses.
   */
  readonly renew: (last: Tokens) => Promise<Tokens>;
  /** Called once, when the sign-in has ended. */
  readonly onEnded: () => void;
  /**
   * Milliseconds. The time since the answer counts, not the one of the issuer: so a wrong clock of
   * the device does not matter.
   */
  readonly clock?: () => number;
}

/** The last tokens, renewed where that is due. */
export interface TokenSource {
  /** The access token. Several callers wait for one renewal. Rejects where it fails. */
  readonly token: () => Promise<string>;
  /** What is to be revoked. */
  readonly last: () => Tokens;
}

/**
 * A token is renewed this long before it ends, or in the last tenth of its life if that is shorter.
 * Milliseconds.
 */
const marginMs = 60_000;

/** Keeps the tokens of a sign-in, and renews them. */
export function makeTokenSource(first: Tokens, { renew, onEnded, clock = Date.now }: Renewal): TokenSource {
  let tokens = first;
  let dueAt = dueTime(first, clock());
  let renewal: Promise<string> | null = null;
  let ended: SignInEnded | null = null;

  async function renewed(): Promise<string> {
    try {
      tokens = await renew(tokens);
      dueAt = dueTime(tokens, clock());
      return tokens.access;
    } catch (error) {
      if (error instanceof SignInEnded) {
        ended = error;
        onEnded();
      }
      throw error;
    } finally {
      renewal = null;
    }
  }

  return {
    token: async () => {
      if (ended !== null) throw ended;
      if (clock() < dueAt) return tokens.access;
      return (renewal ??= renewed());
    },
    last: () => tokens,
  };
}

function dueTime({ lifetimeSeconds }: Tokens, now: number): number {
  if (lifetimeSeconds === null) return Infinity;
  const lifetimeMs = lifetimeSeconds * 1_000;
  return now + lifetimeMs - Math.min(marginMs, lifetimeMs / 10);
}
