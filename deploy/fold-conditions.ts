// Options of the stack are CloudFormation conditions over parameters of the framework, which are
// constants by the time a template is packaged. Evaluating them then keeps unused resources and
// empty values out of the template, so that what is reviewed, checked and simulated is what is
// deployed.

/** A template, or a part of one, as JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An object of a template. */
export type JsonObject = Readonly<Record<string, Json>>;

/** The sections of a template that conditions apply to; all others are kept as they are. */
export interface FoldableTemplate {
  readonly Resources: Readonly<Record<string, JsonObject>>;
  readonly Outputs?: Readonly<Record<string, JsonObject>>;
  readonly Conditions?: JsonObject;
}

/** Whether each condition with a known value is met. */
type Known = ReadonlyMap<string, boolean>;

/**
 * The template without the conditions whose value is known: with the chosen branch of each
 * `Fn::If`, and without the resources and outputs of unmet ones. Conditions over pseudo parameters
 * such as `AWS::Region` remain.
 */
export function foldConditions<T extends FoldableTemplate>(template: T): T {
  const known = knownConditions(template.Conditions ?? {});
  const resources = foldSection(template.Resources, known);
  const Resources = mapValues(resources, (resource) => withoutMissingDependencies(resource, resources));
  const Conditions = withoutKeys(template.Conditions ?? {}, known);
  return {
    ...template,
    Resources,
    ...(template.Outputs === undefined ? {} : { Outputs: foldSection(template.Outputs, known) }),
    ...(template.Conditions === undefined || Object.keys(Conditions).length > 0
      ? { Conditions }
      : { Conditions: undefined }),
  };
}

function knownConditions(conditions: JsonObject): Known {
  const known = new Map<string, boolean>();
  for (const name of Object.keys(conditions)) {
    const value = evaluate(conditions[name] ?? null, conditions);
    if (value !== undefined) known.set(name, value);
  }
  return known;
}

/** The value of a condition; undefined when it depends on what only CloudFormation knows. */
function evaluate(condition: Json, conditions: JsonObject): boolean | undefined {
  if (!isObject(condition)) return undefined;
  const [[operator, operand] = []] = Object.entries(condition);
  if (operator === 'Condition' && typeof operand === 'string') return evaluate(conditions[operand] ?? null, conditions);
  const operands = Array.isArray(operand) ? (operand as readonly Json[]) : [];
  if (operator === 'Fn::Equals') {
    return operands.every((each) => typeof each === 'string') ? operands[0] === operands[1] : undefined;
  }
  const values = operands.map((each) => evaluate(each, conditions));
  if (values.includes(undefined)) return undefined;
  if (operator === 'Fn::Not') return values[0] === false;
  if (operator === 'Fn::And') return values.every(Boolean);
  return operator === 'Fn::Or' ? values.some(Boolean) : undefined;
}

/** Marks a property or list item that `AWS::NoValue` removes. */
const noValue = Symbol('AWS::NoValue');

function foldSection(section: Readonly<Record<string, JsonObject>>, known: Known): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(section).flatMap(([name, { Condition, ...rest }]) => {
      const isMet = typeof Condition === 'string' ? known.get(Condition) : true;
      if (isMet === false) return [];
      const kept = isMet === undefined && Condition !== undefined ? { Condition } : {};
      return [[name, { ...kept, ...(fold(rest, known) as JsonObject) }]];
    }),
  );
}

function fold(value: Json, known: Known): Json | typeof noValue {
  if (Array.isArray(value)) return (value as Json[]).map((item) => fold(item, known)).filter(isValue);
  if (!isObject(value)) return value;
  if (value.Ref === 'AWS::NoValue') return noValue;
  const branches = value['Fn::If'];
  if (Array.isArray(branches)) {
    const [name, met, unmet] = branches as readonly Json[];
    const isMet = typeof name === 'string' ? known.get(name) : undefined;
    if (isMet !== undefined) return fold((isMet ? met : unmet) ?? null, known);
    // A branch that CloudFormation chooses keeps its AWS::NoValue.
    return value;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, fold(each, known)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => isValue(entry[1])));
}

function isValue(value: Json | typeof noValue): value is Json {
  return value !== noValue;
}

/** CloudFormation rejects a dependency on a resource that the template does not have. */
function withoutMissingDependencies(resource: JsonObject, resources: Readonly<Record<string, JsonObject>>): JsonObject {
  if (!Array.isArray(resource.DependsOn)) return resource;
  return {
    ...resource,
    DependsOn: (resource.DependsOn as Json[]).filter((name) => typeof name === 'string' && name in resources),
  };
}

function withoutKeys(section: JsonObject, keys: Known): JsonObject {
  return Object.fromEntries(Object.entries(section).filter(([name]) => !keys.has(name)));
}

function mapValues<A, B>(section: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(section).map(([name, value]) => [name, change(value)]));
}

/** Whether a part of a template is an object, not a list. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
