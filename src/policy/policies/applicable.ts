import type { EntityJson, PolicyJson, TypeAndId } from '../cedar/cedar.ts';
import type { PolicySet } from './policy-set.ts';
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
export interface IndexedPolicy {
  readonly id: string;
  readonly policy: PolicyJson;
  /** Null: any action. */
  readonly actions: ReadonlySet<string> | null;
  /** Null: any resource. */
  readonly place: string | null;
}

/** What an index of policies follows from. */
type Policies = Pick<PolicySet, 'schema' | 'policies'>;

/** Policies by place, see {@link policiesByPlace}. */
type PoliciesByPlace = ReadonlyMap<string | null, readonly IndexedPolicy[]>;

/**
 * Finds the policies that can apply to a request, so that a decision does not evaluate those about
 * other actions, clusters or namespaces. A policy is left out only where Cedar would find it not
 * satisfied, without an error: because of action or resource in its head, or because its first
 * condition begins with `resource.namespace.name == "…"` or `resource.name == "…"` for another
 * name.
 */
export function indexPolicies(policySet: PolicySet): (request: RequestHead) => ApplicablePolicies {
  const byPlace = policiesByPlace(policySet);
  return (request) => {
    const action = nameOf(request.action);
    const places = [...placesIn(request)].filter((place) => byPlace.has(place)).sort();
    return {
      key: JSON.stringify([action, ...places]),
      // Most callers have seen the key before.
      get policies() {
        return byId([null, ...places].flatMap((place) => byPlace.get(place) ?? []).filter(isAbout(action)));
      },
    };
  };
}

/**
 * The policies that can apply to a request, in parts that can be evaluated one by one: those about
 * no place, which requests of the same action share, and those about each of its places, for all
 * actions. So each policy about a place is in one part only, and what is parsed for a thousand
 * namespaces grows with their own policies alone.
 */
export function indexParts(policySet: PolicySet): (request: RequestHead) => readonly ApplicablePolicies[] {
  const byPlace = policiesByPlace(policySet);
  const parts = new Map<string, ApplicablePolicies>();
  const part = (key: string, policies: () => readonly IndexedPolicy[]): ApplicablePolicies => {
    const found = parts.get(key) ?? { key, policies: byId(policies()) };
    parts.set(key, found);
    return found;
  };
  const shared = byPlace.get(null) ?? [];
  const hasPlaces = byPlace.size > (byPlace.has(null) ? 1 : 0);
  return (request) => {
    const action = nameOf(request.action);
    const places = hasPlaces ? [...placesIn(request)] : [];
    return [
      part(action, () => shared.filter(isAbout(action))),
      ...places.flatMap((place) => {
        const own = byPlace.get(place) ?? [];
        return own.some(isAbout(action)) ? [part(place, () => own)] : [];
      }),
    ];
  };
}

/**
 * The policy set without the policies about a place: those that decisions about all places share.
 */
export function sharedPolicies(policySet: PolicySet): PolicySet {
  return { ...policySet, policies: byId(policiesByPlace(policySet).get(null) ?? []) };
}

/**
 * How many places a request can be about: account, cluster, namespace and association, and the
 * names of two.
 */
const mostPlaces = 6;

/** The most policies that can apply to one request, whichever it is. */
export function mostApplicable(policySet: Policies): readonly IndexedPolicy[] {
  const byPlace = policiesByPlace(policySet);
  const placed = [...byPlace].flatMap(([place, policies]) => (place === null ? [] : [policies]));
  const largest = placed.sort((one, other) => other.length - one.length).slice(0, mostPlaces);
  return [...(byPlace.get(null) ?? []), ...largest.flat()];
}

const indexes = new WeakMap<Policies, PoliciesByPlace>();

/** The policies of a set by place; null has those about any. Indexed once. */
export function policiesByPlace(policySet: Policies): PoliciesByPlace {
  const index = indexes.get(policySet) ?? indexOf(policySet);
  indexes.set(policySet, index);
  return index;
}

/**
 * Whether an action is in another one, so that a policy can be about an action that it does not
 * name.
 */
export function hasActionGroups(schema: PolicySet['schema']): boolean {
  return Object.values(schema).some(({ actions }) =>
    Object.values(actions).some(({ memberOf }) => (memberOf ?? []).length > 0),
  );
}

/** Whether the ids of an entity type are listed in the schema. */
export function hasEnumeratedTypes(schema: PolicySet['schema']): boolean {
  return Object.values(schema).some(({ entityTypes }) =>
    Object.values(entityTypes).some((type) => Object.hasOwn(type, 'enum')),
  );
}

function indexOf({ schema, policies }: Policies): PoliciesByPlace {
  const isGrouped = hasActionGroups(schema);
  const indexed = Object.entries(policies).map(([id, policy]): IndexedPolicy => ({
    id,
    policy,
    place: placeOf(policy),
    actions: isGrouped ? null : actionsOf(policy),
  }));
  return Map.groupBy(indexed, ({ place }) => place);
}

/**
 * Whether a policy can apply to requests with this action, such as
 * `PodIdentity::Action::"ReadAuditTrail"`.
 */
export function isAbout(action: string): (policy: IndexedPolicy) => boolean {
  return ({ actions }) => actions === null || actions.has(action);
}

function byId(policies: readonly IndexedPolicy[]): ApplicablePolicies['policies'] {
  return Object.fromEntries(policies.map(({ id, policy }) => [id, policy]));
}

/**
 * What a policy must be about, by its head or the begin of its first condition; null: any place.
 */
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

/**
 * An access of attributes as text, such as `resource.namespace.name`; another expression ends in a
 * text that no access has.
 */
function attributePath(expression: unknown): string {
  const { Var: variable, '.': access } = expression as {
    readonly Var?: string;
    readonly '.'?: { readonly left: unknown; readonly attr: string };
  };
  return access ? `${attributePath(access.left)}.${access.attr}` : (variable ?? '(…)');
}

/**
 * Every place that a request is about: its resource, what the resource is in, and the names of
 * both.
 */
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
