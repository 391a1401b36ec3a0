import type { CedarValueJson, EntityJson, PolicyJson, TypeAndId } from '../cedar/cedar.ts';

/** What some policies read of requests. */
export interface EntityUse {
  /** The names of all attributes that they read, of any entity and of the context. */
  readonly attributes: ReadonlySet<string>;
  /** Those of them that may be of a cluster: one fleet has many, which differ in their names. */
  readonly ofClusters: ReadonlySet<string>;
  readonly tags: boolean;
  /** Whether they ask what an entity is in. */
  readonly parents: boolean;
  /** Whether they name an account, cluster, namespace or association by its id. */
  readonly ids: boolean;
  /** Whether they use the context otherwise than for an attribute of it. */
  readonly wholeContext: boolean;
}

/** What these policies read of requests. */
export function useOf(policies: readonly PolicyJson[]): EntityUse {
  const attributes = new Set<string>();
  const ofClusters = new Set<string>();
  const wholeContext = policies.map(({ conditions }) => collectUse(conditions, attributes, ofClusters)).includes(true);
  const text = JSON.stringify(policies.map(({ annotations: _, ...policy }) => policy));
  return {
    attributes,
    // A record can have a cluster under any name.
    ofClusters: text.includes('"Record":') ? attributes : ofClusters,
    tags: /"(has|get)Tag":/.test(text),
    // An operator, and that of a head.
    parents: text.includes('"in"'),
    ids: placeType.test(text),
    wholeContext,
  };
}

const placeType = /"type":"PodIdentity::(Account|Cluster|Namespace|Association)"/;

/**
 * A part of an expression: an access of an attribute, a test for one or for a path of them, or
 * another.
 */
interface Part {
  readonly attr?: string | readonly string[];
  readonly left?: Part;
  readonly Var?: string;
  readonly '.'?: { readonly attr: string };
}

/**
 * Collects the names of attributes, which are always literals in Cedar, and returns whether the
 * context is used as a whole.
 */
function collectUse(part: unknown, attributes: Set<string>, ofClusters: Set<string>): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const { attr, left, Var: variable } = part as Part;
  if (variable === 'context') return true;
  const names = attr === undefined ? [] : [attr].flat();
  for (const [index, name] of names.entries()) {
    attributes.add(name);
    if (index === 0 ? mayBeCluster(left) : names[index - 1] === clusterAttribute) ofClusters.add(name);
  }
  if (names.length > 0 && left?.Var === 'context') return false;
  return Object.values(part)
    .map((value) => collectUse(value, attributes, ofClusters))
    .includes(true);
}

/** The only attribute whose value is a cluster, of any entity. */
const clusterAttribute = 'cluster';

/** Whether an expression may be a cluster: not another attribute or variable. */
function mayBeCluster({ Var: variable = 'resource', '.': access }: Part = {}): boolean {
  return variable === 'resource' && (access === undefined || access.attr === clusterAttribute);
}

/** Whether a part of a policy reads an attribute of one of these names, or the context as a whole. */
export function readsAnyOf(part: unknown, names: readonly string[]): boolean {
  const attributes = new Set<string>();
  return collectUse(part, attributes, new Set()) || names.some((name) => attributes.has(name));
}

/** Whether an attribute of the context may be read. */
export function readsContext({ attributes, wholeContext }: EntityUse, name: string): boolean {
  return wholeContext || attributes.has(name);
}

/** An entity with what is read of it. */
function readOf({ attrs, tags, parents, ...entity }: EntityJson, use: EntityUse): EntityJson {
  const isCluster = (entity.uid as TypeAndId).type === 'PodIdentity::Cluster';
  return {
    ...entity,
    attrs: onlyRead(attrs, isCluster ? use.ofClusters : use.attributes),
    parents: use.parents ? parents : [],
    ...(use.tags && tags !== undefined ? { tags } : {}),
  };
}

/**
 * The request with what is read of it. Policies with this use decide the same about it, except that
 * an error can have another text: an attribute that they read is there or not, as in the whole
 * request, and Cedar compares entities by their ids alone.
 */
export function readOfRequest<Request extends RequestContent>(request: Request, use: EntityUse): Request {
  const { entities, context } = request;
  return {
    ...request,
    context: use.wholeContext ? context : onlyRead(context, use.attributes),
    entities: entities.map((entity) => readOf(entity, use)).filter(isNotEmpty),
  };
}

/**
 * A text that is the same only for requests about which policies with this use decide the same: the
 * request with what they read of it, and without the ids of clusters and what is in them, unless
 * they name one. Cedar can compare ids only with those that policies name, and with those of the
 * same request, of which each type has one.
 */
export function questionOf(read: RequestContent, { ids }: EntityUse): string {
  const text = JSON.stringify(read);
  // In JSON, a quotation mark within a text has a backslash before it.
  return ids ? text : text.replaceAll(placeWithId, '$1');
}

const placeWithId = /("type":"PodIdentity::(?:Account|Cluster|Namespace|Association)"),"id":"(?:[^"\\]|\\.)*"/g;

/** What policies read of a request, besides who asks for what. */
interface RequestContent {
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}

function onlyRead<Value>(values: Readonly<Record<string, Value>>, names: ReadonlySet<string>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

/**
 * Whether an entity says more than its id. One that does not is the same as none, where no
 * attribute of it is read.
 */
function isNotEmpty({ attrs, parents, tags = {} }: EntityJson): boolean {
  return Object.keys(attrs).length + parents.length + Object.keys(tags).length > 0;
}
