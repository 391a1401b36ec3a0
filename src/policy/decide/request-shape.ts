import type { CedarRequest } from '../cedar/request.ts';

/**
 * A text that is the same only for requests of which Cedar finds all valid or none, by a schema
 * without groups of actions and enumerated entity types. It has all types, names of attributes, the
 * action, and the arguments of extension functions; of other texts only whether Cedar can read
 * them.
 */
export function shapeOf({ principal, action, resource, context, entities }: CedarRequest): string {
  const shapes = entities.map(({ uid, attrs, parents, tags }) =>
    [shape(uid), shape(attrs), shape(parents), tags === undefined ? '' : tagsShape(tags)].join(),
  );
  return [action.type, action.id, shape(principal), shape(resource), shape(context), ...new Set(shapes)].join('\n');
}

/** What `toISOString` gives, which Cedar can always read. */
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Of what the shape has the value: entity types, extension functions and their arguments. */
const verbatim: ReadonlySet<string> = new Set(['type', 'fn', 'arg']);

function shape(value: unknown, name = ''): string {
  if (typeof value === 'string') {
    if (time.test(value)) return 't';
    return verbatim.has(name) || !value.isWellFormed() ? JSON.stringify(value) : 's';
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'n' : String(value);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  // A set is valid if each of its items is.
  if (Array.isArray(value)) return `[${[...new Set(value.map((item: unknown) => shape(item)))].join()}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${shape(item, key)}`);
  return `{${entries.join()}}`;
}

/** Callers choose the keys of tags, but a key can't make Cedar reject a request that it can read. */
function tagsShape(tags: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(tags).every((key) => key.isWellFormed()) ? '' : JSON.stringify(Object.keys(tags));
  return `${keys}${shape(Object.values(tags))}`;
}
