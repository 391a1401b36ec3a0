import { marshall } from '@aws-sdk/util-dynamodb';
import type { Condition, KeyRange, Path, Update } from '../stored/items.ts';

/**
 * Translates conditions and updates to expressions of one request. Every name is a placeholder,
 * because DynamoDB reserves hundreds of words.
 */
export function makeTranslator() {
  const names: string[] = [];
  const values: unknown[] = [];
  const nameOf = (name: string) => {
    if (!names.includes(name)) names.push(name);
    return `#n${names.indexOf(name)}`;
  };
  const pathOf = (path: Path) => (typeof path === 'string' ? [path] : path).map(nameOf).join('.');
  const valueOf = (value: unknown) => `:v${values.push(value) - 1}`;
  const list = <Value>(parts: Readonly<Record<string, Value>> = {}, join: (name: string, value: string) => string) =>
    Object.entries(parts).map(([name, value]) => join(nameOf(name), valueOf(value)));

  /** `within` is how tightly what surrounds it binds: DynamoDB rejects redundant parentheses. */
  const conditionOf = (condition: Condition, within = 0): string => {
    switch (condition.kind) {
      case 'exists':
        return `attribute_exists(${pathOf(condition.path)})`;
      case 'absent':
        return `attribute_not_exists(${pathOf(condition.path)})`;
      case 'equals':
      case 'less':
      case 'lessOrEqual':
        return `${pathOf(condition.path)} ${operators[condition.kind]} ${valueOf(condition.value)}`;
      case 'isIn':
        return `${pathOf(condition.path)} IN (${condition.values.map(valueOf).join(', ')})`;
      case 'contains':
        return `contains(${pathOf(condition.path)}, ${valueOf(condition.value)})`;
      case 'sizeLess':
        return `size(${pathOf(condition.path)}) < ${valueOf(condition.value)}`;
      case 'not':
        return `NOT ${conditionOf(condition.condition, binding.not)}`;
      case 'and':
      case 'or': {
        const { kind, conditions } = condition;
        const [only] = conditions;
        if (conditions.length === 1 && only) return conditionOf(only, within);
        const text = conditions.map((one) => conditionOf(one, binding[kind])).join(` ${kind.toUpperCase()} `);
        return binding[kind] < within ? `(${text})` : text;
      }
    }
  };

  return {
    condition: (condition: Condition) => conditionOf(condition),
    keyCondition: (hashKey: string, hash: string, rangeKey = '', range?: KeyRange) => {
      const isHash = `${nameOf(hashKey)} = ${valueOf(hash)}`;
      if (range === undefined) return isHash;
      if (range.kind === 'between')
        return `${isHash} AND ${nameOf(rangeKey)} BETWEEN ${valueOf(range.low)} AND ${valueOf(range.high)}`;
      const [name, value] = [nameOf(rangeKey), valueOf(range.value)];
      if (range.kind === 'prefix') return `${isHash} AND begins_with(${name}, ${value})`;
      return `${isHash} AND ${name} ${operators[range.kind]} ${value}`;
    },
    update: ({ set, add, remove = [], addTo, removeFrom }: Update) =>
      Object.entries({
        SET: list(set, (name, value) => `${name} = ${value}`),
        ADD: list({ ...add, ...addTo }, (name, value) => `${name} ${value}`),
        REMOVE: remove.map(nameOf),
        DELETE: list(removeFrom, (name, value) => `${name} ${value}`),
      })
        .flatMap(([clause, parts]) => (parts.length === 0 ? [] : [`${clause} ${parts.join(', ')}`]))
        .join(' '),
    projection: (attributes: readonly Path[]) => attributes.map(pathOf).join(', '),
    /** What the expressions so far refer to. */
    placeholders: () => ({
      ExpressionAttributeNames: names.length > 0 ? numbered('#n', names) : undefined,
      // DynamoDB rejects an empty map.
      ExpressionAttributeValues: values.length > 0 ? marshall(numbered(':v', values)) : undefined,
    }),
  };
}

/** How tightly an operator binds. */
const binding = { or: 1, and: 2, not: 3 } as const;

const operators = {
  equals: '=',
  less: '<',
  lessOrEqual: '<=',
  below: '<',
  above: '>',
  from: '>=',
  upTo: '<=',
} as const;

/** Names or values by their placeholders. */
function numbered<Value>(prefix: string, values: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(values.map((value, at) => [`${prefix}${at}`, value]));
}
