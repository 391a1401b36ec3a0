import type { EntityJson, PolicyJson, TypeAndId } from './cedar.ts';
import type { PolicySet } from './compile.ts';
import { actionsOf, nameOf, nameOfHead } from './policy-head.ts';
import type { Constraint, HeadEntity } from './policy-head.ts';

/** The policies that can apply to a request. */
export interface ApplicablePolicies {
  /** The same for the same policies. */
  readonly key: string;
  readonly policies: Readonly<Record<string, PolicyJson>>;
}

/** The parts of a request that determine which policies can apply. */
export interface RequestHead {
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly entities: readonly EntityJson[];
}

/** A policy, and what a request must be about for it to apply. */
interface IndexedPolicy {
  readonly id: string;
  readonly policy: PolicyJson;
  /** Null: any action. */
  readonly actions: ReadonlySet<string> | null;
  /** Null: any resource. */
  readonly place: string | null;
}

/**
 * Finds the policies that can apply to a request, so that a decision does not evaluate those about other actions, clusters or
 * namespaces. A policy is left out only where Cedar would find it not satisfied, without an error: because of action or
 * resource in its head, or because its first condition begins with `resource.namespace.name == "…"` or
 * `resource.name == "…"` for another name.
 */
export function indexPolicies({ schema, policies }: PolicySet): (request: RequestHead) => ApplicablePolicies {
  const hasActionGroups = Object.values(schema).some(({ actions }) =>
    Object.values(actions).some(({ memberOf }) => (memberOf ?? []).length > 0),
  );
  const indexed = Object.entries(policies).map(([id, policy]): IndexedPolicy => ({
    ...{ id, policy, place: placeOf(policy) },
    actions: hasActionGroups ? null : actionsOf(policy),
  }));
  const byPlace = Map.groupBy(indexed, ({ place }) => place);
  return (request) => {
    const action = nameOf(request.action);
    const places = [...placesIn(request)].filter((place) => byPlace.has(place)).sort();
    const applicable = [null, ...places]
      .flatMap((place) => byPlace.get(place) ?? [])
      .filter(({ actions }) => actions === null || actions.has(action));
    return {
      key: JSON.stringify([action, ...places]),
      policies: Object.fromEntries(applicable.map(({ id, policy }) => [id, policy])),
    };
  };
}

function placeOf({ resource, conditions }: PolicyJson): string | null {
  const { entity, in: within } = resource as Constraint;
  const inHead = entity ?? within?.entity;
  if (inHead !== undefined) return nameOfHead(inHead);
  const [first] = conditions;
  return first?.kind === 'when' ? namedPlace(first.body) : null;
}

/** The place of an expression that begins with a comparison of a name; null for any other. */
function namedPlace(expression: unknown): string | null {
  const { '&&': and, '==': equal } = expression as Partial<Record<'&&' | '==', Sides>>;
  if (and) return namedPlace(and.left);
  if (!equal) return null;
  const name = (equal.right as { readonly Value?: unknown }).Value;
  const path = attributePath(equal.left);
  return typeof name === 'string' && namePaths.includes(path) ? named(path, name) : null;
}

/** The operands of an operator in Cedar's JSON. */
interface Sides {
  readonly left: unknown;
  readonly right: unknown;
}

const namePaths = ['resource.name', 'resource.namespace.name'];

function named(path: string, name: string): string {
  return `${path} == ${JSON.stringify(name)}`;
}

/** An access of attributes as text, such as `resource.namespace.name`; another expression ends in a text that no access has. */
function attributePath(expression: unknown): string {
  const { Var: variable, '.': access } = expression as {
    readonly Var?: string;
    readonly '.'?: { readonly left: unknown; readonly attr: string };
  };
  return access ? `${attributePath(access.left)}.${access.attr}` : (variable ?? '(…)');
}

/** Every place that a request is about: its resource, what the resource is in, and the names of both. */
function placesIn({ resource, entities }: RequestHead): ReadonlySet<string> {
  const byName = new Map(entities.map((entity) => [nameOf(entity.uid as TypeAndId), entity]));
  const places = new Set([nameOf(resource)]);
  // The set grows while it is visited, until the parents of all parents are in it.
  for (const place of places) {
    for (const parent of byName.get(place)?.parents ?? []) places.add(nameOf(parent as TypeAndId));
  }
  const { name, namespace } = byName.get(nameOf(resource))?.attrs ?? {};
  if (typeof name === 'string') places.add(named('resource.name', name));
  const inNamespace = byName.get(nameOfHead((namespace ?? {}) as HeadEntity))?.attrs.name;
  if (typeof inNamespace === 'string') places.add(named('resource.namespace.name', inNamespace));
  return places;
}
