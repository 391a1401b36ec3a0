import type { Binding, ClusterSelector } from './declaration.ts';
import { placeText } from './located.ts';
import type { Place, Problem } from './located.ts';

/** Collects the service accounts that have two bindings: one problem for each pair of places. */
interface Overlaps {
  /** @param name the service account, with its cluster and namespace */
  readonly add: (name: string, place: Place, other: Place) => void;
  readonly problems: () => readonly Problem[];
}

export function makeOverlaps(): Overlaps {
  const found = new Map<
    string,
    { readonly name: string; readonly place: Place; readonly other: Place; count: number }
  >();
  return {
    add: (name, place, other) => {
      const key = `${placeText(place)} ${placeText(other)}`;
      const known = found.get(key);
      if (known) known.count += 1;
      else found.set(key, { name, place, other, count: 1 });
    },
    problems: () =>
      [...found.values()].map(({ name, place, other, count }) => {
        const subject = count === 1 ? `${name} already has` : `${name} and ${count - 1} more already have`;
        return { ...place, message: `${subject} a binding: ${placeText(other)}.` };
      }),
  };
}

/** As many associations as a declaration can have. */
const maxCompared = 100_000;

/**
 * The service accounts that two bindings have under equal selectors, which is known without the
 * clusters. `expand` finds the others.
 */
export function overlapsOf(bindings: readonly Binding[]): readonly Problem[] {
  const first = new Map<string, { readonly place: Place; readonly binding: Binding }>();
  const overlaps = makeOverlaps();
  let size = 0;
  for (const binding of bindings) {
    const { clusters, namespaces, serviceAccounts } = binding;
    size += clusters.length * namespaces.length * serviceAccounts.length;
    if (size > maxCompared) break;
    for (const key of keysOf(binding)) {
      for (const { text, place } of serviceAccounts.filter(isRead)) {
        const name = `${key}/${text}`;
        const other = first.get(name);
        if (other === undefined) first.set(name, { place, binding });
        else if (other.binding !== binding) overlaps.add(name, place, other.place);
      }
    }
  }
  return overlaps.problems();
}

/** The pairs of selector and namespace of a binding. */
function keysOf({ clusters, namespaces }: Binding): readonly string[] {
  const selectors = clusters.map(selectorText).filter((text) => text !== '');
  return selectors.flatMap((selector) => namespaces.filter(isRead).map(({ text }) => `${selector}/${text}`));
}

/** What is not a text is another problem, and was read as an empty one. */
function isRead({ text }: { readonly text: string }): boolean {
  return text !== '';
}

/** A selector as a text, the same for equal ones; empty for one that was not read. */
function selectorText({ place: _, ...selector }: ClusterSelector): string {
  const given = Object.entries(selector).filter(([, value]) => value !== null);
  const [first] = given;
  if (first === undefined) return '';
  return given.length === 1 && first[0] === 'clusterName'
    ? (first[1] ?? '')
    : JSON.stringify(Object.fromEntries(given));
}
