import type { InDoubtTimes } from '../../../../src/idempotency/times.ts';

/**
 * Service accounts of trials begin with this, in every run. No other association is ever changed.
 */
export const prefix = 'assumption-trial-';

/** Where assumptions are tried. */
export interface TrialTarget {
  readonly region: string;
  readonly clusterName: string;
  /** Namespace of all associations of the trials. It need not exist in the cluster. */
  readonly namespace: string;
  /** A role that trusts EKS Pod Identity. */
  readonly roleArn: string;
  /** A role that trusts that role, and not EKS Pod Identity. */
  readonly targetRoleArn: string;
  /** Those of the gateway, with which what is measured is compared. */
  readonly times: InDoubtTimes;
}
