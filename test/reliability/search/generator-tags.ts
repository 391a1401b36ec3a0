import * as fc from 'fast-check';
import { changeFault, clock, faults, index, plainEvents, stepsOf } from './generator-parts.ts';
import { faultless } from './scenario.ts';
import type { ScenarioEvent, ScenarioMutation, Step } from './scenario.ts';

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

/** Changes of tags of an association, in the gateway and outside, among all that can happen to it. */
export const taggingSteps: fc.Arbitrary<Step[]> = stepsOf(events, 3, 14).map((steps) => [created, ...steps]);
