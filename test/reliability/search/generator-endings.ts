import * as fc from 'fast-check';
import type { MutationKind } from '../facts.ts';
import {
  anyKind,
  clock,
  expire,
  faults,
  index,
  mutation,
  plainEvents,
  stepsOf,
  through,
  untilIdle,
} from './generator-parts.ts';
import { faultless } from './scenario.ts';
import type { ScenarioEvent, ScenarioMutation, Step } from './scenario.ts';

/** A change of the ending, or of something else. */
const endingMutation = fc
  .record({
    of: mutation,
    kind: fc.constantFrom<MutationKind>('create', 'create', 'update', 'update', 'update', 'delete', 'adopt'),
    ends: fc.constantFrom('soon' as const, 'later' as const, 'later' as const, 'never' as const, undefined),
    changesOnlyEnding: fc.boolean(),
  })
  .map(({ of, kind, ends, changesOnlyEnding }): ScenarioMutation => {
    const expects = of.variant === 0 ? 'nothing' : of.expects;
    return { ...of, kind, expects, changesOnlyEnding, ...(ends === undefined ? {} : { ends }) };
  });

/** Endings of other associations: around that of the scenario's association, and of the same setter or another one. */
const burst: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('burst' as const),
  setter: fc.constantFrom('mallory' as const, 'mallory' as const, 'alice' as const),
  count: fc.constantFrom(1, 3, 4, 6),
  endsInMs: fc.constantFrom(1_000, 300_000, 360_000, 700_000),
});

const lockSetter: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('lock setter' as const),
  isSet: fc.constantFrom(true, false, false),
});

/** Past a hold. Seconds. */
const pastHold = 3_700;

const endingEvents: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 12, arbitrary: fc.record({ do: fc.constant('submit' as const), mutation: endingMutation, faults }) },
  { weight: 10, arbitrary: expire },
  { weight: 4, arbitrary: fc.constantFrom(355, 361, 376, 400).map(clock) },
  { weight: 3, arbitrary: burst },
  { weight: 1, arbitrary: lockSetter },
  { weight: 1, arbitrary: fc.constant(clock(pastHold)) },
];

const anyEndingSteps = stepsOf([...plainEvents, ...endingEvents], 2, 16);
const fewEndingSteps = stepsOf([...plainEvents, ...endingEvents], 0, 4);

/** An association that ends, what is requested or changed before that, and runs at its ending, during which something happens. */
const ending: fc.Arbitrary<Step[]> = fc
  .record({
    before: fc.constantFrom(10, 200, 330, 355, 372),
    change: fc.oneof(
      fc.record({ do: fc.constant('submit' as const), mutation: endingMutation, faults }),
      fc.record({ do: fc.constant('others' as const), what: anyKind, through }),
    ),
    turns: fc.constantFrom(untilIdle, untilIdle, 1, 3, 5, 7, 9),
    after: fc.constantFrom(6, 25, 36, 50, 120, 400),
    run: expire,
    ofRun: fc.constantFrom(untilIdle, 1, 3, 5, 7, 9, 11, 13),
    during: fc.oneof(
      fc.record({ do: fc.constant('submit' as const), mutation: endingMutation, faults }),
      fc.record({ do: fc.constant('others' as const), what: anyKind, through }),
      fc.record({ do: fc.constantFrom('freeze' as const, 'crash' as const), index }),
      expire,
    ),
    others: fc.option(burst, { nil: null }),
    later: fc.constantFrom(36, 421, pastHold),
  })
  .map(({ before, change, turns, after, run, ofRun, during, others, later }) => {
    const created = {
      principal: 'alice',
      kind: 'create',
      token: 't1',
      variant: 0,
      expects: 'nothing',
      ends: 'soon',
    } as const;
    return [
      { event: { do: 'submit', mutation: created, faults: faultless }, turns: untilIdle },
      ...(others ? [{ event: others, turns: 0 }] : []),
      { event: clock(before), turns: untilIdle },
      { event: change, turns },
      { event: clock(Math.max(0, 360 - before) + after), turns: 0 },
      { event: run, turns: ofRun },
      { event: during, turns: untilIdle },
      { event: clock(later), turns: untilIdle },
      { event: { do: 'expire', faults: faultless }, turns: untilIdle },
    ];
  });

/** Steps with associations that end. */
export const endingSteps = fc.oneof(
  { weight: 1, arbitrary: anyEndingSteps },
  { weight: 1, arbitrary: fc.tuple(ending, fewEndingSteps).map((parts) => parts.flat()) },
);
