import type { ChangeKind, Facts } from '../facts.ts';
import { violations } from '../invariants.ts';
import type { Violation } from '../invariants.ts';
import type { Asking } from './ask.ts';
import { openCaseClock } from './case-clock.ts';
import type { CaseClock } from './case-clock.ts';
import type { Contender } from './contender.ts';
import type { Fault } from './faults.ts';
import { gather } from './gather.ts';
import type { Plan } from './lane.ts';
import { leaseMs, quietMs } from './roads.ts';
import type { Next, Road } from './roads.ts';
import { openStage } from './stage.ts';
import type { Player, Stage } from './stage.ts';
import { stepName } from './steps.ts';
import type { Step } from './steps.ts';
import { actDirectly, makeExisting, showLate } from './subject.ts';
import type { World, Worlds } from './world.ts';

/** One case of the matrix. */
export interface Case {
  readonly contender: Contender;
  readonly kind: ChangeKind;
  readonly road: Road;
  /** Which request of a first road is the one for the change; earlier processes meet their fault there. */
  readonly changeAt: number;
  readonly changeStep: Step;
  /** What goes wrong, and at which request of the road; null: nothing, to see which requests there are. */
  readonly trouble: Trouble | null;
  readonly next: Next;
}

export interface Trouble {
  readonly at: number;
  readonly step: Step;
  readonly fault: Fault;
}

/** What became of a case. */
export interface Row {
  readonly case: Case;
  /** The requests that the road sent. */
  readonly steps: readonly Step[];
  /** False where the faults were not met as planned, because the road was another one this time. */
  readonly isMet: boolean;
  readonly facts: Facts;
  readonly violations: readonly Violation[];
}

/** A case under way. */
interface Scene extends Case {
  readonly clock: CaseClock;
  readonly world: World;
  readonly stage: Stage;
  /** The association that is to be changed; null for a create. */
  readonly associationId: string | null;
  readonly touchedByOthers: string[];
}

/** Runs a case in a world and a time of its own. */
export function runCase(one: Case, worlds: Worlds): Promise<Row> {
  const clock = openCaseClock();
  return clock.run(async () => {
    const world = await worlds.open(clock);
    const stage = openStage(one.contender, world, clock);
    const associationId = one.kind === 'create' ? null : makeExisting(world.simulator);
    const scene: Scene = { ...one, clock, world, stage, associationId, touchedByOthers: [] };
    try {
      const steps = await play(scene);
      const { answers } = stage;
      const { touchedByOthers } = scene;
      const facts = await gather(world, one.contender, { answers, touchedByOthers, settled: one.next !== 'never' });
      return { case: one, steps, isMet: stage.allMet(), facts, violations: violations(facts) };
    } finally {
      await world.close();
    }
  });
}

/** All that happens in a case. When it is over, nothing is on its way any more. Gives the requests of the road. */
async function play(scene: Scene): Promise<readonly Step[]> {
  try {
    await before(scene);
    const { steps, goneOn } = await road(scene);
    await afterwards(scene, goneOn);
    return steps;
  } finally {
    await scene.stage.close();
  }
}

/** An earlier process with the same token, and what it met. */
async function before({
  road: { earlier, passed },
  changeAt,
  changeStep,
  stage,
  clock,
  ...scene
}: Scene): Promise<void> {
  if (earlier === undefined) return;
  const noOne = () => Promise.resolve();
  const plan = earlier && { at: changeAt, step: stepName(changeStep), fault: earlier, meanwhile: noOne };
  await stage.request(await stage.start(plan), asking(scene));
  clock.advance(passed ?? 0);
}

/** What the road of a case leaves to come: work that a fault put off, and a process that is not through with it. */
interface GoneOn {
  readonly later: (() => Promise<void>) | null;
  readonly frozen: (() => Promise<void>) | null;
  readonly second: Promise<undefined>;
}

/** The road itself, with its fault. */
async function road(scene: Scene): Promise<{ steps: readonly Step[]; goneOn: GoneOn }> {
  const { clock, trouble, next, stage } = scene;
  const second = Promise.withResolvers<undefined>();
  const meanwhile = () =>
    clock.run(async () => {
      if (trouble?.fault.lags) showLate(scene.world.simulator, scene.kind);
      if (trouble?.fault.outsider) scene.touchedByOthers.push(...direct(scene));
      if (next === 'second process meanwhile') second.resolve(again(scene).then(() => undefined));
      if (!trouble?.fault.rival) return;
      clock.advance(leaseMs);
      await again(scene);
    });
  const plan: Plan | null = trouble && {
    at: trouble.at,
    step: stepName(trouble.step),
    fault: trouble.fault,
    meanwhile,
  };
  const player = await stage.start(plan);
  const { lane } = player;
  const walking = walk(scene, player);
  const effect = trouble?.fault.effect;
  await (effect === 'frozen' ? Promise.race([lane.struck, walking]) : walking);
  // A client that repeats its request can be through before the fault is. Where it was not met, nobody came beside it.
  if (lane.hasMet()) await lane.struck;
  else second.resolve(undefined);
  const thaw = async () => {
    await lane.goOn();
    await walking;
  };
  const goneOn = {
    later: effect === 'later' ? lane.goOn : null,
    frozen: effect === 'frozen' ? thaw : null,
    second: next === 'second process meanwhile' ? second.promise : Promise.resolve(undefined),
  };
  return { steps: lane.steps, goneOn };
}

function walk(scene: Scene, player: Player): Promise<void> {
  const { by, other, invalid } = scene.road;
  if (by === 'reconciler') return scene.stage.reconcile(player);
  return scene.stage.request(player, { ...asking(scene), by, ...(other && { other }), ...(invalid && { invalid }) });
}

/** When an effect that is put off takes place: late, but while EKS still takes the request. */
const laterMs = 90_000;

/** Who comes next, and the end: what was left open is looked into, and who still cares asks once more. */
async function afterwards(scene: Scene, { later, frozen, second }: GoneOn): Promise<void> {
  const { next, clock } = scene;
  await second;
  if (next === 'same token at once') await again(scene);
  if (next === 'same token after the lease') await leaseThen(scene, again);
  if (next === 'only the reconciler') await leaseThen(scene, reconcile);
  if (later) {
    clock.advance(laterMs);
    await later();
  }
  if (next === 'same token after quiet') await quietThen(scene, again);
  if (next === 'only the reconciler') await quietThen(scene, reconcile);
  if (frozen) await quietThen(scene, frozen);
  if (next === 'never') return;
  await quietThen(scene, reconcile);
  if (next !== 'only the reconciler') await again(scene);
}

async function leaseThen(scene: Scene, work: (scene: Scene) => Promise<void>): Promise<void> {
  scene.clock.advance(leaseMs);
  await work(scene);
}

async function quietThen(scene: Scene, work: (scene: Scene) => Promise<void>): Promise<void> {
  scene.clock.advance(quietMs);
  await work(scene);
}

/** The same request, sent again to another process. */
async function again(scene: Scene): Promise<void> {
  const { stage, road: taken } = scene;
  await stage.request(await stage.start(null), { ...asking(scene), by: taken.by === 'bob' ? 'bob' : 'alice' });
}

async function reconcile({ stage }: Scene): Promise<void> {
  await stage.reconcile(await stage.start(null));
}

function asking({ kind, associationId }: Pick<Scene, 'kind' | 'associationId'>): Asking {
  return { kind, associationId, by: 'alice' };
}

function direct({ world, kind, associationId }: Scene): string[] {
  return [actDirectly(world.simulator, kind, associationId)].filter((id) => id !== null);
}
