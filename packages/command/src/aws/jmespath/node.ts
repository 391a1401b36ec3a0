import type { Value } from '../value.ts';

/** How two values are compared. */
export type Comparison = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte';

/**
 * A part of an expression. `nodes` of `steps` and `indexed` are applied one after the other; a
 * projection applies `right` to each element of `left`.
 */
export type Node =
  | { readonly kind: 'current' }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly bounds: readonly (number | null)[] }
  | { readonly kind: 'steps' | 'indexed' | 'list'; readonly nodes: readonly Node[] }
  | { readonly kind: 'projection' | 'values'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'filter'; readonly left: Node; readonly right: Node; readonly condition: Node }
  | { readonly kind: 'flatten' | 'not' | 'reference'; readonly node: Node }
  | { readonly kind: 'or' | 'and'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'comparison'; readonly comparison: Comparison; readonly left: Node; readonly right: Node }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Node])[] };
