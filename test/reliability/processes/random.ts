/** A seeded random generator: the same seed makes the same choices in the same order. */
export interface Random {
  /** A whole number, both bounds included. */
  readonly between: (least: number, maxTries: number) => number;
  /** True with probability `share`, 0 to 1. */
  readonly chance: (share: number) => boolean;
  /** Throws for an empty list. */
  readonly oneOf: <T>(choices: readonly T[]) => T;
}

/** Creates a generator from a seed, a whole number. */
export function randomFrom(seed: number): Random {
  // 32-bit xorshift. The seed is mixed, because a zero state would stay zero and neighbouring seeds would start alike.
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const between = (least: number, maxTries: number) => least + Math.floor(next() * (maxTries - least + 1));
  return {
    between,
    chance: (share) => next() < share,
    oneOf: (choices) => {
      const [chosen] = choices.slice(between(0, choices.length - 1));
      if (chosen === undefined) throw new Error('Cannot choose from an empty list.');
      return chosen;
    },
  };
}
