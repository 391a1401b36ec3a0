/** Latest time that can be set: years have four digits in what is stored. */
const latest = Date.parse('9999-01-01T00:00:00Z');

/** Real time, and how far it was set forward. */
export interface ForwardClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Throws a RangeError for an earlier time: entries and records never go back in time. */
  readonly set: (time: Date | string | number) => void;
  /** Throws a RangeError for anything but a positive number of milliseconds. */
  readonly advance: (ms: number) => void;
  /** Returns to real time. */
  readonly reset: () => void;
}

/** Starts at real time, which passes on after each change. */
export function makeForwardClock(): ForwardClock {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const set = (given: Date | string | number) => {
    const time = new Date(given).getTime();
    if (!(time <= latest)) throw new RangeError(`${String(given)} is not a time before the year 9999, such as a Date.`);
    const ms = time - now();
    if (ms < 0) throw new RangeError(`${new Date(time).toISOString()} is in the past: the clock only goes forward.`);
    aheadMs += ms;
  };
  return {
    now,
    set,
    advance: (ms) => {
      if (!(ms > 0)) throw new RangeError(`${ms} is not a positive number of milliseconds.`);
      set(now() + ms);
    },
    reset: () => (aheadMs = 0),
  };
}
