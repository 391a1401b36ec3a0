import type { OnFailure } from '../policy/authorize.ts';
import { failedCases, parseCases } from '../cases/cases.ts';
import { createCedarHost } from '../policy/cedar.ts';
import { createEngine } from '../policy/engine.ts';
import { parseInventory } from '../policy/inventory.ts';
import { compileRequired, policyOf } from '../policy/load.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { Release } from './policy-version.ts';
import { unpackVersion } from './packed-policies.ts';
import type { PackedVersion } from './packed-policies.ts';

/**
 * Loads the version of a release as if it had never been verified. Throws an Error that says what is not as it should be:
 * the hashes, the policies in Cedar's strict mode, a required policy, the inventory, or a case.
 */
export function loadRelease(release: Release, packed: PackedVersion, onFailure?: OnFailure): LoadedPolicy {
  const version = unpackVersion(packed);
  // An instance of its own: what it does to Cedar has no effect on the policies in force.
  const host = createCedarHost();
  const engine = createEngine(compileRequired('The version', version, version.required, host), host);
  const failures = failedCases(engine, version.caseInventory, parseCases(version.cases));
  if (failures.length > 0) throw new Error(`The policies fail their cases:\n${failures.join('\n')}`);
  const policy = policyOf(engine, parseInventory(version.inventory), onFailure, host);
  requireHash('policies', policy.policySetHash, release.policySetHash);
  requireHash('inventory', policy.inventory.hash, release.inventoryHash);
  return policy;
}

function requireHash(what: string, found: string, expected: string): void {
  if (found !== expected) throw new Error(`The ${what} have the hash ${found}, but the release says ${expected}.`);
}
