import type { Random } from '../processes/random.ts';
import type { BuildName } from './builds.ts';
import type { Journal } from './journal.ts';
import { afterIntent, otherPoints } from './kill-points.ts';
import type { KillPoint } from './kill-points.ts';
import type { Slot } from './slot.ts';
import type { WaitFor } from './waiting.ts';

/** The builds at the two addresses. */
export type Phase = readonly [BuildName, BuildName];

/** A kill that was made. */
export interface Kill {
  readonly build: BuildName;
  readonly point: string;
}

/** What the phases of a storm work with. */
export interface PhaseRun {
  readonly slots: readonly [Slot, Slot];
  readonly journal: Journal;
  readonly random: Random;
  /** Answers so far, by address. */
  readonly answers: () => readonly [number, number];
  readonly waitFor: WaitFor;
  /** Runs while the killed gateway is gone. */
  readonly onKill: (kill: Kill) => Promise<void>;
}

/** Answers of each address between two kills. */
const betweenKills = { least: 1, most: 4 };

/**
 * The kills of a phase, by turns at both addresses: first after an INTENT, where the operation stays
 * open, and then at the other points. `at` is where the other points begin.
 */
export function killPlan(kills: number, at: number): readonly KillPoint[] {
  const others = Array.from({ length: kills }, (_, index) => otherPoints[(at + index) % otherPoints.length]);
  return [afterIntent, afterIntent, ...others].flatMap((point) => point ?? []).slice(0, kills);
}

/** Starts the builds of a phase, one after the other, and kills them at each point of a plan. Returns the kills. */
export async function runPhase(run: PhaseRun, phase: Phase, plan: readonly KillPoint[]): Promise<readonly Kill[]> {
  for (const at of [0, 1] as const) await run.slots[at].start(phase[at]);
  const kills: Kill[] = [];
  for (const [index, point] of plan.entries()) {
    const at = index % 2 === 0 ? 0 : 1;
    await answersOfBoth(run);
    await killAt(run, at, point);
    const kill = { build: phase[at], point: point.name };
    kills.push(kill);
    await run.onKill(kill);
    await goOnWithout(run, phase, at);
    await run.slots[at].start(phase[at]);
  }
  await answersOfBoth(run);
  return kills;
}

/** Waits until both addresses have answered some requests more. */
async function answersOfBoth({ answers, random, waitFor }: PhaseRun): Promise<void> {
  const before = answers();
  const enough = random.between(betweenKills.least, betweenKills.most);
  await waitFor('answers of both gateways', () => answers().every((count, at) => count >= (before[at] ?? 0) + enough));
}

/** Kills the gateway of an address when it comes to a point: it never gets beyond it. */
async function killAt({ slots, waitFor }: PhaseRun, at: 0 | 1, point: KillPoint): Promise<void> {
  const { build, holdAt } = slots[at].running();
  await waitFor(`${point.name} of the ${build} build`, holdAt(point));
  await slots[at].kill();
}

/** Where the other address has another build, it runs alone until it has closed an operation of the killed one. */
async function goOnWithout({ journal, waitFor }: PhaseRun, phase: Phase, at: 0 | 1): Promise<void> {
  const [killed, other] = at === 0 ? phase : [phase[1], phase[0]];
  const open = journal.openOf(killed);
  if (killed === other || open.length === 0) return;
  const isClosed = () => journal.closedBy(killed, other).some((id) => open.includes(id));
  await waitFor(`the ${other} build closes an operation of the ${killed} one`, isClosed);
}
