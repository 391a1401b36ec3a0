import * as fc from 'fast-check';
import { aroundEnds, agreement, asking, vote } from './generator-held.ts';
import { changeFault, clock, expire, faults, plainEvents, policy, stepsOf, untilIdle } from './generator-parts.ts';
import type { ScenarioDesire } from './desires.ts';
import { faultless } from './scenario.ts';
import type { ScenarioEvent, Step } from './scenario.ts';

const desire: fc.Arbitrary<ScenarioDesire> = fc.record({
  principal: fc.constantFrom('alice', 'alice', 'bob'),
  declaration: fc.constantFrom('d1', 'd1', 'd2'),
  wants: fc.constantFrom<ScenarioDesire['wants'][]>(0, 0, 1, 1, 'nothing'),
  tag: fc.constantFrom('any', 'any', 'x', 'y', 'none'),
  takesOver: fc.constantFrom(false, true),
  ends: fc.constantFrom(undefined, undefined, undefined, 'soon' as const, 'later' as const, 'never' as const),
  isDryRun: fc.constantFrom(false, false, false, false, false, false, true),
});

const lost = fc.oneof(
  { weight: 2, arbitrary: faults },
  { weight: 2, arbitrary: changeFault.map((eks) => ({ ...faultless, eks })) },
);

const ensure: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('ensure' as const),
  desire,
  faults: lost,
});

const outside: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('others' as const),
  what: fc.constantFrom('delete', 'create', 'update'),
  through: fc.constantFrom('eks', 'eks', 'gateway'),
});

const events: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 40, arbitrary: ensure },
  { weight: 10, arbitrary: outside },
  { weight: 5, arbitrary: expire },
  {
    weight: 14,
    arbitrary: fc.constantFrom(clock(1), clock(10), clock(36), clock(61), clock(61), clock(421), clock(421)),
  },
  ...plainEvents,
];

/** One desired state after another of one declaration, A, B and A again, with something between them. */
const backAgain: fc.Arbitrary<Step[]> = fc
  .record({
    a: desire,
    b: desire,
    between: fc.array(fc.oneof(outside, fc.constantFrom(clock(61), clock(421))), { minLength: 1, maxLength: 2 }),
    faults: fc.array(lost, { minLength: 3, maxLength: 3 }),
    turns: fc.constantFrom(untilIdle, untilIdle, 3, 7),
  })
  .map(({ a, b, between, faults: [first, second, third], turns }) => {
    const of = (wanted: ScenarioDesire, met = faultless): ScenarioEvent => {
      return { do: 'ensure', desire: { ...wanted, declaration: a.declaration, isDryRun: false }, faults: met };
    };
    const all = [of(a, first), clock(61), of(b, second), ...between, of(a, third), clock(61), of(a)];
    return all.map((event) => ({ event, turns }));
  });

/** A desired state whose association ends, and another one around that end: in doubt, or while a run carries the end out. */
const ending: fc.Arbitrary<Step[]> = fc
  .record({
    a: desire,
    b: desire,
    moved: fc.constantFrom('later' as const, 'later' as const, 'never' as const, undefined),
    before: fc.constantFrom(61, 300, 355),
    faults: lost,
    after: fc.constantFrom(25, 50, 61, 121),
    turns: fc.constantFrom(untilIdle, 1, 3, 5, 7, 9),
    run: expire,
    ofRun: fc.constantFrom(untilIdle, 1, 3, 5, 7, 9, 11),
    during: fc.oneof(ensure, outside),
  })
  .map(({ a, b, moved, before, faults: met, after, turns, run, ofRun, during }) => {
    const first = {
      ...a,
      wants: a.wants === 'nothing' ? (1 as const) : a.wants,
      ends: 'soon' as const,
      isDryRun: false,
    };
    const second = { ...first, wants: b.wants, tag: b.tag, ends: moved };
    const of = (wanted: ScenarioDesire, ofOne = faultless): ScenarioEvent => ({
      ...{ do: 'ensure', desire: wanted, faults: ofOne },
    });
    return [
      { event: of(first), turns: untilIdle },
      { event: clock(before), turns: untilIdle },
      { event: of(second, met), turns },
      { event: clock(Math.max(0, 360 - before) + after), turns: 0 },
      { event: run, turns: ofRun },
      ...[during, clock(61), of(second), clock(421), of(second)].map((event) => ({ event, turns: untilIdle })),
    ];
  });

/** A desired state that policy holds, votes on its change, and the desired state again; something happens in between. */
const held: fc.Arbitrary<Step[]> = fc
  .record({
    a: desire,
    votes: fc.oneof(fc.constant(agreement), fc.array(vote, { minLength: 1, maxLength: 2 })),
    meanwhile: fc.oneof(
      fc.constant([]),
      fc.tuple(outside, fc.constant(clock(61))),
      ensure.map((one) => [one, clock(61)]),
      aroundEnds.map((seconds) => [clock(seconds)]),
      fc.tuple(
        aroundEnds.map((seconds) => clock(seconds)),
        expire,
      ),
    ),
    faults: lost,
    turns: fc.constantFrom(untilIdle, untilIdle, 2, 4, 6, 8),
  })
  .map(({ a, votes, meanwhile, faults: met, turns }) => {
    const of = (ofOne = faultless): ScenarioEvent => ({
      ...{ do: 'ensure', desire: { ...a, isDryRun: false }, faults: ofOne },
    });
    const events = [of(), ...votes, ...meanwhile].map((event) => ({ event, turns: untilIdle }));
    const later = [clock(61), of(), clock(421), of()].map((event) => ({ event, turns: untilIdle }));
    return [...events, { event: of(met), turns }, ...later];
  });

const anySteps = stepsOf(events, 3, 16);
const anyHeldSteps = stepsOf([...events, { weight: 14, arbitrary: vote }], 3, 12);
const fewSteps = stepsOf(events, 0, 3);

/** Desired states of two declarations and two principals, among all that can happen. */
export const ensuringSteps: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 3, arbitrary: anySteps },
  { weight: 1, arbitrary: fc.tuple(fewSteps, backAgain, fewSteps).map((parts) => parts.flat()) },
  { weight: 1, arbitrary: fc.tuple(fewSteps, ending, fewSteps).map((parts) => parts.flat()) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        asking,
        fc.oneof(
          anyHeldSteps,
          fc.tuple(fewSteps, held, fewSteps).map((parts) => parts.flat()),
        ),
      )
      .map(([name, steps]) => [{ event: policy(true, name), turns: 0 }, ...steps]),
  },
);
