/** Choices that a seed decides: the same seed makes the same ones, in the same order. */
export interface Random {
  /** A whole number, both ends included. */
  readonly between: (least: number, most: number) => number;
  /** True so often, `share` being 0 to 1. */
  readonly chance: (share: number) => boolean;
  /** Throws where there is nothing to choose from. */
  readonly oneOf: <T>(choices: readonly T[]) => T;
}

/** Starts the choices of a seed, a whole number. */
export function randomFrom(seed: number): Random {
  // Xorshift of 32 bits. Zero would stay zero, and neighbours would begin alike.
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    between,
    chance: (share) => next() < share,
    oneOf: (choices) => {
      const [chosen] = choices.slice(between(0, choices.length - 1));
      if (chosen === undefined) throw new Error('There is nothing to choose from.');
      return chosen;
    },
  };
}
