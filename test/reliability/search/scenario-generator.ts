import * as fc from 'fast-check';
import { ensuringSteps } from './generator-ensure.ts';
import { expirySteps } from './generator-expiries.ts';
import { heldSteps } from './generator-held.ts';
import { laggingReads, taggingSteps } from './generator-tags.ts';
import {
  anyKind,
  changeFault,
  clock,
  plainEvents,
  policy,
  scannerSkewMs,
  second,
  skewMs,
  stepsOf,
  through,
  untilIdle,
} from './generator-parts.ts';
import { faultless } from './scenario.ts';
import type { Scenario, ScenarioEvent, Step } from './scenario.ts';

/** What can happen between two calls of a request. */
const interruption: fc.Arbitrary<ScenarioEvent> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('others' as const), what: anyKind, through }) },
  { weight: 1, arbitrary: fc.constant<ScenarioEvent>({ do: 'lock', isSet: true }) },
  { weight: 1, arbitrary: fc.constant(policy(false, 'nothing')) },
);

const scan: ScenarioEvent = { do: 'scan', reads: 'all', faults: faultless };

/**
 * A change, usually in doubt, that is repeated when its outcome is hardest to determine: others changed the association meanwhile
 * and reads may not show that yet, or the in-doubt time is over or almost over; and something happens during the repetition.
 */
const ambiguous: fc.Arbitrary<Step[]> = fc
  .record({
    mutation: fc.record({
      principal: fc.constant('alice' as const),
      kind: fc.constantFrom('update', 'update', 'delete', 'create', 'create'),
      token: fc.constantFrom('t1', 't2'),
      variant: fc.constantFrom(0, 1),
      expects: fc.constantFrom('nothing', 'current'),
      adopts: fc.boolean(),
    }),
    faults: changeFault.map((eks) => ({ ...faultless, eks })),
    meanwhile: fc.oneof(
      fc
        .tuple(anyKind, through, fc.constantFrom(27, 421))
        .map(([what, by, wait]): ScenarioEvent[] => [clock(10), { do: 'others', what, through: by }, clock(wait)]),
      fc.constantFrom([clock(400)], [clock(421)]),
    ),
    scans: fc.constantFrom(false, false, true),
    interrupted: fc.option(fc.record({ event: interruption, after: fc.nat({ max: 12 }) }), { nil: null }),
  })
  .map(({ mutation: same, faults: met, meanwhile, scans, interrupted }) => [
    ...[{ do: 'submit' as const, mutation: same, faults: met }, ...meanwhile, ...(scans ? [scan] : [])].map((next) => ({
      event: next,
      turns: untilIdle,
    })),
    { event: { do: 'submit', mutation: same, faults: faultless }, turns: interrupted?.after ?? untilIdle },
    ...(interrupted ? [{ event: interrupted.event, turns: untilIdle }] : []),
    ...(scans ? [{ event: scan, turns: untilIdle }] : []),
  ]);

const scanOf = fc
  .constantFrom('all' as const, 'reported' as const)
  .map((reads): ScenarioEvent => ({ do: 'scan', reads, faults: faultless }));

/** A change outside that is found and adopted, or undone, by scans and observations with clocks of their own. */
const drifting: fc.Arbitrary<Step[]> = fc
  .record({
    scans: fc.array(scanOf, { minLength: 2, maxLength: 3 }),
    end: fc.constantFrom('adopt' as const, 'update' as const),
    wait: fc.constantFrom(0, 0, 5, 36),
  })
  .map(({ scans: [first, second, third], end, wait }) => {
    const common = { principal: 'alice', variant: 0, expects: 'nothing' } as const;
    const submit = (kind: 'create' | 'adopt' | 'update'): ScenarioEvent => ({
      do: 'submit',
      mutation: { ...common, kind, token: `t-${kind}` },
      faults: faultless,
    });
    const events: (ScenarioEvent | undefined)[] = [
      ...[submit('create'), { do: 'others', what: 'update', through: 'eks' } as const],
      ...[first, submit(end), second, clock(wait), third],
    ];
    return events.flatMap((event) => (event ? [{ event, turns: untilIdle }] : []));
  });

const anySteps = stepsOf(plainEvents, 2, 20);
const fewSteps = stepsOf(plainEvents, 0, 3);

/** What scenarios have besides their steps. */
const circumstances = {
  behaviour: fc.record({
    skewMs: fc.record({
      gateway: skewMs,
      secondGateway: skewMs,
      eks: skewMs,
      scanner: scannerSkewMs,
      approver: scannerSkewMs,
      expireRun: skewMs,
    }),
    lagMs: fc.constantFrom(0, 0, 29 * second),
    lagging: fc.constantFrom<readonly boolean[]>([true, false], [true]),
  }),
  isOccupied: fc.constantFrom(false, false, true),
  readsRoles: fc.constantFrom(false, false, true),
  hasExecutor: fc.constantFrom(false, false, true),
  order: fc.nat({ max: 0x7fffffff }),
};

/** Generates scenarios, weighted towards those that cover more of the protocol. */
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  ...circumstances,
  steps: fc.oneof(
    { weight: 15, arbitrary: anySteps },
    { weight: 4, arbitrary: fc.tuple(fewSteps, ambiguous, fewSteps).map((parts) => parts.flat()) },
    { weight: 1, arbitrary: drifting },
    { weight: 5, arbitrary: heldSteps },
    { weight: 5, arbitrary: expirySteps },
  ),
});

/** Generates scenarios of desired states. */
export const ensureScenario: fc.Arbitrary<Scenario> = fc.record({ ...circumstances, steps: ensuringSteps });

/** Generates scenarios of changes of tags. */
export const tagScenario: fc.Arbitrary<Scenario> = fc.record({
  ...circumstances,
  behaviour: fc.tuple(circumstances.behaviour, laggingReads).map(([common, reads]) => ({ ...common, ...reads })),
  steps: taggingSteps,
});
