/** The present time, in milliseconds since the epoch. */
export type Clock = () => number;

/** Waits for so many milliseconds. */
export type Sleep = (ms: number) => Promise<unknown>;

/** Makes a ULID of a time, which sorts after all that this process made earlier. */
export type NewUlid = (time: number) => string;
