/** A filter of a field in a pattern of EventBridge. */
type Filter =
  | string
  | { readonly prefix: string }
  | { readonly wildcard: string }
  | { readonly 'anything-but': string | readonly string[] }
  | { readonly exists: boolean };

/** A pattern of EventBridge. The field `$or` has patterns of which one must match. */
export interface EventPattern {
  readonly [field: string]: readonly Filter[] | EventPattern | readonly EventPattern[];
}

/**
 * Whether an event matches a pattern, as EventBridge does ("Comparison operators for use in event patterns" in its user guide).
 * Throws for an operator that it does not know.
 */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    if (field === '$or') return (wanted as readonly EventPattern[]).some((each) => matchesPattern(each, event));
    const value: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, field) : undefined;
    if (!Array.isArray(wanted)) return matchesPattern(wanted as EventPattern, value);
    return (wanted as readonly Filter[]).some((filter) => matchesFilter(filter, value));
  });
}

function matchesFilter(filter: Filter, value: unknown): boolean {
  if (typeof filter === 'object' && 'exists' in filter) return (value !== undefined) === filter.exists;
  // Of a list, one item suffices ("Event patterns" in its user guide).
  if (Array.isArray(value)) return value.some((item) => matchesFilter(filter, item));
  if (typeof value !== 'string') return false;
  if (typeof filter === 'string') return value === filter;
  if ('prefix' in filter) return value.startsWith(filter.prefix);
  if ('anything-but' in filter) return ![filter['anything-but']].flat().includes(value);
  if ('wildcard' in filter) {
    const parts = filter.wildcard.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(value);
  }
  throw new Error(`Unknown filter ${JSON.stringify(filter)}.`);
}
