import type { Association } from '../../../src/model/association.ts';

/** What associations there are, and what reads show of them: for `lagMs` after a change, what was before it. */
export function createStates(now: () => number, lagMs: number) {
  const held = new Map<string, Association>();
  /** Each state that came to be, in turn; null as the association, once it is gone. */
  const states: { readonly id: string; readonly association: Association | null; readonly shownFrom: number }[] = [];
  return {
    held: held as ReadonlyMap<string, Association>,
    /** From now on the association is like this; null: gone. */
    put(id: string, association: Association | null): void {
      if (association) held.set(id, association);
      else held.delete(id);
      states.push({ id, association, shownFrom: now() + lagMs });
    },
    /** What reads show, by id. */
    shown(): ReadonlyMap<string, Association> {
      const seen = new Map<string, Association>();
      for (const { id, association, shownFrom } of states) {
        if (shownFrom > now()) break;
        if (association) seen.set(id, association);
        else seen.delete(id);
      }
      return seen;
    },
  };
}
