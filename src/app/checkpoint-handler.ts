import type { Context } from 'aws-lambda';
import { checkpoint } from '../checkpoints/checkpoint.ts';
import type { CheckpointResult } from '../checkpoints/checkpoint.ts';
import type { CheckpointDependencies } from '../checkpoints/dependencies.ts';
import { vkeyOf } from '../checkpoints/note.ts';
import type { Log } from '../runtime/log.ts';
import { makeDeadline } from '../runtime/deadline.ts';
import type { Deadline } from '../runtime/deadline.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/** Time kept back so that the run ends before the function times out: a batch takes some seconds. Milliseconds. */
const answerMs = 30_000;

/** What runs use. */
interface CheckpointHandlerDependencies extends CheckpointDependencies {
  /** The store of one run, to which nothing is sent after its deadline. Default: the store of all. */
  readonly storeUntil?: (deadline: Deadline) => CheckpointDependencies['store'];
}

/**
 * The handler of the scheduled function: one run of the checkpoints, with one line in the log. The line of a run that signed has the key, so
 * that it is known outside of the log of the trail. Throws what made a run fail, after its line.
 */
export function makeCheckpointHandler(shared: CheckpointHandlerDependencies, log: Log) {
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<CheckpointResult> => {
    const startedAt = shared.clock();
    const deadline = makeDeadline(startedAt + context.getRemainingTimeInMillis() - answerMs, shared.clock);
    const deps = { ...shared, store: shared.storeUntil?.(deadline) ?? shared.store };
    const meter = makeMeter();
    const result = await withMeter(meter, () => checkpoint(deps, deadline.at))
      .catch((error: unknown) => {
        const exception = error instanceof Error ? error.name : null;
        log('error', 'A checkpoint failed.', { exception, error: String(error), ...meterFields(meter) });
        throw error;
      })
      .finally(deadline.end);
    const { isSuperseded, ...numbers } = result;
    log('info', 'Checkpoint completed.', {
      ...numbers,
      // Of a run that another one has replaced, nothing is known.
      ...(isSuperseded ? { isSuperseded } : { checkpointRuns: 1, logLeaves: result.size }),
      ...(result.added > 0 ? { verifierKey: vkeyOf((await deps.signer()).key) } : {}),
      durationMs: deps.clock() - startedAt,
      ...meterFields(meter),
    });
    return result;
  };
}
