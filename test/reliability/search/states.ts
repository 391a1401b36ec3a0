import type { Association } from '../../../src/model/association.ts';

/** The associations, and what reads show. */
export function makeStates(now: () => number) {
  const current = new Map<string, Association>();
  /** All states in order; the association is null after its deletion. */
  const states: { readonly id: string; readonly association: Association | null; readonly at: number }[] = [];
  return {
    current: current as ReadonlyMap<string, Association>,
    /** Sets the state of an association; null deletes it. */
    put(id: string, association: Association | null): void {
      if (association) current.set(id, association);
      else current.delete(id);
      states.push({ id, association, at: now() });
    },
    /** The associations that a read shows which lags: for `lagMs` after a change, the state before it. By id. */
    shownAfter(lagMs: number): ReadonlyMap<string, Association> {
      const seen = new Map<string, Association>();
      for (const { id, association, at } of states) {
        if (at + lagMs > now()) break;
        if (association) seen.set(id, association);
        else seen.delete(id);
      }
      return seen;
    },
  };
}
