import {
  getNullableType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
} from 'graphql';
import type { GraphQLInputObjectType, GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Finding } from '../model/refusal.ts';
import { quote } from '../validation/text-rules.ts';
import { expectedType } from './graphql-messages.ts';

/**
 * The most values in the variables of a request, those in lists and objects included: ten times
 * those of the largest useful one.
 */
const maxValues = 5_000;

/**
 * What is wrong with the number of values in a request's variables; null: nothing. It is found
 * before any other check reads the variables. Stops at the limit, so it costs less than the parser
 * of JSON, whatever the nesting.
 */
export function countFinding(variables: Readonly<Record<string, unknown>>): Finding | null {
  let count = 0;
  const waiting: object[] = [variables];
  for (let container = waiting.pop(); container; container = waiting.pop()) {
    const values: unknown[] = Array.isArray(container) ? container : Object.values(container);
    count += values.length;
    if (count > maxValues) {
      const message = `The variables have more than ${maxValues} values.`;
      return { path: 'variables', rule: 'too-many-values', message, advice: 'Send fewer at a time.' };
    }
    for (const value of values) if (typeof value === 'object' && value !== null) waiting.push(value);
  }
  return null;
}

/** The most findings of an answer, the last one included that says how many there are. */
const maxFindings = 10;

/** Findings, of which only the first ones are kept and the others counted. */
interface Collected {
  readonly findings: Finding[];
  count: number;
}

/**
 * What is wrong with the types of a request's variables. graphql-js checks them too, but its
 * messages quote the values, which may be secret: these name the path and the expected type only.
 * Time is linear in the size of the variables.
 */
export function variableFindings(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: Pick<OperationDefinitionNode, 'variableDefinitions'>,
  variables: Readonly<Record<string, unknown>>,
): Finding[] {
  const collected: Collected = { findings: [], count: 0 };
  for (const { variable, type: typeNode, defaultValue } of variableDefinitions) {
    const type = typeFromAST(schema, typeNode);
    const value = ownValue(variables, variable.name.value);
    const isLeftOut = value === undefined && (defaultValue !== undefined || !isNonNullType(type));
    // Validation has rejected a document whose variables are not of input types.
    if (isInputType(type) && !isLeftOut) check(type, value, variable.name.value, collected);
  }
  return withCount(collected);
}

function withCount({ findings, count }: Collected): Finding[] {
  if (count <= maxFindings) return findings;
  const more = count - maxFindings + 1;
  const message = `${more} more values have the wrong type.`;
  const advice = 'Fix those that are listed, and send the request again.';
  return [...findings.slice(0, maxFindings - 1), { path: 'variables', rule: 'more-findings', message, advice }];
}

function ownValue(values: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function check(type: GraphQLInputType, value: unknown, path: string, collected: Collected): void {
  const nullable = getNullableType(type);
  if (value === null || value === undefined) {
    if (isNonNullType(type))
      add(collected, path, 'required', `is required: ${expectedType(String(nullable))} is expected`);
  } else if (isListType(nullable)) {
    const itemType = nullable.ofType;
    // A value that is not a list counts as a list of one, as the GraphQL specification says.
    if (!Array.isArray(value)) check(itemType, value, path, collected);
    else value.forEach((item: unknown, index) => check(itemType, item, `${path}.${index}`, collected));
  } else if (isInputObjectType(nullable)) {
    if (typeof value !== 'object' || Array.isArray(value))
      add(collected, path, 'type', `is not valid: ${expectedType(nullable.name)} is expected`);
    else checkFields(nullable, value as Record<string, unknown>, path, collected);
  } else if (isLeafType(nullable) && !parses(() => nullable.parseValue(value))) {
    add(collected, path, 'type', `is not valid: ${expectedType(nullable.name)} is expected`);
  }
}

function checkFields(
  type: GraphQLInputObjectType,
  value: Readonly<Record<string, unknown>>,
  path: string,
  collected: Collected,
): void {
  const fields = type.getFields();
  for (const field of Object.values(fields)) {
    const given = ownValue(value, field.name);
    if (given !== undefined || isRequiredInputField(field)) {
      check(field.type, given, `${path}.${field.name}`, collected);
    }
  }
  const names = Object.keys(value);
  for (const name of names) {
    if (Object.hasOwn(fields, name)) continue;
    add(collected, path, 'unknown-field', `has the field ${quote(name)}, which ${type.name} does not have`);
  }
  if (type.isOneOf && (names.length !== 1 || value[names[0] ?? ''] === null)) {
    add(collected, path, 'one-of', `must have exactly one field that is not null: ${Object.keys(fields).join(', ')}`);
  }
}

function parses(parse: () => unknown): boolean {
  try {
    return parse() !== undefined;
  } catch {
    return false;
  }
}

function add(collected: Collected, path: string, rule: string, problem: string): void {
  collected.count += 1;
  if (collected.findings.length >= maxFindings) return;
  const advice = 'The types are in the schema; introspection shows them.';
  collected.findings.push({ path, rule, message: `${path} ${problem}.`, advice });
}
