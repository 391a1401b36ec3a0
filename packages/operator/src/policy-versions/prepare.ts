import { readFileSync } from 'node:fs';
import { readingPolicies } from '../../../../tools/explain.ts';
import { requireReachable } from '../../../../src/eks/eks-for.ts';
import { readCaseFiles } from '../../../../src/cases/case-files.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySet, readPolicySources, readRequiredText } from '../../../../src/policy/load.ts';
import { warningsOf } from '../authoring/warnings.ts';
import { packPolicies } from '../../../../src/policy-versions/packed-policies.ts';
import type { PackedPolicies, PolicyFiles, VerifiedFiles } from '../../../../src/policy-versions/packed-policies.ts';
import { verifyPolicies } from '../policies/check.ts';

/** Reads what verifies the policies of a folder. */
export function readVerifiedFiles(policies: string): VerifiedFiles {
  return {
    ...readPolicySources(policies),
    required: readRequiredText(policies),
    cases: readCaseFiles(policies),
    caseInventory: readInventoryText(policies),
  };
}

/** A version that may be published. */
export interface PreparedPolicies {
  readonly files: PolicyFiles;
  readonly packed: PackedPolicies;
  readonly policySetHash: string;
  readonly inventoryHash: string;
  /** One line about the check of the policies. */
  readonly summary: string;
  readonly warnings: readonly string[];
}

/**
 * Reads a version from its files, and verifies it as a build and the functions do. Throws an Error
 * that says what is not valid.
 *
 * @param policies folder of the policies and their cases
 * @param inventory file of the deployment's inventory
 */
export function preparePolicies(policies: string, inventory: string, homeAccountId: string): PreparedPolicies {
  const { failures, summary } = verifyPolicies(policies);
  if (failures.length > 0) throw new Error(`The policies fail their cases:\n${failures.join('\n')}`);
  const advice = 'Name the file of an inventory with --inventory.';
  const text = readingPolicies(inventory, advice, () => readFileSync(inventory, 'utf8'));
  const deployed = parseInventory(text);
  requireReachable(deployed.accounts, homeAccountId);
  const policySet = readPolicySet(policies);
  const files = { ...readVerifiedFiles(policies), inventory: text };
  return {
    files,
    packed: packPolicies(files),
    policySetHash: policySet.hash,
    inventoryHash: deployed.hash,
    summary,
    warnings: warningsOf(policySet, deployed),
  };
}
