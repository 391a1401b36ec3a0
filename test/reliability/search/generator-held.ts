import * as fc from 'fast-check';
import type { MutationKind } from '../facts.ts';
import { approvers, policiesThatAsk } from './asked-needs.ts';
import type { Approver, AskingName } from './asked-needs.ts';
import {
  anyKind,
  clock,
  expire,
  faults,
  mutation,
  plainEvents,
  policy,
  stepsOf,
  through,
  untilIdle,
} from './generator-parts.ts';
import { faultless } from './scenario.ts';
import type { ScenarioEvent, ScenarioMutation, Step } from './scenario.ts';

export const asking = fc.constantFrom<AskingName>('one', 'one', ...(Object.keys(policiesThatAsk) as AskingName[]));

export const vote: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('vote' as const),
  by: fc.constantFrom(...(Object.keys(approvers) as Approver[])),
  vote: fc.constantFrom('APPROVE' as const, 'APPROVE' as const, 'APPROVE' as const, 'REJECT' as const),
  index: fc.constantFrom(0, 0, 0, 1, 2),
  faults: faults.map((ofVote) => ({ ...ofVote, eks: null })),
});

const voter: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('voter' as const),
  by: fc.constantFrom(...(Object.keys(approvers) as Approver[])),
  what: fc.constantFrom('lock' as const, 'lock' as const, 'lift' as const, 'deny' as const, 'permit' as const),
});

const withdraw: fc.Arbitrary<ScenarioEvent> = fc.record({
  do: fc.constant('withdraw' as const),
  by: fc.constantFrom('asker' as const, 'asker' as const, 'asker' as const, 'other' as const),
  index: fc.constantFrom(0, 0, 0, 1),
  faults: faults.map((ofWithdrawal) => ({ ...ofWithdrawal, eks: null })),
});

const lockAsker = (isSet: boolean): ScenarioEvent => ({ do: 'lock asker', isSet });

/** A withdrawal, most often while who asked is locked. */
const withdrawn: fc.Arbitrary<ScenarioEvent[]> = fc
  .tuple(withdraw, fc.constantFrom(true, true, false))
  .map(([event, isLocked]) => (isLocked ? [lockAsker(true), event, lockAsker(false)] : [event]));

const ofErin = (what: 'lock' | 'lift' | 'deny' | 'permit'): ScenarioEvent => ({ do: 'voter', by: 'erin', what });

const heldEvents: fc.WeightedArbitrary<ScenarioEvent>[] = [
  { weight: 14, arbitrary: vote },
  { weight: 5, arbitrary: voter },
  { weight: 3, arbitrary: asking.map((name) => policy(true, name)) },
  { weight: 4, arbitrary: expire },
  { weight: 6, arbitrary: withdraw },
  { weight: 2, arbitrary: fc.constantFrom(true, false).map(lockAsker) },
];

/** Just before an approval can no longer be used or given, after it, and once no clock can show an earlier time. Seconds. */
export const aroundEnds = fc.constantFrom(650, 675, 725, 890, 915, 965);

const anyHeldSteps = stepsOf([...plainEvents, ...heldEvents], 2, 16);
const fewHeldSteps = stepsOf([...plainEvents, ...heldEvents], 0, 4);

/** A change that is held: seldom with an expectation, which approvals are not about. */
const heldMutation = fc
  .tuple(mutation, fc.constantFrom<MutationKind>('create', 'create', 'update', 'update', 'delete', 'adopt'))
  .map(([one, kind]): ScenarioMutation => ({ ...one, kind, expects: one.variant === 0 ? 'nothing' : one.expects }));

/** The votes that every policy asks for. */
export const agreement = (['erin', 'dan'] as const).map((by): ScenarioEvent => ({
  do: 'vote',
  by,
  vote: 'APPROVE',
  index: 0,
  faults: faultless,
}));

/** Erin's vote does not count any more. */
const afterVotes = fc.constantFrom(
  [ofErin('lock')],
  [ofErin('lock'), ofErin('lift')],
  [ofErin('lock'), ofErin('lift')],
  [ofErin('deny'), clock(10)],
);

/** A change that policy holds, votes on it, and its sends afterwards; something happens in between, and during them. */
const held: fc.Arbitrary<Step[]> = fc
  .record({
    mutation: heldMutation,
    other: fc.constantFrom('t1', 't1', 't2'),
    votes: fc.oneof(fc.constant(agreement), fc.array(vote, { minLength: 1, maxLength: 2 })),
    faults,
    meanwhile: fc.oneof(
      fc.constant([]),
      fc.constantFrom(10, 300, 400, 421).map((seconds) => [clock(seconds)]),
      fc.tuple(anyKind, through).map(([what, by]): ScenarioEvent[] => [{ do: 'others', what, through: by }, clock(36)]),
      asking.map((name) => [policy(true, name), clock(10)]),
      afterVotes,
      afterVotes,
      fc.tuple(aroundEnds, expire).map(([seconds, run]) => [clock(seconds), run]),
      withdrawn,
      withdrawn,
      withdrawn,
      aroundEnds.map((seconds) => [clock(seconds)]),
    ),
    during: fc.option(fc.oneof(expire, voter, withdraw), { nil: null }),
    votesAgain: fc.constantFrom<ScenarioEvent[]>([], [], [ofErin('permit'), ofErin('lift'), clock(10), ...agreement]),
    turns: fc.constantFrom(untilIdle, untilIdle, 0, 2, 4, 6, 8),
    later: fc.constantFrom(36, 421),
  })
  .map(({ mutation: same, other, votes, faults: met, meanwhile, during, votesAgain, turns, later }) => {
    const events: ScenarioEvent[] = [
      ...(same.kind === 'create' ? [] : [{ do: 'others', what: 'create', through: 'eks' } as const]),
      { do: 'submit', mutation: same, faults: faultless },
      ...votes,
      ...meanwhile,
    ];
    const again = { do: 'submit', mutation: { ...same, token: other }, faults: met } as const;
    return [
      ...events.map((event) => ({ event, turns: untilIdle })),
      ...(during && turns !== untilIdle ? [{ event: during, turns }] : []),
      { event: { do: 'submit', mutation: same, faults: met }, turns },
      ...votesAgain.map((event) => ({ event, turns: untilIdle })),
      { event: again, turns: untilIdle },
      { event: clock(later), turns: untilIdle },
      { event: { ...again, faults: faultless }, turns: untilIdle },
    ];
  });

/** Steps under policies that ask approvers. */
export const heldSteps = fc
  .tuple(
    asking,
    fc.oneof(
      { weight: 1, arbitrary: anyHeldSteps },
      { weight: 1, arbitrary: fc.tuple(fewHeldSteps, held, fewHeldSteps).map((parts) => parts.flat()) },
    ),
  )
  .map(([name, steps]): Step[] => [{ event: policy(true, name), turns: 0 }, ...steps]);
