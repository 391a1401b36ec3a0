import * as fc from 'fast-check';
import type { ChangeKind } from '../facts.ts';
import type { AskingName, Judgement } from './asked-needs.ts';
import type { ChangeFault } from './eks-behaviour.ts';
import { faultless } from './scenario.ts';
import type { Faults, ScanReads, ScenarioEvent, ScenarioMutation } from './scenario.ts';

export const second = 1_000;
/** In seconds. */
const week = 7 * 24 * 3_600;

const rejections = [
  ...(['THROTTLED', 'GATEWAY_ACCESS_DENIED', 'EKS_UNREACHABLE', 'ROLE_NOT_FOUND', 'EKS_REFUSED'] as const),
  'CREDENTIALS_UNAVAILABLE',
] as const;

export const changeFault: fc.Arbitrary<ChangeFault> = fc.oneof(
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
  kind: fc.constantFrom('lost' as const, 'down' as const, 'late' as const),
});

const anyFaults: fc.Arbitrary<Faults> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(faultless) },
  { weight: 7, arbitrary: changeFault.map((eks) => ({ ...faultless, eks })) },
  { weight: 2, arbitrary: ledgerFault.map((ledger) => ({ ...faultless, ledger })) },
  { weight: 1, arbitrary: fc.constant({ ...faultless, cannotRead: true }) },
  { weight: 1, arbitrary: fc.constant({ ...faultless, cannotReadLocks: true }) },
);

/** One process in eight is of another version of the gateway. */
export const faults: fc.Arbitrary<Faults> = fc
  .tuple(anyFaults, fc.constantFrom(true, false, false, false, false, false, false, false))
  .map(([met, isOtherVersion]) => (isOtherVersion ? { ...met, isOtherVersion } : met));

/** Most creates and updates expect no revision, so that those without a plan stay as frequent as others. */
function withoutMostPlans({ isPlanned, ...mutation }: ScenarioMutation): ScenarioMutation {
  if (mutation.kind === 'create') return isPlanned ? mutation : { ...mutation, expects: 'nothing' };
  return mutation.kind === 'update' && isPlanned ? { ...mutation, isPlanned } : mutation;
}

export const mutation: fc.Arbitrary<ScenarioMutation> = fc
  .record({
    isPlanned: fc.constantFrom(false, false, true),
    principal: fc.constantFrom('alice', 'alice', 'alice', 'bob'),
    kind: fc.constantFrom('create', 'create', 'create', 'update', 'delete', 'adopt'),
    token: fc.constantFrom('t1', 't1', 't1', 't2'),
    variant: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
    expects: fc.constantFrom('nothing', 'current', 'current', 'stale'),
    adopts: fc.constantFrom(false, false, true),
    declaration: fc.constantFrom(null, null, 'd1' as const, 'd2' as const),
  })
  .map(withoutMostPlans);

/** Past a lease, just before and just after the end of an in-doubt time, short times, and past the retention. */
const jumps = [36, 36, 36, 400, 400, 421, 421, 421, 1, 10, 120, 300, week + 60].map((seconds) => seconds * second);

export const index = fc.nat({ max: 3 });

export const anyKind = fc.constantFrom<ChangeKind>('delete', 'create', 'update');
export const through = fc.constantFrom('eks' as const, 'gateway' as const);

/** The distance of a clock from the true time: so far that two clocks differ by almost the allowed error, or by little. */
export const skewMs = fc.constantFrom(0, 14_500, -14_500, 5, -5);

/** The same for scans, or ten minutes: by far more than is allowed. */
export const scannerSkewMs = fc.oneof(
  { weight: 6, arbitrary: skewMs },
  { weight: 1, arbitrary: fc.constantFrom(600_000, -600_000) },
);

export const plainEvents: fc.WeightedArbitrary<ScenarioEvent>[] = [
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
      reads: fc.constantFrom<ScanReads>('all', 'all', 'due', 'reported', 'leased'),
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
        'secondGateway' as const,
        'eks' as const,
        'scanner' as const,
        'approver' as const,
        'expireRun' as const,
      ),
      ms: skewMs,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(false, true, true).map((allows) => policy(allows, 'nothing')) },
  { weight: 1, arbitrary: fc.constantFrom(true, false, false).map((isSet) => ({ do: 'lock' as const, isSet })) },
  { weight: 2, arbitrary: fc.constant<ScenarioEvent>({ do: 'erase' }) },
];

export const expire: fc.Arbitrary<ScenarioEvent> = fc
  .oneof({ weight: 9, arbitrary: faults }, { weight: 1, arbitrary: fc.constant({ ...faultless, isRoleMissing: true }) })
  .map((ofRun) => ({ do: 'expire', faults: ofRun }));

export function policy(allows: boolean, asking: AskingName, deletes?: Judgement['deletes']): ScenarioEvent {
  return { do: 'policy', allows, asking, deletes };
}

/** More turns than the running processes can use. */
export const untilIdle = 100;

export const stepsOf = (events: readonly fc.WeightedArbitrary<ScenarioEvent>[], minLength: number, maxLength: number) =>
  fc.array(
    fc.record({ event: fc.oneof(...events), turns: fc.constantFrom(untilIdle, untilIdle, 0, 1, 2, 3, 4, 5, 7) }),
    { minLength, maxLength, size: 'max' },
  );

export function clock(seconds: number): ScenarioEvent {
  return { do: 'clock', ms: seconds * second };
}
