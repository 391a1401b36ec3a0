import { makeCompileRun } from '../policy-versions/compile-version.ts';
import type { CompilePorts, CompileResult } from '../policy-versions/compile-version.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/**
 * The handler of the scheduled function: one run that compiles the policy version in force, with
 * one line in the log.
 */
export function makeCompileHandler(ports: CompilePorts): () => Promise<CompileResult> {
  const run = makeCompileRun(ports);
  return async () => {
    const startedAt = ports.clock();
    const meter = makeMeter();
    const result = await withMeter(meter, run);
    const durationMs = ports.clock() - startedAt;
    ports.log('info', 'Policy versions examined.', { ...result, durationMs, ...meterFields(meter) });
    return result;
  };
}
