import { makeCompileRun } from '../policy-versions/compile-version.ts';
import type { CompileDependencies, CompileResult } from '../policy-versions/compile-version.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';

/**
 * The handler of the scheduled function: one run that compiles the policy version in force, with
 * one line in the log.
 */
export function makeCompileHandler(deps: CompileDependencies): () => Promise<CompileResult> {
  const run = makeCompileRun(deps);
  return async () => {
    const startedAt = deps.clock();
    const meter = makeMeter();
    const result = await withMeter(meter, run);
    const durationMs = deps.clock() - startedAt;
    deps.log('info', 'Policy versions examined.', { ...result, durationMs, ...meterFields(meter) });
    return result;
  };
}
