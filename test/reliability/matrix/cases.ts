import type { ChangeKind } from '../facts.ts';
import type { Contender } from './contender.ts';
import { faultsAt } from './faults.ts';
import { firstRoad, nexts, roads } from './roads.ts';
import type { Next, Road } from './roads.ts';
import { runCase } from './run-case.ts';
import type { Case } from './run-case.ts';
import type { Step } from './steps.ts';
import type { Worlds } from './world.ts';

export const changeKinds: readonly ChangeKind[] = ['create', 'update', 'delete'];

/** Where on a road a fault is, and which of those that can happen there. */
export interface Place {
  readonly kind: ChangeKind;
  readonly road: Road;
  readonly at: number;
  readonly nth: number;
}

/** What comes after a fault, by how much of the matrix is run. Empty where the place is left out. */
export const sizes: Readonly<Record<string, (place: Place) => readonly Next[]>> = {
  full: () => nexts,
  // All on the first roads; on the others, after each fault one of the things that can come next.
  table: (place) => (place.road === firstRoad ? nexts : oneOf(place)),
  // After each fault one of them, now this one and now that; of the other roads, those of create stand for all.
  ci: (place) => (place.kind === 'create' || place.road === firstRoad ? oneOf(place) : []),
  quick: (place) => (place.kind === 'create' && place.road === firstRoad ? oneOf(place) : []),
};

function oneOf({ at, nth }: Place): Next[] {
  return nexts.filter((_, index) => index === (at + nth) % nexts.length);
}

/** Which part of the matrix to run. */
export interface Extent {
  readonly kinds: readonly ChangeKind[];
  readonly nextsOf: (place: Place) => readonly Next[];
  /** What the name of a road must contain, and that of a case. */
  readonly road: string;
  readonly name: string;
}

/**
 * All cases of a contender. Each road is walked once without a fault, to see which requests it sends: each of them is a
 * place where something can go wrong, so that a step that is added to the gateway is in the matrix by itself.
 */
export async function casesOf(
  contender: Contender,
  worlds: Worlds,
  { kinds, nextsOf, road: text }: Extent,
): Promise<Case[]> {
  const ofKinds = await Promise.all(
    kinds.map(async (kind) => {
      const about = { contender, kind, ...(await changeOf({ contender, kind }, worlds)) };
      const isTaken = (road: Road) => road.name.includes(text) && nextsOf({ kind, road, at: 0, nth: 0 }).length > 0;
      const taken = roads.filter((road) => isTaken(road) && (road.by !== 'reconciler' || contender.settles));
      const ofRoads = taken.map(async (road) => casesOfRoad(about, road, await trace(about, road, worlds), nextsOf));
      return (await Promise.all(ofRoads)).flat();
    }),
  );
  return ofKinds.flat();
}

type About = Pick<Case, 'contender' | 'kind' | 'changeAt' | 'changeStep'>;

/** Which request of a first road is the one for the change. */
async function changeOf(about: Pick<About, 'contender' | 'kind'>, worlds: Worlds) {
  const nowhere = { changeAt: -1, changeStep: { operation: '', events: [], kind: 'eks-change' } } as const;
  const steps = await trace({ ...about, ...nowhere }, firstRoad, worlds);
  const changeAt = steps.findIndex(({ kind }) => kind === 'eks-change');
  const changeStep = steps[changeAt];
  if (!changeStep) throw new Error(`${about.contender.name} asks EKS for no ${about.kind}.`);
  return { changeAt, changeStep };
}

async function trace(about: About, road: Road, worlds: Worlds): Promise<readonly Step[]> {
  const { steps } = await runCase({ ...about, road, trouble: null, next: 'never' }, worlds);
  return steps;
}

function casesOfRoad(about: About, road: Road, steps: readonly Step[], nextsOf: Extent['nextsOf']): Case[] {
  return steps.flatMap((step, at) =>
    (isSideBySide(steps, at) ? [] : faultsAt(step)).flatMap((fault, nth) =>
      nextsOf({ kind: about.kind, road, at, nth }).map((next) => ({
        ...about,
        road,
        trouble: { at, step, fault },
        next,
      })),
    ),
  );
}

/** Whether a request is one of several alike that are sent together, such as one for each shard of an index: the first stands for all. */
function isSideBySide(steps: readonly Step[], at: number): boolean {
  const before = steps[at - 1];
  return before?.kind === 'ledger-read' && before.operation === steps[at]?.operation;
}
