import * as fc from 'fast-check';
import type { ChangeKind } from '../facts.ts';
import type { ChangeFault, EksHabits } from './eks.ts';

/** What a caller asks for. The variants are different requests; the last one has 50 tags, which leave no room for the gateway's. */
export interface Wish {
  readonly principal: 'alice' | 'bob';
  readonly kind: ChangeKind;
  readonly token: 't1' | 't2';
  readonly variant: 0 | 1 | 2;
}

/** What goes wrong for one process. */
export interface Faults {
  /** With its first change at EKS. */
  readonly eks: ChangeFault | null;
  /** Its reads at EKS fail. */
  readonly cannotRead: boolean;
  /** With one of its writes to the ledger: `lost`, it is written and the answer lost; `down`, it is not written. */
  readonly ledger: { readonly write: number; readonly kind: 'lost' | 'down' } | null;
}

/** What happens next. `who` is a place among those whom it can happen to; where there is nobody, nothing does. */
export type AuditEventDetails =
  | { readonly do: 'ask'; readonly wish: Wish; readonly faults: Faults }
  | { readonly do: 'again'; readonly who: number; readonly faults: Faults }
  | { readonly do: 'reconcile'; readonly faults: Faults }
  | { readonly do: 'crash' | 'freeze' | 'thaw'; readonly who: number }
  | { readonly do: 'outsider'; readonly what: ChangeKind }
  | { readonly do: 'clock'; readonly ms: number }
  | { readonly do: 'policy'; readonly allows: boolean };

/** Something happens, and then those at work go on for so many turns. */
export interface Step {
  readonly details: AuditEventDetails;
  readonly turns: number;
}

/** All of a story: the same one happens in the same way each time. */
export interface Story {
  readonly habits: EksHabits;
  /** Whether somebody else's association is there from the begin. */
  readonly isTaken: boolean;
  readonly steps: readonly Step[];
  /** Seed of the scheduler, which chooses who goes on. */
  readonly order: number;
}

const second = 1_000;
/** In seconds. */
const week = 7 * 24 * 3_600;

/** Nothing goes wrong. */
export const faultless: Faults = { eks: null, cannotRead: false, ledger: null };

const changeFault: fc.Arbitrary<ChangeFault> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<ChangeFault>({ kind: 'lost' }) },
  {
    weight: 6,
    // The last of them is as late as can be, where EKS's clock is behind.
    arbitrary: fc
      .constantFrom([0, 0], [30, 0], [269, 59], [328, 59], [328, 59])
      .map(([onWay = 0, takes = 0]) => ({ kind: 'later' as const, onWayMs: onWay * second, takesMs: takes * second })),
  },
  { weight: 3, arbitrary: fc.constant<ChangeFault>({ kind: 'cut' }) },
  { weight: 4, arbitrary: fc.constant<ChangeFault>({ kind: 'too-late' }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(null, 'THROTTLED', 'GATEWAY_ACCESS_DENIED', 'EKS_UNREACHABLE', 'ROLE_NOT_FOUND', 'EKS_REFUSED')
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
);

const wish: fc.Arbitrary<Wish> = fc.record({
  principal: fc.constantFrom('alice', 'alice', 'alice', 'bob'),
  kind: fc.constantFrom('create', 'create', 'create', 'update', 'delete'),
  token: fc.constantFrom('t1', 't1', 't1', 't2'),
  variant: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
});

/** Past a lease, just short of the end of a doubt, past it, past the retention, and a little. */
const jumps = [36, 36, 36, 400, 400, 421, 421, 421, 1, 10, 120, 300, week + 60].map((seconds) => seconds * second);

const who = fc.nat({ max: 3 });

const details: fc.Arbitrary<AuditEventDetails> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('ask' as const), wish, faults }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('again' as const), who, faults }) },
  { weight: 8, arbitrary: fc.constantFrom(...jumps).map((ms) => ({ do: 'clock' as const, ms })) },
  {
    weight: 4,
    arbitrary: faults.map((ofSettler) => ({ do: 'reconcile' as const, faults: { ...ofSettler, eks: null } })),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('freeze' as const, 'thaw' as const, 'crash' as const), who }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('delete', 'create', 'update').map((what) => ({ do: 'outsider' as const, what })),
  },
  { weight: 1, arbitrary: fc.constantFrom(false, true, true).map((allows) => ({ do: 'policy' as const, allows })) },
);

