import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePolicies } from './compile.ts';
import type { PolicySet, PolicySources } from './compile.ts';
import { authorizeWith } from './authorize.ts';
import type { OnFailure } from './authorize.ts';
import { createEngine } from './engine.ts';
import { parseInventory } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import type { Authorize } from './policy.ts';

/** What a folder of policies comes to. */
export interface LoadedPolicy {
  readonly authorize: Authorize;
  readonly inventory: Inventory;
  /** SHA-256 (hex) of the policies and their schema. */
  readonly policySetHash: string;
}

/** Loads policies, schema and inventory from a folder. Throws an Error that says what is wrong with them, and where. */
export function loadPolicy(directory: string, onFailure?: OnFailure): LoadedPolicy {
  return load(directory, compilePolicies(readPolicySources(directory)), onFailure);
}

/** The file that a build keeps a compiled policy set in, beside the policies. */
export const policySetFile = 'policy-set.json';

/**
 * As `loadPolicy`, for a folder in which a build has put the policy set that it compiled and validated. To parse and
 * validate the texts takes longer than all else that a function does before its first answer.
 */
export function loadCompiledPolicy(directory: string, onFailure?: OnFailure): LoadedPolicy {
  // Only a build writes this file, from what compilePolicies returns.
  const policySet = JSON.parse(readFileSync(join(directory, policySetFile), 'utf8')) as PolicySet;
  return load(directory, policySet, onFailure);
}

function load(directory: string, policySet: PolicySet, onFailure: OnFailure | undefined): LoadedPolicy {
  const inventory = parseInventory(readInventoryText(directory));
  return {
    authorize: authorizeWith(createEngine(policySet), inventory, onFailure),
    inventory,
    policySetHash: policySet.hash,
  };
}

/** Reads `schema.cedarschema` and all `*.cedar` files of a folder. */
export function readPolicySources(directory: string): PolicySources {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cedar'));
  if (files.length === 0) throw new Error(`${directory} holds no *.cedar file; put the policies there.`);
  return {
    schema: readFileSync(join(directory, 'schema.cedarschema'), 'utf8'),
    policies: Object.fromEntries(files.map((name) => [name, readFileSync(join(directory, name), 'utf8')])),
  };
}

/** Reads `inventory.json` of a folder. */
export function readInventoryText(directory: string): string {
  return readFileSync(join(directory, 'inventory.json'), 'utf8');
}
