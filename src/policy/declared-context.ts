import type { SchemaJson } from './cedar.ts';
import type { CedarRequest } from './engine.ts';

/**
 * The request without what its schema does not declare of the context: Cedar rejects it otherwise, and policies that were published for an earlier version
 * of the gateway have a schema without what was added since.
 */
export function withDeclaredContext(schema: SchemaJson<string>, request: CedarRequest): CedarRequest {
  const declared = declaredOf(schema, request.action.id);
  if (declared === null || Object.keys(request.context).every((name) => declared.has(name))) return request;
  const context = Object.entries(request.context).filter(([name]) => declared.has(name));
  return { ...request, context: Object.fromEntries(context) };
}

/** The names of the attributes that the context of an action has; null if the schema does not say. */
function declaredOf(schema: SchemaJson<string>, action: string): ReadonlySet<string> | null {
  const known = cache.get(schema) ?? new Map<string, ReadonlySet<string> | null>();
  cache.set(schema, known);
  const found = known.get(action);
  if (found !== undefined) return found;
  const namespace = Object.values(schema).find(({ actions }) => Object.hasOwn(actions, action));
  const context: TypeJson = namespace?.actions[action]?.appliesTo?.context ?? {};
  const common: TypeJson | undefined = namespace?.commonTypes?.[context.name ?? context.type ?? ''];
  const type = context.attributes ? context : common;
  const names = type?.attributes ? new Set(Object.keys(type.attributes)) : null;
  known.set(action, names);
  return names;
}

const cache = new WeakMap<SchemaJson<string>, Map<string, ReadonlySet<string> | null>>();

/** A type in Cedar's JSON: a record, or the name of one. */
interface TypeJson {
  readonly type?: string;
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}
