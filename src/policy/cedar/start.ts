import { makeCedar } from './instance.ts';
import type { Cedar } from './instance.ts';

/** The first instance of a process. */
export interface StartedCedar {
  readonly cedar: Cedar;
  /**
   * Why it did not start from the snapshot of its memory in the package; null if it did, or if
   * there is none.
   */
  readonly snapshotProblem: string | null;
  /**
   * Why V8 compiles its code, instead of restoring what it had compiled when the package was built;
   * null if it does not, or if there is none.
   */
  readonly nativeCodeProblem: string | null;
}

/**
 * Creates the first instance. In bundles `deploy/bundle/cedar.ts` takes the place of this module,
 * which starts from a snapshot.
 */
export function startCedar(): StartedCedar {
  return { cedar: makeCedar().cedar, snapshotProblem: null, nativeCodeProblem: null };
}
