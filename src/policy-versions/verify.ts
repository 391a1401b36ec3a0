import type { OnFailure } from '../policy/decide/authorize.ts';
import { failedCases } from '../cases/cases.ts';
import { parseCases } from '../cases/case-files.ts';
import { makeCedarHost } from '../policy/cedar/cedar.ts';
import type { CedarHost } from '../policy/cedar/cedar.ts';
import { makeEngine } from '../policy/decide/engine.ts';
import type { Engine } from '../policy/decide/engine.ts';
import { parseInventory } from '../policy/inventory/inventory.ts';
import { compileRequired, policyOf } from '../policy/load.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { PolicyVersion } from './policy-version.ts';
import { unpackPolicies, verificationHash } from './packed-policies.ts';
import type { PackedPolicies, PolicyFiles, VerifiedFiles } from './packed-policies.ts';

/**
 * Loads the policies of a version. They are compiled and verified as if they had never been, unless
 * the build of this package or this process has verified the same policies with the same cases:
 * then only the inventory is another one, which is checked. Throws an Error that says what is not
 * as it should be: the hashes, the policies in Cedar's strict mode, a required policy, the
 * inventory, or a case.
 *
 * @param known policies that are loaded
 */
export function loadVersion(
  version: PolicyVersion,
  packed: PackedPolicies,
  known: readonly LoadedPolicy[],
  onFailure?: OnFailure,
): LoadedPolicy {
  const files = unpackPolicies(packed);
  const verification = verificationHash(files);
  const same = known.find((one) => one.verification === verification);
  const policy = same?.withInventory(parseInventory(files.inventory)) ?? verified(files, verification, onFailure);
  requireHashes(policy, version);
  return policy;
}

function verified(files: PolicyFiles, verification: string, onFailure: OnFailure | undefined): LoadedPolicy {
  const { engine, host } = verifyFiles(files);
  const { policies } = files;
  const parts = { engine, inventory: parseInventory(files.inventory), texts: () => policies };
  return policyOf(parts, { onFailure, host, verification });
}

/**
 * Compiles policies, and decides their cases, in an instance of Cedar of its own: what they do to
 * it has no effect on the policies in force. Throws an Error that says what is not as it should be.
 */
export function verifyFiles(files: VerifiedFiles): { readonly engine: Engine; readonly host: CedarHost } {
  const host = makeCedarHost();
  const engine = makeEngine(compileRequired('The version', files, files.required, host), host);
  const failures = failedCases(engine, files.caseInventory, parseCases(files.cases));
  if (failures.length > 0) throw new Error(`The policies fail their cases:\n${failures.join('\n')}`);
  return { engine, host };
}

/** Throws an Error unless a policy has the hashes of a version. */
export function requireHashes(
  { policySetHash, inventory }: Pick<LoadedPolicy, 'policySetHash' | 'inventory'>,
  version: PolicyVersion,
): void {
  requireHash('policies', policySetHash, version.policySetHash);
  requireHash('inventory', inventory.hash, version.inventoryHash);
}

function requireHash(what: string, found: string, expected: string): void {
  if (found !== expected) throw new Error(`The ${what} have the hash ${found}, but the version says ${expected}.`);
}