/** More turns than those at work can take. */
const untilIdle = 100;

const step: fc.Arbitrary<Step> = fc.record({
  details,
  turns: fc.constantFrom(untilIdle, untilIdle, 0, 1, 2, 3, 4, 5, 7),
});

/**
 * A change in doubt, and the same asked for again when it is hardest to tell what became of it: somebody else changed it
 * meanwhile, and reads may not show that yet; or the doubt is not quite over.
 */
const hardToTell: fc.Arbitrary<Step[]> = fc
  .record({
    wish: fc.record({
      principal: fc.constant('alice' as const),
      kind: fc.constantFrom('update', 'update', 'delete', 'create', 'create'),
      token: fc.constantFrom('t1', 't2'),
      variant: fc.constantFrom(0, 1),
    }),
    faults: changeFault.map((eks) => ({ ...faultless, eks })),
    meanwhile: fc.oneof(
      fc
        .constantFrom('update', 'delete', 'create')
        .map((what): AuditEventDetails[] => [clock(10), { do: 'outsider', what }, clock(27)]),
      fc.constant([clock(400)]),
    ),
  })
  .map(({ wish: same, faults: met, meanwhile }) =>
    [
      { do: 'ask' as const, wish: same, faults: met },
      ...meanwhile,
      { do: 'ask' as const, wish: same, faults: faultless },
    ].map((next) => ({ details: next, turns: untilIdle })),
  );

function clock(seconds: number): AuditEventDetails {
  return { do: 'clock', ms: seconds * second };
}

const anySteps = fc.array(step, { minLength: 2, maxLength: 20, size: 'max' });
const fewSteps = fc.array(step, { maxLength: 3, size: 'max' });

/** Stories, the likelier the more of the protocol they lead through. */
export const story: fc.Arbitrary<Story> = fc.record({
  habits: fc.record({
    skewMs: fc.constantFrom(0, 29 * second, -29 * second),
    lagMs: fc.constantFrom(0, 0, 29 * second),
  }),
  isTaken: fc.constantFrom(false, false, true),
  steps: fc.oneof(
    { weight: 15, arbitrary: anySteps },
    { weight: 1, arbitrary: fc.tuple(fewSteps, hardToTell, fewSteps).map((parts) => parts.flat()) },
  ),
  order: fc.nat({ max: 0x7fffffff }),
});

/**
 * The scheduler of a story, at its begin. It is made anew each time: copies of one that is made with the story don't choose
 * alike, so that a story that was made shorter could not be played again.
 */
export function schedulerOf({ order }: Story): fc.Scheduler {
  const [scheduler] = fc.sample(fc.scheduler(), { seed: order, numRuns: 1 });
  if (!scheduler) throw new Error('fast-check gave no scheduler.');
  return scheduler;
}

/** The faults, to be read behind who meets them. */
export function toldFaults({ eks, cannotRead, ledger }: Faults): string {
  const told = [
    ...(eks ? [`its change at EKS: ${toldChangeFault(eks)}`] : []),
    ...(cannotRead ? ['its reads at EKS fail'] : []),
    ...(ledger
      ? [`its write ${ledger.write + 1}: ${ledger.kind === 'lost' ? 'the answer is lost' : 'the ledger is down'}`]
      : []),
  ];
  return told.length === 0 ? '' : ` [${told.join('; ')}]`;
}

function toldChangeFault(fault: ChangeFault): string {
  switch (fault.kind) {
    case 'lost':
      return 'the answer is lost';
    case 'later':
      return `no answer, on its way for ${fault.onWayMs / second} s, done ${fault.takesMs / second} s later`;
    case 'too-late':
      return 'no answer, done after more than any allowance';
    case 'cut':
      return 'no answer, and it never gets there';
    case 'server-error':
      return fault.kind;
    case 'rejected':
      return fault.outcome;
  }
}

/** How EKS is all through a story. */
export function toldHabits({ skewMs, lagMs }: EksHabits): string {
  return `EKS's clock is ${skewMs / second} s ahead, and its reads show changes ${lagMs / second} s late`;
}
