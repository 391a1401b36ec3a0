/**
 * Whether tests that repeat themselves run their large sizes: with `LARGE_TESTS`, as CI sets it on main and every night. A change
 * runs the small ones of the same seeds.
 */
export const isLarge = Boolean(process.env.LARGE_TESTS);
