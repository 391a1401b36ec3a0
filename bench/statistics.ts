/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/**
 * The number below which a share of some numbers lies, interpolated: 0.25 and 0.75 are the
 * quartiles.
 */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  return below + ((sorted[Math.ceil(place)] ?? NaN) - below) * (place % 1);
}

/**
 * The ratios of numbers that were measured one after the other, by their places: their median, and
 * their quartiles as text.
 */
export function ratiosOf(
  numbers: readonly number[],
  reference: readonly number[],
): [median: number, quartiles: string] {
  const ratios = numbers.map((one, place) => one / (reference[place] ?? NaN));
  return [median(ratios), `${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)}`];
}
