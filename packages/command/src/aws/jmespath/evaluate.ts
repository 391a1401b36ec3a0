import type { Value } from '../value.ts';
import { compareOrdered, isArray, isEqual, isFalse, isObject, isOrdered, isReference } from './data.ts';
import type { Data } from './data.ts';
import { EvaluationError } from './errors.ts';
import { callFunction } from './functions.ts';
import type { Comparison, Node } from './node.ts';

/**
 * Applies an expression to a value.
 *
 * @throws {@link EvaluationError}
 */
export function evaluate(node: Node, value: Value): Value {
  const result = dataOf(node, value);
  if (hasReference(result)) throw new EvaluationError('An expression (&) can only be an argument of a function.');
  return result as Value;
}

function dataOf(node: Node, value: Data): Data {
  switch (node.kind) {
    case 'current':
      return value;
    case 'literal':
      return node.value;
    case 'field':
      return isObject(value) && Object.hasOwn(value, node.name) ? (value[node.name] ?? null) : null;
    case 'index':
      return isArray(value) ? (value.at(node.index) ?? null) : null;
    case 'slice':
      return isArray(value) ? slice(value, node.bounds) : null;
    case 'steps':
    case 'indexed':
      return node.nodes.reduce((result, step) => dataOf(step, result), value);
    case 'projection':
    case 'values':
    case 'filter':
      return project(node, dataOf(node.left, value));
    case 'flatten': {
      const list = dataOf(node.node, value);
      return isArray(list) ? list.flatMap((one) => (isArray(one) ? one : [one])) : null;
    }
    case 'not':
      return isFalse(dataOf(node.node, value));
    case 'or':
    case 'and': {
      const left = dataOf(node.left, value);
      return isFalse(left) === (node.kind === 'or') ? dataOf(node.right, value) : left;
    }
    case 'comparison':
      return compare(node.comparison, dataOf(node.left, value), dataOf(node.right, value));
    case 'reference':
      return (argument) => dataOf(node.node, argument);
    case 'call':
      return callFunction(
        node.name,
        node.args.map((argument) => dataOf(argument, value)),
      );
    case 'list':
      return value === null ? null : node.nodes.map((one) => dataOf(one, value));
    case 'map':
      return value === null ? null : Object.fromEntries(node.entries.map(([name, one]) => [name, dataOf(one, value)]));
  }
}

/** Applies a projection to each element; elements that yield null are left out. */
function project(node: Extract<Node, { kind: 'projection' | 'values' | 'filter' }>, base: Data): Data {
  const elements = node.kind === 'values' ? (isObject(base) ? Object.values(base) : null) : isArray(base) ? base : null;
  if (elements === null) return null;
  const selected = node.kind === 'filter' ? elements.filter((one) => !isFalse(dataOf(node.condition, one))) : elements;
  return selected.map((one) => dataOf(node.right, one)).filter((one) => one !== null);
}

/** By the rules of Python's slices. */
function slice(list: readonly Data[], [from = null, to = null, by = null]: readonly (number | null)[]): Data {
  const step = by ?? 1;
  if (step === 0) throw new EvaluationError('slice step cannot be zero');
  const [least, most] = step > 0 ? [0, list.length] : [-1, list.length - 1];
  const bound = (given: number | null, otherwise: number) =>
    given === null ? otherwise : Math.min(Math.max(given < 0 ? given + list.length : given, least), most);
  const start = bound(from, step > 0 ? least : most);
  const end = bound(to, step > 0 ? most : least);
  const count = Math.max(0, Math.ceil((end - start) / step));
  return Array.from({ length: count }, (_, index) => list[start + index * step] ?? null);
}

/** Texts have an order beside numbers, as in the AWS CLI; other values have none. */
function compare(comparison: Comparison, left: Data, right: Data): Data {
  if (comparison === 'eq') return isEqual(left, right);
  if (comparison === 'ne') return !isEqual(left, right);
  if (!isOrdered(left) || !isOrdered(right)) return null;
  const order = compareOrdered(left, right);
  if (comparison === 'lt') return order < 0;
  if (comparison === 'lte') return order <= 0;
  return comparison === 'gt' ? order > 0 : order >= 0;
}

/**
 * Whether a value has an expression in it. It is not copied: YAML names what a result has twice.
 */
function hasReference(value: Data): boolean {
  if (isArray(value)) return value.some(hasReference);
  return isObject(value) ? Object.values(value).some(hasReference) : isReference(value);
}
