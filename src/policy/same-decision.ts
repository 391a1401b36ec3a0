import { indexPolicies } from './applicable.ts';
import type { EntityJson, PolicyJson } from './cedar.ts';
import type { PolicySet } from './compile.ts';
import { toCedar } from './entities.ts';
import type { Inventory } from './inventory.ts';
import type { AuthorizationContext, AuthorizationRequest } from './policy.ts';
import { sliceFor } from './slice.ts';

/**
 * A text that is the same only for requests about which policy decides the same, so that one decision is enough for all of them; null
 * for a request that must be decided alone.
 */
export type DecisionKey = (context: AuthorizationContext, request: AuthorizationRequest) => string | null;

/** What some policies read of the entities of a request. */
interface EntityUse {
  /** The names of all attributes that they read, of any entity. */
  readonly attributes: ReadonlySet<string>;
  readonly tags: boolean;
  /** Whether they name an account, cluster, namespace or association by its id. */
  readonly ids: boolean;
}

/**
 * Creates the {@link DecisionKey} of these policies and this inventory. A key has the request as Cedar gets it, without what the policies that can
 * apply to it do not read: other attributes, and the ids of clusters and what is in them. Cedar can compare ids only with those that policies name, and with
 * those of the same request, of which each type has one.
 */
export function makeDecisionKey(policySet: PolicySet, inventory: Inventory): DecisionKey {
  const applicable = indexPolicies(policySet);
  const uses = new Map<string, EntityUse>();
  return (context, request) => {
    const slice = sliceFor(inventory, context, request);
    if (slice.cluster === null || context.onBehalfOf !== null) return null;
    const cedarRequest = toCedar(context, request, slice);
    const { key, policies } = applicable(cedarRequest);
    const use = uses.get(key) ?? useOf(Object.values(policies));
    uses.set(key, use);
    const entities = cedarRequest.entities.map((entity) => whatIsRead(entity, use));
    return JSON.stringify([key, { ...cedarRequest, entities }], use.ids ? undefined : withoutPlaces);
  };
}

function useOf(policies: readonly PolicyJson[]): EntityUse {
  const attributes = new Set<string>();
  collectAttributes(policies, attributes);
  const text = JSON.stringify(policies);
  return { attributes, tags: /"(has|get)Tag":/.test(text), ids: placeType.test(text) };
}

const placeType = /"type":"PodIdentity::(Account|Cluster|Namespace|Association)"/;
const placeTypes = ['Account', 'Cluster', 'Namespace', 'Association'].map((name) => `PodIdentity::${name}`);

/** Collects the names of attributes, which are always literals in Cedar. */
function collectAttributes(part: unknown, attributes: Set<string>): void {
  if (typeof part !== 'object' || part === null) return;
  const { attr } = part as { readonly attr?: unknown };
  if (typeof attr === 'string') attributes.add(attr);
  for (const value of Object.values(part)) collectAttributes(value, attributes);
}

function whatIsRead({ attrs, tags, ...entity }: EntityJson, use: EntityUse): EntityJson {
  const read = Object.entries(attrs).filter(([name]) => use.attributes.has(name));
  return { ...entity, attrs: Object.fromEntries(read), ...(use.tags ? { tags } : {}) };
}

/** Replaces the reference to a place by its type. */
function withoutPlaces(_: string, value: unknown): unknown {
  const { type, id } = (value ?? {}) as { readonly type?: unknown; readonly id?: unknown };
  return typeof type === 'string' && typeof id === 'string' && placeTypes.includes(type) ? type : value;
}
