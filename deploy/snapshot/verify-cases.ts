import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCase } from '../../src/cases/cases.ts';
import { readCases } from '../../src/cases/case-files.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { policySetFile, readInventoryText } from '../../src/policy/load.ts';
import type { PolicySet } from '../../src/policy/policies/policy-set.ts';
import { parsedCalls } from '../bundle/cedar.ts';

/** The compiled policies of a package, by the folder of its policies. */
export function readCompiledSet(policies: string): PolicySet {
  return JSON.parse(readFileSync(join(policies, policySetFile), 'utf8')) as PolicySet;
}

/**
 * Decides the cases of a folder as a deployed function does, from the snapshot of Cedar's memory
 * where there is one. Prints how many were decided. Throws an Error where a decision is not the
 * expected one.
 */
export function verifyCases(policies: string, sources: string): void {
  const engine = makeEngine(readCompiledSet(policies));
  const inventory = readInventoryText(sources);
  const cases = readCases(sources);
  const failures = cases.flatMap((one) => {
    const difference = runCase(engine, inventory, one);
    return difference === null ? [] : [`${one.file}: ${difference}`];
  });
  console.log(`${cases.length} cases, ${failures.length} failures, ${parsedCalls()} parsed`);
  if (failures.length > 0) throw new Error(failures.join('\n'));
}
