import type { Context } from 'aws-lambda';
import { checkpoint } from '../checkpoints/checkpoint.ts';
import type { CheckpointResult } from '../checkpoints/checkpoint.ts';
import type { CheckpointDependencies } from '../checkpoints/dependencies.ts';
import { vkeyOf } from '../checkpoints/note.ts';
import type { Log } from '../runtime/log.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/** Time kept back so that the run ends before the function times out: a batch takes some seconds. Milliseconds. */
const answerMs = 30_000;

/**
 * The handler of the scheduled function: one run of the checkpoints, with one line in the log. The line of a run that signed has the key, so
 * that it is known outside of the log of the trail.
 */
export function makeCheckpointHandler(deps: CheckpointDependencies, log: Log) {
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<CheckpointResult> => {
    const startedAt = deps.clock();
    const deadline = startedAt + context.getRemainingTimeInMillis() - answerMs;
    const meter = makeMeter();
    const result = await withMeter(meter, () => checkpoint(deps, deadline));
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
