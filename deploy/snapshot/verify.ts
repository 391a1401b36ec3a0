// Decides the cases of a folder of policies as a deployed function does, from the snapshot of Cedar's memory where there is one:
// verify.cjs POLICIES_FOLDER CASES_FOLDER. Prints how many were decided; fails where a decision is not the expected one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCases, runCase } from '../../src/cases/cases.ts';
import type { PolicySet } from '../../src/policy/compile.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { policySetFile, readInventoryText } from '../../src/policy/load.ts';
import { parsedCalls } from '../bundle/cedar.ts';

const [policies = '', sources = ''] = process.argv.slice(2);
const engine = makeEngine(JSON.parse(readFileSync(join(policies, policySetFile), 'utf8')) as PolicySet);
const inventory = readInventoryText(sources);
const cases = readCases(sources);
const failures = cases.flatMap((one) => {
  const difference = runCase(engine, inventory, one);
  return difference === null ? [] : [`${one.file}: ${difference}`];
});
console.log(`${cases.length} cases, ${failures.length} failures, ${parsedCalls()} parsed`);
if (failures.length > 0) throw new Error(failures.join('\n'));
