import * as fc from 'fast-check';
import type { MutationKind } from '../facts.ts';
import { vote } from './generator-held.ts';
import {
  anyKind,
  clock,
  expire,
  faults,
  index,
  mutation,
  plainEvents,
  policy,
  stepsOf,
  through,
  untilIdle,
} from './generator-parts.ts';
import { faultless } from './scenario.ts';
import type { Faults, ScenarioEvent, ScenarioMutation, Step } from './scenario.ts';

/** A change of the expiry, or of something else. */
const expiryMutation = fc
  .record({
    of: mutation,
    kind: fc.constantFrom<MutationKind>('create', 'create', 'update', 'update', 'update', 'delete', 'adopt'),
    ends: fc.constantFrom('soon' as const, 'later' as const, 'later' as const, 'never' as const, undefined),
    changesOnlyExpiry: fc.boolean(),
  })
  .map(({ of, kind, ends, changesOnlyExpiry }): ScenarioMutation => {
    const expects = of.variant === 0 ? 'nothing' : of.expects;
    return { ...of, kind, expects, changesOnlyExpiry, ...(ends === undefined ? {} : { ends }) };
  });

/** Expiries of other associations: around that of the scenario's association, and of the same setter or another one. */
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

const expiryEvents: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 12, arbitrary: fc.record({ do: fc.constant('submit' as const), mutation: expiryMutation, faults }) },
  { weight: 10, arbitrary: expire },
  { weight: 4, arbitrary: fc.constantFrom(355, 361, 376, 400).map(clock) },
  { weight: 3, arbitrary: burst },
  { weight: 1, arbitrary: lockSetter },
  { weight: 1, arbitrary: fc.constant(clock(pastHold)) },
];

/** Policies that judge deletes, and so expiries, otherwise than other changes. */
const judgement = fc.constantFrom(undefined, 'forbidden' as const, 'held' as const);
const judgedEvents: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 2, arbitrary: judgement.map((deletes) => policy(true, 'nothing', deletes)) },
  { weight: 6, arbitrary: vote },
];

const anyExpirySteps = stepsOf([...plainEvents, ...expiryEvents], 2, 16);
const anyJudgedSteps = stepsOf([...plainEvents, ...expiryEvents, ...judgedEvents], 4, 16);
const fewExpirySteps = stepsOf([...plainEvents, ...expiryEvents], 0, 4);

/** An association that ends, what is requested or changed before that, and runs at its expiry, during which something happens. */
const expiry: fc.Arbitrary<Step[]> = fc
  .record({
    before: fc.constantFrom(10, 200, 330, 355, 372),
    change: fc.oneof(
      fc.record({ do: fc.constant('submit' as const), mutation: expiryMutation, faults }),
      fc.record({ do: fc.constant('others' as const), what: anyKind, through }),
    ),
    turns: fc.constantFrom(untilIdle, untilIdle, 1, 3, 5, 7, 9),
    after: fc.constantFrom(6, 25, 36, 50, 120, 400),
    run: expire,
    ofRun: fc.constantFrom(untilIdle, 1, 3, 5, 7, 9, 11, 13),
    during: fc.oneof(
      fc.record({ do: fc.constant('submit' as const), mutation: expiryMutation, faults }),
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

/** Mostly an update that extends an expiry. */
const rival = fc.oneof(
  { weight: 1, arbitrary: expiryMutation },
  {
    weight: 2,
    arbitrary: fc.boolean().map((changesOnlyExpiry): ScenarioMutation => {
      const of = { principal: 'alice', kind: 'update', token: 't1', variant: 0, expects: 'nothing' } as const;
      return { ...of, ends: 'later', changesOnlyExpiry };
    }),
  },
);

/**
 * Under policies that judge deletes otherwise: requests for the expiry of one association, which run at the same time, the first one usually frozen while
 * the second one runs.
 */
const rivals: fc.Arbitrary<Step[]> = fc
  .record({
    first: fc.constantFrom('soon' as const, undefined),
    deletes: fc.constantFrom('forbidden' as const, 'held' as const),
    one: rival,
    other: rival,
    met: faults,
    ahead: fc.constantFrom(1, 30, 320),
    turns: fc.constantFrom(1, 2, 3, 4, 5, 6, 7),
    stopped: fc.constantFrom([], ['freeze' as const], ['freeze' as const]),
    votes: fc.array(vote, { maxLength: 2 }),
    later: fc.constantFrom(1, 36, 421),
  })
  .map(({ first, deletes, one, other, met, ahead, turns, stopped, votes, later }) => {
    const of = { principal: 'carol', kind: 'create', token: 't1', variant: 0, expects: 'nothing' } as const;
    const created = first === undefined ? of : { ...of, ends: first };
    const send = (event: ScenarioMutation, ofOne: Faults = faultless): ScenarioEvent => ({
      ...{ do: 'submit', mutation: { ...event, principal: event === one ? 'alice' : 'bob' }, faults: ofOne },
    });
    const goesOn = stopped.map((): ScenarioEvent => ({ do: 'resume', index: 0 }));
    const events: ScenarioEvent[] = [...goesOn, ...votes, clock(later), send(one), send(other), clock(421)];
    return [
      { event: send(created), turns: untilIdle },
      { event: policy(true, 'nothing', deletes), turns: 0 },
      { event: clock(10), turns: untilIdle },
      { event: send(one, met), turns },
      ...stopped.map((freeze) => ({ event: { do: freeze, index: 0 }, turns: 0 })),
      { event: clock(ahead), turns: 0 },
      { event: send(other), turns: untilIdle },
      ...[...events, { do: 'expire', faults: faultless } as const].map((event) => ({ event, turns: untilIdle })),
    ];
  });

/** Steps with associations that end. */
export const expirySteps = fc.oneof(
  { weight: 2, arbitrary: anyExpirySteps },
  { weight: 2, arbitrary: fc.tuple(expiry, fewExpirySteps).map((parts) => parts.flat()) },
  { weight: 1, arbitrary: anyJudgedSteps },
  { weight: 2, arbitrary: fc.tuple(rivals, fewExpirySteps).map((parts) => parts.flat()) },
);
