import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policySetFile, readInventoryText, readPolicySet } from '../../src/policy/load.ts';
import { withApprovals } from '../support/held-requests.ts';

/** Writes the shipped policies, with one that demands approvals, as a build compiles them, and their inventory. */
export function writeCompiledPolicies(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const sources = withApprovals();
  writeFileSync(join(folder, policySetFile), JSON.stringify(readPolicySet(sources)));
  writeFileSync(join(folder, 'inventory.json'), readInventoryText(sources));
  rmSync(sources, { recursive: true });
}
