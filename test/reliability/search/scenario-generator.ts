import * as fc from 'fast-check';
import type { ChangeKind, MutationKind } from '../facts.ts';
import { approvers, askings } from './asked-needs.ts';
import type { Approver, AskingName } from './asked-needs.ts';
import type { ChangeFault } from './eks-behaviour.ts';
import { faultless } from './scenario.ts';
import type { Faults, Scenario, ScenarioEvent, ScenarioMutation, Step } from './scenario.ts';

const second = 1_000;
/** In seconds. */
const week = 7 * 24 * 3_600;

const rejections = [
  ...(['THROTTLED', 'GATEWAY_ACCESS_DENIED', 'EKS_UNREACHABLE', 'ROLE_NOT_FOUND', 'EKS_REFUSED'] as const),
  'CREDENTIALS_UNAVAILABLE',
] as const;

const changeFault: fc.Arbitrary<ChangeFault> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<ChangeFault>({ kind: 'lost' }) },
  {
    weight: 6,
    // The last one is as late as possible if the clock of EKS is behind.
    arbitrary: fc
      .constantFrom([0, 0], [30, 0], [269, 59], [328, 59], [328, 59])
      .map(([onWay = 0, takes = 0]) => ({ kind: 'later' as const, onWayMs: onWay * second, takesMs: takes * second })),
  },
  { weight: 3, arbitrary: fc.constant<ChangeFault>({ kind: 'cut' }) },
  { weight: 4, arbitrary: fc.constant<ChangeFault>({ kind: 'too-late' }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(null, ...rejections)
      .map((outcome): ChangeFault => (outcome === null ? { kind: 'server-error' } : { kind: 'rejected', outcome })),
  },
);

const ledgerFault = fc.record({
  write: fc.constantFrom(1, 0, 2),
  kind: fc.constantFrom('lost' as const, 'down' as const),
});

const faults: fc.Arbitrary<Faults> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(faultless) },
  { weight: 7, arbitrary: changeFault.map((eks) => ({ ...faultless, eks })) },
  { weight: 2, arbitrary: ledgerFault.map((ledger) => ({ ...faultless, ledger })) },
  { weight: 1, arbitrary: fc.constant({ ...faultless, cannotRead: true }) },
  { weight: 1, arbitrary: fc.constant({ ...faultless, cannotReadLocks: true }) },
);

/** Most creates expect nothing, so that those without a plan stay as frequent as others. */
const withoutMostPlans = ({ isPlanned, ...mutation }: ScenarioMutation & { readonly isPlanned: boolean }) =>
  mutation.kind === 'create' && !isPlanned ? { ...mutation, expects: 'nothing' as const } : mutation;

const mutation: fc.Arbitrary<ScenarioMutation> = fc
  .record({
    isPlanned: fc.constantFrom(false, false, true),
    principal: fc.constantFrom('alice', 'alice', 'alice', 'bob'),
    kind: fc.constantFrom('create', 'create', 'create', 'update', 'delete', 'adopt'),
    token: fc.constantFrom('t1', 't1', 't1', 't2'),
    variant: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
    expects: fc.constantFrom('nothing', 'current', 'current', 'stale'),
    adopts: fc.constantFrom(false, false, true),
  })
  .map(withoutMostPlans);

/** Past a lease, just before and just after the end of an in-doubt time, short times, and past the retention. */
const jumps = [36, 36, 36, 400, 400, 421, 421, 421, 1, 10, 120, 300, week + 60].map((seconds) => seconds * second);

const index = fc.nat({ max: 3 });

const anyKind = fc.constantFrom<ChangeKind>('delete', 'create', 'update');
const through = fc.constantFrom('eks' as const, 'gateway' as const);

/** The distance of a clock from the true time: so far that two clocks differ by almost the allowed error, or by little. */
const skewMs = fc.constantFrom(0, 14_500, -14_500, 5, -5);

/** The same for scans, or ten minutes: by far more than is allowed. */
const scannerSkewMs = fc.oneof(
  { weight: 6, arbitrary: skewMs },
  { weight: 1, arbitrary: fc.constantFrom(600_000, -600_000) },
);

const plainEvents: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 8, arbitrary: fc.record({ do: fc.constant('submit' as const), mutation, faults }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('resubmit' as const), index, faults }) },
  { weight: 8, arbitrary: fc.constantFrom(...jumps).map((ms) => ({ do: 'clock' as const, ms })) },
  {
    weight: 4,
    arbitrary: faults.map((ofReconciler) => ({ do: 'reconcile' as const, faults: { ...ofReconciler, eks: null } })),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('scan' as const),
      reads: fc.constantFrom('all' as const, 'all' as const, 'due' as const, 'reported' as const),
      faults: faults.map((ofScan) => ({ ...ofScan, eks: null })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('freeze' as const, 'resume' as const, 'crash' as const), index }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('others' as const), what: anyKind, through }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('skew' as const),
      clock: fc.constantFrom(
        'gateway' as const,
        'eks' as const,
        'scanner' as const,
        'approver' as const,
        'expirer' as const,
      ),
      ms: skewMs,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(false, true, true).map((allows) => policy(allows, 'nothing')) },
  { weight: 1, arbitrary: fc.constantFrom(true, false, false).map((isSet) => ({ do: 'lock' as const, isSet })) },
];

function policy(allows: boolean, asking: AskingName): ScenarioEvent {
  return { do: 'policy', allows, asking };
}

const asking = fc.constantFrom<AskingName>('one', 'one', ...(Object.keys(askings) as AskingName[]));

