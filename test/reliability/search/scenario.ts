import * as fc from 'fast-check';
import type { Approver, Ballot, Judgement } from './asked-needs.ts';
import type { ChangeKind, MutationKind } from '../facts.ts';
import type { ScenarioDesire } from './ensurers.ts';
import type { ChangeFault, EksBehaviour, Skews } from './eks-behaviour.ts';

/**
 * A mutation. The variants are different requests; variant 2 has 50 tags, which leave no room for the gateway's own.
 */
export interface ScenarioMutation {
  readonly principal: 'alice' | 'bob' | 'carol';
  readonly kind: MutationKind;
  readonly token: string;
  readonly variant: 0 | 1 | 2;
  /**
   * The `expectedModifiedAt` of a request on an association: none, that of the association, or an earlier one. The `expectedRevision` of a
   * create: none, that of the service account, or that before anything happened.
   */
  readonly expects: 'nothing' | 'current' | 'stale';
  /** Whether a create adopts an association of others that equals it: then it requests the role that they give. */
  readonly adopts?: boolean;
  /** When the association ends: some minutes after the first send, or not any more. Absent: nothing is said. Of a create or an update. */
  readonly ends?: 'soon' | 'later' | 'never';
  /** Whether an update changes the expiry alone. */
  readonly changesOnlyExpiry?: boolean;
  /** The declaration that makes the request; null or absent: none does. Requests that differ in nothing else are the same. */
  readonly declaration?: 'd1' | 'd2' | null;
}

/** The faults of one process. */
export interface Faults {
  /** The fault of its first change request to EKS. */
  readonly eks: ChangeFault | null;
  /** Whether its reads at EKS fail. */
  readonly cannotRead: boolean;
  /** Whether the account lacks the role that it reads and changes with. */
  readonly isRoleMissing?: boolean;
  /** Whether its reads of the locks fail. */
  readonly cannotReadLocks: boolean;
  /**
   * The fault of one of its ledger writes: `lost`, written but the response is lost; `late`, the same, but written minutes later; `down`, not
   * written.
   */
  readonly ledger: { readonly write: number; readonly kind: 'lost' | 'late' | 'down' } | null;
  /** Whether it is of another version of the gateway, which does not write what is in progress, nor expiries. */
  readonly isOtherVersion?: boolean;
}

/** Who sets many expiries: one that sets none of the scenario's association, or one that does. */
export type Setter = 'mallory' | 'alice';

/** Expiries that a setter sets, in a cluster of their own, one millisecond apart. */
export interface Burst {
  readonly setter: Setter;
  readonly count: number;
  readonly endsInMs: number;
}

/**
 * What a scan of the cluster reads: every association, those that are due, or the one that something told of, at once; `leased`: every association, with the
 * lease of the account, as whole runs do.
 */
export type ScanReads = 'all' | 'due' | 'reported' | 'leased';

/** The next event. `index` selects among the processes that it can apply to; without any, nothing happens. */
export type ScenarioEvent =
  | { readonly do: 'ensure'; readonly desire: ScenarioDesire; readonly faults: Faults }
  | { readonly do: 'submit'; readonly mutation: ScenarioMutation; readonly faults: Faults }
  | { readonly do: 'resubmit'; readonly index: number; readonly faults: Faults }
  | { readonly do: 'reconcile'; readonly faults: Faults }
  | { readonly do: 'scan'; readonly reads: ScanReads; readonly faults: Faults }
  | { readonly do: 'expire'; readonly faults: Faults }
  | ({ readonly do: 'burst' } & Burst)
  /** The operator's command erases personal data of the latest entries, where it may. */
  | { readonly do: 'erase' }
  /** The changes of `mallory` are locked, or no longer. */
  | { readonly do: 'lock setter'; readonly isSet: boolean }
  | { readonly do: 'crash' | 'freeze' | 'resume'; readonly index: number }
  /** Others change the association: directly at EKS, or by a request of their own that runs to its end at once. */
  | { readonly do: 'others'; readonly what: ChangeKind; readonly through: 'eks' | 'gateway' }
  | { readonly do: 'clock'; readonly ms: number }
  /** A clock is set to this distance from the true time. */
  | { readonly do: 'skew'; readonly clock: keyof Skews; readonly ms: number }
  /** A policy version that permits or denies all changes, or permits them once they are approved. */
  | ({ readonly do: 'policy' } & Judgement)
  | ({ readonly do: 'vote'; readonly faults: Faults } & Ballot)
  /** An approver is locked or not any more, or loses the right to vote or gets it back. */
  | { readonly do: 'voter'; readonly by: Approver; readonly what: 'lock' | 'lift' | 'deny' | 'permit' }
  | { readonly do: 'lock'; readonly isSet: boolean };

