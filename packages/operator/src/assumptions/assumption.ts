import type { TrialCluster } from './trial-cluster.ts';

/** Something that the gateway assumes of EKS. */
export interface Assumption {
  /** Its name in the README of the simulator, in results and in the option `--only`. */
  readonly id: string;
  /** As in the README of the simulator. */
  readonly statement: string;
  /** What follows where it is refuted: the guarantee that it touches, the setting to raise. */
  readonly consequence: string;
  /** How it is tried, or why it can't be. */
  readonly trial: Trial | { readonly cannot: string };
  /** The option without which it is not tried. */
  readonly needs?: 'with-throttling';
}

/**
 * Tries an assumption once, with associations of its own. Resolves with the milliseconds that it
 * measured, if it measures. Throws `Refuted` where EKS behaves otherwise, and any other error where
 * that could not be seen.
 */
type Trial = (eks: TrialCluster) => Promise<unknown>;
