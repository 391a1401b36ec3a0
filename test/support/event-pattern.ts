/** A filter of a field in a pattern of EventBridge. */
type Filter =
  string | { readonly prefix: string } | { readonly wildcard: string } | { readonly 'anything-but': string };

/** A pattern of EventBridge. */
export interface EventPattern {
  readonly [field: string]: readonly Filter[] | EventPattern;
}

/**
 * Whether an event matches a pattern, as EventBridge does ("Comparison operators for use in event patterns" in its user guide).
 * Throws for an operator that it does not know.
 */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, field) : undefined;
    if (!isFilters(wanted)) return matchesPattern(wanted, value);
    return typeof value === 'string' && wanted.some((filter) => matchesFilter(filter, value));
  });
}

function isFilters(pattern: readonly Filter[] | EventPattern): pattern is readonly Filter[] {
  return Array.isArray(pattern);
}

function matchesFilter(filter: Filter, value: string): boolean {
  if (typeof filter === 'string') return value === filter;
  if ('prefix' in filter) return value.startsWith(filter.prefix);
  if ('anything-but' in filter) return value !== filter['anything-but'];
  if ('wildcard' in filter) {
    const parts = filter.wildcard.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(value);
  }
  throw new Error(`Unknown filter ${JSON.stringify(filter)}.`);
}