const vote: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('vote' as const),
  by: fc.constantFrom(...(Object.keys(approvers) as Approver[])),
  vote: fc.constantFrom('APPROVE' as const, 'APPROVE' as const, 'APPROVE' as const, 'REJECT' as const),
  index: fc.constantFrom(0, 0, 0, 1, 2),
  faults: faults.map((ofVote) => ({ ...ofVote, eks: null })),
});

const heldEvents: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 14, arbitrary: vote },
  { weight: 3, arbitrary: asking.map((name) => policy(true, name)) },
];

/** More turns than the running processes can use. */
const untilIdle = 100;

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

const expire: fc.Arbitrary<ScenarioEvent> = faults.map((ofRun) => ({ do: 'expire', faults: ofRun }));

const endingEvents: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 12, arbitrary: fc.record({ do: fc.constant('submit' as const), mutation: endingMutation, faults }) },
  { weight: 10, arbitrary: expire },
  { weight: 4, arbitrary: fc.constantFrom(355, 361, 376, 400).map(clock) },
];

const stepsOf = (events: readonly fc.WeightedArbitrary<ScenarioEvent>[], minLength: number, maxLength: number) =>
  fc.array(
    fc.record({ event: fc.oneof(...events), turns: fc.constantFrom(untilIdle, untilIdle, 0, 1, 2, 3, 4, 5, 7) }),
    { minLength, maxLength, size: 'max' },
  );

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

function clock(seconds: number): ScenarioEvent {
  return { do: 'clock', ms: seconds * second };
}

const anySteps = stepsOf(plainEvents, 2, 20);
const fewSteps = stepsOf(plainEvents, 0, 3);
const anyHeldSteps = stepsOf([...plainEvents, ...heldEvents], 2, 16);
const fewHeldSteps = stepsOf([...plainEvents, ...heldEvents], 0, 4);

/** A change that is held: seldom with an expectation, which approvals are not about. */
const heldMutation = fc
  .tuple(mutation, fc.constantFrom<MutationKind>('create', 'create', 'update', 'update', 'delete', 'adopt'))
  .map(([one, kind]): ScenarioMutation => ({ ...one, kind, expects: one.variant === 0 ? 'nothing' : one.expects }));

/** A change that policy holds, votes on it, and its sends afterwards; something happens in between, and during them. */
const held: fc.Arbitrary<Step[]> = fc
  .record({
    mutation: heldMutation,
    other: fc.constantFrom('t1', 't1', 't2'),
    votes: fc.array(vote, { minLength: 1, maxLength: 2 }),
    faults,
    meanwhile: fc.oneof(
      fc.constant([]),
      fc.constantFrom(10, 300, 400, 421).map((seconds) => [clock(seconds)]),
      fc.tuple(anyKind, through).map(([what, by]): ScenarioEvent[] => [{ do: 'others', what, through: by }, clock(36)]),
      asking.map((name) => [policy(true, name), clock(10)]),
    ),
    turns: fc.constantFrom(untilIdle, untilIdle, 0, 2, 4, 6, 8),
    later: fc.constantFrom(36, 421),
  })
  .map(({ mutation: same, other, votes, faults: met, meanwhile, turns, later }) => {
    const events: ScenarioEvent[] = [
      ...(same.kind === 'create' ? [] : [{ do: 'others', what: 'create', through: 'eks' } as const]),
      { do: 'submit', mutation: same, faults: faultless },
      ...votes,
      ...meanwhile,
    ];
    const again = { do: 'submit', mutation: { ...same, token: other }, faults: met } as const;
    return [
      ...events.map((event) => ({ event, turns: untilIdle })),
      { event: { do: 'submit', mutation: same, faults: met }, turns },
      { event: again, turns: untilIdle },
      { event: clock(later), turns: untilIdle },
      { event: { ...again, faults: faultless }, turns: untilIdle },
    ];
  });

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
    later: fc.constantFrom(36, 421),
  })
  .map(({ before, change, turns, after, run, ofRun, during, later }) => {
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
const endingSteps = fc.oneof(
  { weight: 1, arbitrary: anyEndingSteps },
  { weight: 1, arbitrary: fc.tuple(ending, fewEndingSteps).map((parts) => parts.flat()) },
);

/** Steps under policies that ask approvers. */
const heldSteps = fc
  .tuple(
    asking,
    fc.oneof(
      { weight: 1, arbitrary: anyHeldSteps },
      { weight: 1, arbitrary: fc.tuple(fewHeldSteps, held, fewHeldSteps).map((parts) => parts.flat()) },
    ),
  )
  .map(([name, steps]): Step[] => [{ event: policy(true, name), turns: 0 }, ...steps]);

/** Generates scenarios, weighted towards those that cover more of the protocol. */
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  behaviour: fc.record({
    skewMs: fc.record({
      gateway: skewMs,
      eks: skewMs,
      scanner: scannerSkewMs,
      approver: scannerSkewMs,
      expirer: skewMs,
    }),
    lagMs: fc.constantFrom(0, 0, 29 * second),
    lagsInTurn: fc.boolean(),
  }),
  isOccupied: fc.constantFrom(false, false, true),
  readsRoles: fc.constantFrom(false, false, true),
  hasExecutor: fc.constantFrom(false, false, true),
  steps: fc.oneof(
    { weight: 15, arbitrary: anySteps },
    { weight: 4, arbitrary: fc.tuple(fewSteps, ambiguous, fewSteps).map((parts) => parts.flat()) },
    { weight: 5, arbitrary: heldSteps },
    { weight: 5, arbitrary: endingSteps },
  ),
  order: fc.nat({ max: 0x7fffffff }),
});
