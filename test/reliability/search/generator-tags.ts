import * as fc from 'fast-check';
import { changeFault, clock, faults, index, plainEvents, second, stepsOf, untilIdle } from './generator-parts.ts';
import type { EksBehaviour } from './eks-behaviour.ts';
import { faultless } from './scenario.ts';
import type { ScenarioEvent, ScenarioMutation, Step } from './scenario.ts';

/** Which reads show older tags: two thirds of the scenarios have such reads, among others that do not lag. */
export const laggingReads: fc.Arbitrary<Pick<EksBehaviour, 'lagMs' | 'lagging'>> = fc.record({
  lagMs: fc.constantFrom(0, 29 * second, 29 * second),
  lagging: fc.oneof(
    fc.constantFrom<readonly boolean[]>([true], [true, false]),
    fc.array(fc.boolean(), { minLength: 3, maxLength: 7 }),
  ),
});

/** A change of tags, most often of one token, that is sent with and without expected tags. */
const tagging: fc.Arbitrary<ScenarioMutation> = fc.record({
  principal: fc.constantFrom('alice', 'alice', 'bob'),
  kind: fc.constantFrom('tag', 'tag', 'untag'),
  token: fc.constantFrom('t1', 't1', 't2'),
  variant: fc.constantFrom(0, 0, 1),
  expects: fc.constantFrom('nothing', 'current', 'current', 'stale'),
});

const lost = fc.oneof(
  { weight: 2, arbitrary: faults },
  { weight: 3, arbitrary: changeFault.map((eks) => ({ ...faultless, eks })) },
);

const outside: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('others' as const),
  what: fc.constantFrom('tag', 'tag', 'untag'),
  through: fc.constantFrom('eks', 'eks', 'gateway'),
});

const events: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 20, arbitrary: fc.record({ do: fc.constant('submit' as const), mutation: tagging, faults: lost }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('resubmit' as const), index, faults }) },
  { weight: 8, arbitrary: outside },
  { weight: 10, arbitrary: fc.constantFrom(clock(1), clock(10), clock(36), clock(61), clock(120), clock(421)) },
  ...plainEvents,
];

const created: Step = {
  event: {
    do: 'submit',
    mutation: { principal: 'alice', kind: 'create', token: 'made', variant: 0, expects: 'nothing' },
    faults: faultless,
  },
  turns: 100,
};

const anySteps = stepsOf(events, 3, 14);
const fewSteps = stepsOf(events, 0, 3);

const outsideNow = fc
  .constantFrom('tag' as const, 'tag' as const, 'untag' as const)
  .map((what): ScenarioEvent => ({ do: 'others', what, through: 'eks' }));

const reading = fc
  .constantFrom('all' as const, 'all' as const, 'reported' as const, 'leased' as const)
  .map((reads): ScenarioEvent => ({ do: 'scan', reads, faults: faultless }));

const soon = fc.constantFrom(clock(1), clock(5), clock(10));

/** Changes outside, and scans so shortly after each other that one may show less than the one before it. */
const scannedAgain: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.option(reading, { nil: null }),
    fc.constantFrom(1, 36, 61, 61),
    fc.array(fc.tuple(outsideNow, fc.option(soon, { nil: null }), reading, soon, reading), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([first, wait, changes]) => atOnce([first, clock(wait), ...changes.flat()]));

/**
 * A change of tags whose answer is lost, long enough after others changed the tags that it can't have been requested before, and repeated
 * before every read shows what others did: an older read shows the tags as requested.
 */
const lostAfterOthers: fc.Arbitrary<Step[]> = fc
  .record({
    mutation: tagging,
    isFirst: fc.boolean(),
    fault: changeFault,
    before: fc.constantFrom(1, 10, 16, 18, 20),
    after: fc.constantFrom(1, 3, 7),
    again: fc.constantFrom('submit', 'submit', 'reconcile'),
    through: outsideNow,
    extra: fc.option(reading, { nil: null }),
  })
  .map(({ mutation, isFirst, fault, before, after, again, through, extra }) => {
    const submit = (sent: ScenarioMutation, eks: typeof fault | null): ScenarioEvent => ({
      do: 'submit',
      mutation: sent,
      faults: { ...faultless, eks },
    });
    const first = isFirst ? submit({ ...mutation, token: 't0', expects: 'nothing' }, null) : null;
    const repeated: ScenarioEvent =
      again === 'submit' ? submit(mutation, null) : { do: 'reconcile', faults: faultless };
    return atOnce([first, clock(61), through, clock(before), submit(mutation, fault), clock(after), extra, repeated]);
  });

function atOnce(events: readonly (ScenarioEvent | null)[]): Step[] {
  return events.flatMap((event) => (event ? [{ event, turns: untilIdle }] : []));
}

/** Changes of tags of an association, in the gateway and outside, among all that can happen to it. */
export const taggingSteps: fc.Arbitrary<Step[]> = fc
  .oneof(
    { weight: 4, arbitrary: anySteps },
    { weight: 1, arbitrary: fc.tuple(fewSteps, scannedAgain, fewSteps).map((parts) => parts.flat()) },
    { weight: 1, arbitrary: fc.tuple(fewSteps, lostAfterOthers, fewSteps).map((parts) => parts.flat()) },
  )
  .map((steps) => [created, ...steps]);