/** An event, and the number of turns that the running processes get afterwards. */
export interface Step {
  readonly event: ScenarioEvent;
  readonly turns: number;
}

/** A scenario. The same scenario always runs the same way. */
export interface Scenario {
  readonly behaviour: EksBehaviour;
  /** Whether the service account already has an association from outside the gateway. */
  readonly isOccupied: boolean;
  /** Whether policy depends on role attributes, and answers warn of the state of cluster and roles. */
  readonly readsRoles: boolean;
  /** Whether each change has a session of the executor's role. */
  readonly hasExecutor: boolean;
  readonly steps: readonly Step[];
  /** Seed of the scheduler, which chooses the next process. */
  readonly order: number;
}

const second = 1_000;
/** No faults. */
export const faultless: Faults = { eks: null, cannotRead: false, cannotReadLocks: false, ledger: null };

/**
 * Creates the scheduler of a scenario. Each run needs a new one: copies of a generated scheduler choose differently, so
 * that a shrunk scenario could not be reproduced.
 */
export function schedulerOf({ order }: Scenario): fc.Scheduler {
  const [scheduler] = fc.sample(fc.scheduler(), { seed: order, numRuns: 1 });
  if (!scheduler) throw new Error('fast-check returned no scheduler.');
  return scheduler;
}

/** Describes faults, to be appended to the name of a process. */
export function describeFaults({
  eks,
  cannotRead,
  isRoleMissing,
  cannotReadLocks,
  ledger,
  isOtherVersion,
}: Faults): string {
  const lines = [
    ...(eks ? [`its change request to EKS: ${describeChangeFault(eks)}`] : []),
    ...(isOtherVersion ? ['it is another version of the gateway'] : []),
    ...(isRoleMissing ? ['the account lacks its role'] : []),
    ...(cannotRead ? ['its EKS reads fail'] : []),
    ...(cannotReadLocks ? ['its reads of locks fail'] : []),
    ...(ledger ? [`its write ${ledger.write + 1}: ${describeLedgerFault[ledger.kind]}`] : []),
  ];
  return lines.length === 0 ? '' : ` [${lines.join('; ')}]`;
}

const describeLedgerFault = {
  lost: 'the response is lost',
  late: 'no response, it is written minutes later',
  down: 'the ledger is down',
} as const;

function describeChangeFault(fault: ChangeFault): string {
  switch (fault.kind) {
    case 'lost':
      return 'the response is lost';
    case 'later':
      return `no response, arrives after ${fault.onWayMs / second} s, takes effect ${fault.takesMs / second} s later`;
    case 'too-late':
      return 'no response, takes effect later than every allowance';
    case 'cut':
      return 'no response, never arrives';
    case 'server-error':
      return fault.kind;
    case 'rejected':
      return fault.outcome;
  }
}

/** Describes the behaviour of EKS. */
export function describeBehaviour({ skewMs, lagMs, lagging }: EksBehaviour): string {
  const ahead = `the clock of the gateway is ${skewMs.gateway / second} s ahead, that of its second process ${skewMs.secondGateway / second} s, that of EKS ${skewMs.eks / second} s, that of scans ${skewMs.scanner / second} s, that of approvers ${skewMs.approver / second} s, that of expiries ${skewMs.expireRun / second} s`;
  const inTurn = lagging.map((lags) => (lags ? 'lags' : 'does not')).join(', ');
  return `${ahead}, and its reads lag by ${lagMs / second} s, in turn: ${inTurn}`;
}
