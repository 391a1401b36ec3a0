// Writes the code that V8 compiled of Cedar for the cases of a folder of policies: native-code.cjs
// POLICIES_FOLDER CASES_FOLDER OUTPUT_FILE. Start it by start.mjs and with `--no-liftoff`: V8
// writes only code that it has optimized. Without a file, it decides the cases as a function does,
// and says whether V8 uses such code.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runCase } from '../../src/cases/cases.ts';
import { readCases } from '../../src/cases/case-files.ts';
import { sharedPolicies } from '../../src/policy/policies/applicable.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { readInventoryText } from '../../src/policy/load.ts';
import { moduleOfStart } from '../bundle/cedar.ts';
import { nativeCodeOf } from '../bundle/cedar-native.ts';
import { readCompiledSet, verifyCases } from './verify-cases.ts';

const [policies = '', sources = '', output] = process.argv.slice(2);
const started = moduleOfStart();
if (started === null) throw new Error('Cedar has not started.');
const { module, hasNativeCode, nativeCodeProblem } = started;
if (output === undefined) {
  verifyCases(policies, sources);
  console.log(nativeCodeProblem ?? `${hasNativeCode ? 'from' : 'without'} native code`);
} else {
  // As for the snapshot: what parses policies about single places is not needed by every start, and
  // as large again.
  const engine = makeEngine(sharedPolicies(readCompiledSet(policies)));
  const inventory = readInventoryText(sources);
  for (const one of readCases(sources)) runCase(engine, inventory, one);
  // The code is used only with the flags that V8 has now: those that start.mjs sets. The second one
  // follows from `--no-liftoff`.
  for (const flag of ['--liftoff', '--wasm-dynamic-tiering']) setFlagsFromString(flag);
  writeFileSync(output, nativeCodeOf(module));
}
