import type { Context } from 'aws-lambda';
import { checkpoint } from '../checkpoints/checkpoint.ts';
import type { CheckpointResult } from '../checkpoints/checkpoint.ts';
import type { CheckpointSenders, CheckpointSettings } from '../checkpoints/ports.ts';
import { vkeyOf } from '../checkpoints/note.ts';
import type { Log } from '../runtime/log.ts';
import { makeDeadline } from '../runtime/deadline.ts';
import type { Deadline } from '../runtime/deadline.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/** Time kept back for the answer. Milliseconds. */
const answerMs = 2_000;

/** No batch begins with less time left: it takes some seconds. Milliseconds. */
const batchMs = 28_000;

/** What runs use. */
interface CheckpointRuns extends CheckpointSettings {
  /** What sends the calls of one run: nothing after its deadline. */
  readonly sendersUntil: (deadline: Deadline) => CheckpointSenders;
}

/**
 * The handler of the scheduled function: one run of the checkpoints, with one line in the log. The
 * line of a run that signed has the key, so that it is known outside of the log of the trail.
 * Throws what made a run fail, after its line.
 */
export function makeCheckpointHandler({ sendersUntil, ...shared }: CheckpointRuns, log: Log) {
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<CheckpointResult> => {
    const startedAt = shared.clock();
    const deadline = makeDeadline(startedAt + context.getRemainingTimeInMillis() - answerMs, shared.clock);
    const deps = { ...shared, ...sendersUntil(deadline) };
    const meter = makeMeter();
    const run = async () => {
      const result = await checkpoint(deps, deadline.at - batchMs);
      return { result, key: result.added > 0 ? { verifierKey: vkeyOf((await deps.signer()).key) } : {} };
    };
    const { result, key } = await withMeter(meter, run)
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
      ...key,
      durationMs: deps.clock() - startedAt,
      ...meterFields(meter),
    });
    return result;
  };
}
