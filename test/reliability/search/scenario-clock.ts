import type { Skews } from './eks-behaviour.ts';

/** An effect that EKS applies later, at a true time in milliseconds since the epoch. */
export interface DueEffect {
  readonly at: number;
  readonly run: () => void;
}

/** The clocks of a scenario. */
export type ScenarioClock = ReturnType<typeof makeScenarioClock>;

/** The clocks of a scenario: the true time, and those of two processes of the gateway, the scanner, the approvers, of `expire` and of EKS, which can be set. They move only when they are told to. */
export function makeScenarioClock(begin: Skews) {
  let now = Date.UTC(2026, 0, 1);
  let skews = begin;
  let latest = 0;
  let wereApart = areApart(begin);
  const gateway = () => now + skews.gateway;
  const secondGateway = () => now + skews.secondGateway;
  const expireRun = () => now + skews.expireRun;
  /** The same for runs of `expire`. */
  let latestOfExpireRun = 0;
  const see = () => {
    latest = Math.max(latest, gateway(), secondGateway());
    latestOfExpireRun = Math.max(latestOfExpireRun, expireRun());
  };
  return {
    now: () => now,
    gateway,
    secondGateway,
    scanner: () => now + skews.scanner,
    approver: () => now + skews.approver,
    expireRun,
    eks: () => now + skews.eks,
    /** Whether any two clocks but that of approvers ever differed by more than the gateway tolerates. */
    wereApart: () => wereApart,
    /** The latest time that a clock of the gateway has shown. */
    latest(): number {
      see();
      return latest;
    },
    /** The same for the clock of `expire`. */
    latestOfExpireRun(): number {
      see();
      return latestOfExpireRun;
    },
    /** Sets a clock to this distance from the true time. */
    set(clock: keyof Skews, ms: number): void {
      see();
      skews = { ...skews, [clock]: ms };
      wereApart ||= areApart(skews);
    },
    /** Advances the time, and runs each due effect at its time. `due` is sorted by time. */
    advance(ms: number, due: DueEffect[]): void {
      const end = now + ms;
      for (let next = due[0]; next && next.at <= end; next = due[0]) {
        due.shift();
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
      see();
    },
  };
}

/** How far the clocks may differ, as `CLOCK_ERROR_MS` is by default. Milliseconds. */
const clockErrorMs = 30_000;

/** A vote compares nothing but its own time, so that the clock of approvers matters to no scan. */
function areApart({ approver: _, ...skews }: Skews): boolean {
  const all = Object.values(skews);
  return Math.max(...all) - Math.min(...all) > clockErrorMs;
}
