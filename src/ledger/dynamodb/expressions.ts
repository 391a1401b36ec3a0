import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Condition, KeyRange, Path, Update } from '../items.ts';

/** The names and values that expressions refer to, as parameters of a request. */
interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string>;
  /** Absent if no expression has a value: DynamoDB rejects an empty map. */
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/**
 * Translates conditions and updates to expressions of one request. Every name is a placeholder,
 * because DynamoDB reserves hundreds of words.
 */
export function makeTranslator() {
  const names = new Map<string, string>();
  const values: Record<string, unknown> = {};
  const nameOf = (name: string) => {
    const placeholder = names.get(name) ?? `#n${names.size}`;
    names.set(name, placeholder);
    return placeholder;
  };
  const pathOf = (path: Path) => (typeof path === 'string' ? [path] : path).map(nameOf).join('.');
  const valueOf = (value: unknown) => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = value;
    return placeholder;
  };
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
        return `${pathOf(condition.path)} = ${valueOf(condition.value)}`;
      case 'less':
        return `${pathOf(condition.path)} < ${valueOf(condition.value)}`;
      case 'lessOrEqual':
        return `${pathOf(condition.path)} <= ${valueOf(condition.value)}`;
      case 'isIn':
        return `${pathOf(condition.path)} IN (${condition.values.map(valueOf).join(', ')})`;
      case 'contains':
        return `contains(${pathOf(condition.path)}, ${valueOf(condition.value)})`;
      case 'sizeLess':
        return `size(${pathOf(condition.path)}) < ${valueOf(condition.value)}`;
      case 'not':
        return enclosed(`NOT ${conditionOf(condition.condition, binding.not + 1)}`, binding.not, within);
      case 'and':
      case 'or': {
        const { kind, conditions } = condition;
        const [only] = conditions;
        if (conditions.length === 1 && only) return conditionOf(only, within);
        const text = conditions.map((one) => conditionOf(one, binding[kind])).join(` ${kind.toUpperCase()} `);
        return enclosed(text, binding[kind], within);
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
    placeholders: (): Placeholders => ({
      ...(names.size === 0
        ? {}
        : { ExpressionAttributeNames: Object.fromEntries([...names].map(([name, key]) => [key, name])) }),
      ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: marshall(values) }),
    }),
  };
}

/** How tightly an operator binds. */
const binding = { or: 1, and: 2, not: 3 } as const;

const operators = { below: '<', above: '>', from: '>=', upTo: '<=' } as const;

function enclosed(text: string, inner: number, outer: number): string {
  return inner < outer ? `(${text})` : text;
}
