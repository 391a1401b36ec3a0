/**
 * Milliseconds of a clock that does not go back, from any start. The clock of the global
 * `performance` is the same one, but reading that loads a module of Node.js, a fiftieth of a cold
 * start.
 */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
