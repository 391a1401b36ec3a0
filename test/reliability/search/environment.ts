import { encodeTime } from 'ulid';
import type { LockMemory } from '../../../src/model/lock.ts';
import type { Bursts } from './bursts.ts';
import type { MemoryEks } from './eks.ts';
import { home } from './home.ts';
import type { Model } from './model.ts';
import type { ApprovalModel } from './model-approvals.ts';
import type { DeclarationModel } from './model-declarations.ts';
import type { EnsureModel } from './model-ensure.ts';
import type { ExpiryModel } from './model-expiries.ts';
import type { ErasureModel } from './model-erasures.ts';
import type { InProgressModel } from './model-in-progress.ts';
import type { LeaseModel } from './model-leases.ts';
import type { ObservationModel } from './model-observations.ts';
import type { Processes } from './processes.ts';
import type { Recorder } from './recorder.ts';
import type { makePolicyVersions } from './policy-versions.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioStore } from './store.ts';
import type { VoterLocks } from './voters.ts';

/** What all processes of a scenario share. */
export interface Environment {
  readonly ledger: ScenarioStore;
  readonly eks: MemoryEks;
  readonly model: Model;
  readonly observations: ObservationModel;
  readonly approvals: ApprovalModel;
  readonly declarations: DeclarationModel;
  readonly expiries: ExpiryModel;
  readonly bursts: Bursts;
  readonly ensured: EnsureModel;
  readonly inProgress: InProgressModel;
  readonly erasures: ErasureModel;
  readonly leases: LeaseModel;
  readonly recorder: Recorder;
  readonly processes: Processes;
  /** Distinguishes scenarios that share a ledger. */
  readonly series: number;
  readonly clusterName: string;
  readonly clock: ScenarioClock;
  readonly ulid: (time: number) => string;
  readonly versions: ReturnType<typeof makePolicyVersions>;
  readonly scenario: Pick<Scenario, 'readsRoles' | 'hasExecutor'>;
  /** Whether changes in the cluster of the scenario are locked. */
  readonly isLocked: () => boolean;
  readonly voterLocks: VoterLocks;
  /** Reports a violated rule, one sentence. */
  readonly isBroken: (rule: string) => void;
  readonly lockMemory: LockMemory;
  /** Adds a line to the log; the line is built only if the log is enabled. */
  readonly log: (line: () => string) => void;
}

/** The service account of all scenarios. */
export const serviceAccount = { namespace: 'payments', serviceAccount: 'api' };

/** ARN of a role in the account. */
export function roleArn(name: string): string {
  return `arn:aws:iam::${home.accountId}:role/pods/${name}`;
}

/** The role that others give an association. Updates request it too, so that existing state is hard to tell from an applied update. */
export const othersRole = roleArn('update-0');

/** ULIDs that sort in the order of their creation across all processes. `series` distinguishes scenarios, `first` those of other clocks. */
export function ulids(series: number, first = 0): (time: number) => string {
  let last = 0;
  let count = first;
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  return (time) => {
    last = Math.max(last, time);
    return encodeTime(last) + digits(series, 9) + digits((count += 1), 7);
  };
}
