// Decides the cases of a folder of policies, and writes the code that V8 compiled of Cedar for them: native-code.cjs POLICIES_FOLDER CASES_FOLDER
// OUTPUT_FILE. Start it by start.mjs and with `--no-liftoff`: V8 writes only code that it has optimized. Without a file, it says whether V8 uses it.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { moduleOfStart } from '../bundle/cedar.ts';
import { nativeCodeOf } from '../bundle/cedar-native.ts';
import './verify.ts';

const [, , output] = process.argv.slice(2);
const started = moduleOfStart();
if (started === null) throw new Error('Cedar has not started.');
const { module, hasNativeCode, nativeCodeProblem } = started;
if (output === undefined) console.log(nativeCodeProblem ?? `${hasNativeCode ? 'from' : 'without'} native code`);
else {
  // The code is used only with the flags that V8 has now: those that start.mjs sets. The second one follows from `--no-liftoff`.
  for (const flag of ['--liftoff', '--wasm-dynamic-tiering']) setFlagsFromString(flag);
  writeFileSync(output, nativeCodeOf(module));
}
