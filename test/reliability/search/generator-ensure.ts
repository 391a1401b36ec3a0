import * as fc from 'fast-check';
import { changeFault, clock, faults, plainEvents, stepsOf, untilIdle } from './generator-parts.ts';
import type { ScenarioDesire } from './ensurers.ts';
import { faultless } from './scenario.ts';
import type { ScenarioEvent, Step } from './scenario.ts';

const desire: fc.Arbitrary<ScenarioDesire> = fc.record({
  principal: fc.constantFrom('alice', 'alice', 'bob'),
  declaration: fc.constantFrom('d1', 'd1', 'd2'),
  wants: fc.constantFrom<ScenarioDesire['wants'][]>(0, 0, 1, 1, 'nothing'),
  tag: fc.constantFrom('any', 'any', 'x', 'y', 'none'),
  takesOver: fc.constantFrom(false, true),
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

const anySteps = stepsOf(events, 3, 16);
const fewSteps = stepsOf(events, 0, 3);

/** Desired states of two declarations and two principals, among all that can happen. */
export const ensuringSteps: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 3, arbitrary: anySteps },
  { weight: 1, arbitrary: fc.tuple(fewSteps, backAgain, fewSteps).map((parts) => parts.flat()) },
);
