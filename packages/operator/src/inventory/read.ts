import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readingPolicies } from '../../../../tools/explain.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { makeWorld } from '../../../local-gateway/src/world/world.ts';
import { shippedPolicies } from '../options.ts';
import type { LocalWorld } from '../settings.ts';

/**
 * The inventory of a file, without one that of the world of `npm start`, else of the package.
 * Throws an Error that says what is wrong with it.
 */
export function readLocalInventory(file: string | undefined, world: LocalWorld | null): Inventory {
  if (file === undefined && world !== null) return makeWorld(world.name, world.text, world.defaults).inventory;
  return readInventory(file ?? join(shippedPolicies, 'inventory.json'));
}

/** Reads the file of `--inventory`. Throws an Error that says what is wrong with it. */
export function readInventory(file: string): Inventory {
  const text = readingPolicies(file, 'Name the file of an inventory with --inventory.', () =>
    readFileSync(file, 'utf8'),
  );
  return parseInventory(text, basename(file));
}
