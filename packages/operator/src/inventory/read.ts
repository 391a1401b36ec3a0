import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readingPolicies } from '../../../../tools/explain.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';

/** Reads the file of `--inventory`. Throws an Error that says what is wrong with it. */
export function readInventory(file: string): Inventory {
  const text = readingPolicies(file, 'Name the file of an inventory with --inventory.', () =>
    readFileSync(file, 'utf8'),
  );
  return parseInventory(text, basename(file));
}
