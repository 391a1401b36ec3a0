import { changeFailure } from '../../../../src/eks/errors.ts';
import type { Association } from '../../../../src/model/association.ts';
import { denialOf, expectThat } from './expectations.ts';
import type { CreateFields, TrialCluster } from './trial-cluster.ts';

/**
 * How long to wait between two reads of a state that lags, in milliseconds: 200 with the default of
 * LIST_LAG_MS.
 */
function pollMsOf({ target }: TrialCluster): number {
  return Math.max(10, target.times.listLagMs / 150);
}

/**
 * The milliseconds until reads were fresh, and stayed so for eight of them or `steadyMs`. Throws
 * `Refuted` where that takes longer than LIST_LAG_MS.
 */
export async function lagOf(
  eks: TrialCluster,
  isFresh: () => Promise<boolean>,
  steadyMs = pollMsOf(eks) * 8,
): Promise<number> {
  const changedAt = performance.now();
  let staleMs = 0;
  for (;;) {
    const readMs = performance.now() - changedAt;
    if (!(await isFresh())) staleMs = readMs;
    else if (readMs - staleMs >= steadyMs) return staleMs;
    const isPermitted = staleMs <= eks.target.times.listLagMs;
    expectThat(isPermitted, `${Math.round(staleMs)} ms after the change, a read did not show it`);
    await eks.pause(pollMsOf(eks));
  }
}

/**
 * Creates an association, and waits until describes show it, so that only trials of reads depend on
 * their lag. Throws an Error where that fails: it refutes nothing about what the trial does with
 * it.
 */
export async function make(eks: TrialCluster, fields: CreateFields = {}): Promise<Association> {
  try {
    const made = await eks.create(fields);
    await lagOf(eks, async () => (await eks.find(made.associationId)) !== null, 0);
    return made;
  } catch (error) {
    if (denialOf(error) !== null || !(error instanceof Error)) throw error;
    throw new Error(`An association can't be made: ${error.name}: ${error.message}`, { cause: error });
  }
}

/**
 * Repeats a create while a deleted association still has the service account. Throws `Refuted`
 * after LIST_LAG_MS.
 */
export async function createAfterDelete(eks: TrialCluster, fields: CreateFields): Promise<Association> {
  const deletedAt = performance.now();
  for (;;) {
    try {
      return await eks.create(fields);
    } catch (error) {
      if (changeFailure(error).kind !== 'in-use') throw error;
      const ms = performance.now() - deletedAt;
      const isPermitted = ms <= eks.target.times.listLagMs;
      expectThat(isPermitted, `${Math.round(ms)} ms after the delete, a create gets 409`);
    }
    await eks.pause(pollMsOf(eks));
  }
}
