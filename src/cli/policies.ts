// Validates a folder of policies and runs its cases: node src/policy/check.ts [directory]
import { join } from 'node:path';
import { readCases, runCase, untestedPolicies } from '../policy/cases.ts';
import { compilePolicies } from '../policy/compile.ts';
import { createEngine } from '../policy/engine.ts';
import { parseInventory } from '../policy/inventory.ts';
import { readInventoryText, readPolicySources } from '../policy/load.ts';

/** What a check found. */
export interface CheckReport {
  /** Each case that came out otherwise, and each policy that no case names. */
  readonly failures: readonly string[];
  /** One line, with the hashes that decisions carry. */
  readonly summary: string;
}

/** Checks a folder of policies. Throws an Error that says what is wrong when policies, inventory or a case can't be read. */
export function checkPolicies(directory: string): CheckReport {
  const engine = createEngine(compilePolicies(readPolicySources(directory)));
  const inventoryText = readInventoryText(directory);
  const inventory = parseInventory(inventoryText);
  const cases = readCases(directory);
  const failures = [
    ...cases.flatMap((one) => {
      const problem = runCase(engine, inventoryText, one);
      return problem === null ? [] : [`${one.file}: ${one.description}\n  ${problem}`];
    }),
    ...untestedPolicies(engine, cases).map((id) => `${id}: no case names this policy; write one that it decides.`),
  ];
  const policies = Object.keys(engine.policySet.policies).length;
  const hashes = `policy set ${engine.policySet.hash}, inventory ${inventory.hash}`;
  return { failures, summary: `${policies} policies, ${cases.length} cases, ${failures.length} failures; ${hashes}` };
}

function main([directory = join(import.meta.dirname, '../../policies')]: readonly string[]): number {
  try {
    const { failures, summary } = checkPolicies(directory);
    for (const failure of failures) console.error(`FAILED ${failure}`);
    console.log(summary);
    return failures.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
