import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePolicies } from './compile.ts';
import type { PolicySources } from './compile.ts';
import { decideWith } from './decide.ts';
import type { OnFailure } from './decide.ts';
import { createEngine } from './engine.ts';
import { parseInventory } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import type { Decide } from './policy.ts';

/** What a folder of policies comes to. */
export interface LoadedPolicy {
  readonly decide: Decide;
  readonly inventory: Inventory;
  /** SHA-256 (hex) of the policies and their schema. */
  readonly policySetHash: string;
}

/** Loads policies, schema and inventory from a folder. Throws an Error that says what is wrong with them, and where. */
export function loadPolicy(directory: string, onFailure?: OnFailure): LoadedPolicy {
  const policySet = compilePolicies(readPolicySources(directory));
  const inventory = parseInventory(readInventoryText(directory));
  return {
    decide: decideWith(createEngine(policySet), inventory, onFailure),
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
