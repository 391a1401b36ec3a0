import type { Association } from '../../../src/model/association.ts';

/** The associations, and what reads show: for `lagMs` after a change, the state before it. */
export function makeStates(now: () => number, lagMs: number) {
  const current = new Map<string, Association>();
  /** All states in order; the association is null after its deletion. */
  const states: { readonly id: string; readonly association: Association | null; readonly shownFrom: number }[] = [];
  return {
    current: current as ReadonlyMap<string, Association>,
    /** Sets the state of an association; null deletes it. */
    put(id: string, association: Association | null): void {
      if (association) current.set(id, association);
      else current.delete(id);
      states.push({ id, association, shownFrom: now() + lagMs });
    },
    /** The associations that reads show, by id. */
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
