import type { CallerAnswer } from '../facts.ts';
import { ask, noAnswer } from './ask.ts';
import type { Asking } from './ask.ts';
import type { CaseClock } from './case-clock.ts';
import type { Contender, Process } from './contender.ts';
import { openLane } from './lane.ts';
import type { Lane, Plan } from './lane.ts';
import type { World } from './world.ts';

/** A process, and the lane by which it reaches the world. */
export interface Player {
  readonly lane: Lane;
  readonly process: Process;
  readonly plan: Plan | null;
}

/** The processes of a case, and what those who asked them were answered. */
export interface Stage {
  readonly answers: readonly CallerAnswer[];
  /** Starts a process that meets what is planned. */
  readonly start: (plan: Plan | null) => Promise<Player>;
  /** Asks a process, and waits until it has answered, is out of time, or is gone. */
  readonly request: (player: Player, asking: Asking) => Promise<void>;
  /** One run of what closes things on a schedule. Nothing where the contender has no such thing. */
  readonly reconcile: (player: Player) => Promise<void>;
  /** Whether each fault that was planned has been met. */
  readonly allMet: () => boolean;
  readonly close: () => Promise<void>;
}

/** How long a Lambda function has for a request; less where nothing but its end is waited for. Milliseconds. */
const functionMs = 20_000;
const silentMs = 8_000;

export function openStage(contender: Contender, world: World, clock: CaseClock): Stage {
  const players: Player[] = [];
  const answers: CallerAnswer[] = [];
  return {
    answers,
    start: async (plan) => {
      const lane = await openLane(world.addresses, plan);
      const player = { lane, process: contender.start(lane.url, world.tables), plan };
      players.push(player);
      return player;
    },
    request: async (player, asking) => {
      const startedAt = clock.now();
      const fault = player.plan?.fault;
      const forMs = fault?.answer === 'silence' && !fault.dies ? silentMs : functionMs;
      const answered = await untilGone(player, ask(player.process, asking, forMs));
      // Lambda ends a process that has not answered in time.
      if (answered?.status === 'NONE') player.lane.kill();
      answers.push({ ...(answered ?? noAnswer(asking)), startedAt, answeredAt: clock.now() });
    },
    reconcile: async (player) => {
      // What a run could not do, the next one does.
      await untilGone(player, player.process.reconcile?.().catch(() => undefined) ?? Promise.resolve());
    },
    allMet: () => players.every(({ plan, lane }) => plan === null || lane.hasMet()),
    close: async () => {
      for (const { lane, process } of players) {
        process.close();
        await lane.close();
      }
    },
  };
}

/** What comes of work in a process; null when the process is gone by then. */
async function untilGone<T>({ lane, plan }: Player, work: Promise<T>): Promise<T | null> {
  if (!plan?.fault.dies) return work;
  const result = await Promise.race([work, lane.struck]);
  // It may have ended before the fault, on a road that the fault is not on.
  return lane.hasStruck() ? null : (result as T);
}
