import { keyOf } from './declaration.ts';
import type { Target } from './declaration.ts';
import { groupBy } from './grouped.ts';

/** What is planned for one service account: its changes, which are made one after the other. */
export type Row<Item> = readonly [Item, ...Item[]];

/** Changes by their service accounts, in the order of the first of each. */
export function rowsOf<Item extends { readonly target: Target }>(changes: readonly Item[]): readonly Row<Item>[] {
  return [...groupBy(changes, ({ target }) => keyOf(target)).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [[first, ...others] as const],
  );
}

/** The change that has to be made before a change, for each that has one. */
export function predecessorsOf<Item extends { readonly target: Target }>(
  changes: readonly Item[],
): ReadonlyMap<Item, Item> {
  const pairs = rowsOf(changes).flatMap(([first, ...others]) => {
    let before = first;
    return others.map((one) => {
      const pair = [one, before] as const;
      before = one;
      return pair;
    });
  });
  return new Map(pairs);
}
