import { quote } from './text-rules.ts';

/** An object in the JSON of a policy. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A rule for every statement of a policy. `problem` is the predicate of a message whose subject is
 * the policy.
 */
export interface StatementRule {
  readonly rule: string;
  readonly problem: (statement: JsonObject) => string | null;
  readonly advice: string;
}

const principalElements = ['Principal', 'NotPrincipal'];
const statementElements = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

/**
 * Condition operators that can be followed by `IfExists` (IAM User Guide, "Condition operators"),
 * in lower case.
 */
const conditionOperators = new Set(
  [
    ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
    ...['StringLike', 'StringNotLike'],
    ...['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals'],
    ...['NumericGreaterThan', 'NumericGreaterThanEquals'],
    ...[
      'DateEquals',
      'DateNotEquals',
      'DateLessThan',
      'DateLessThanEquals',
      'DateGreaterThan',
      'DateGreaterThanEquals',
    ],
    ...['Bool', 'BinaryEquals', 'IpAddress', 'NotIpAddress'],
    ...['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
  ].map((operator) => operator.toLowerCase()),
);

/**
 * The grammar of IAM for one statement (IAM User Guide, "Grammar of the IAM JSON policy language").
 */
export const statementRules: readonly StatementRule[] = [
  {
    rule: 'policy-effect',
    problem: ({ Effect: effect }) =>
      effect === 'Allow' || effect === 'Deny' ? null : 'must have the Effect "Allow" or "Deny"',
    advice: 'Write "Effect": "Allow" or "Effect": "Deny".',
  },
  {
    rule: 'policy-action',
    problem: (statement) => (hasOneOf(statement, 'Action') ? null : 'must have exactly one of Action and NotAction'),
    advice: 'Write one of them with a string or a list of strings, e.g. "Action": ["s3:GetObject"].',
  },
  {
    rule: 'policy-action-name',
    problem: (statement) => invalidItem(statement, 'Action', isAction, 'is not "*" or "<service>:<action>"'),
    advice:
      'Write the prefix of the service, a colon, and letters, digits or the wildcards "*" and "?", e.g. "s3:GetObject" or "s3:Get*".',
  },
  {
    rule: 'policy-resource',
    problem: (statement) =>
      hasOneOf(statement, 'Resource') ? null : 'must have exactly one of Resource and NotResource',
    advice: 'Write one of them with a string or a list of strings, e.g. "Resource": "arn:aws:s3:::example/*".',
  },
  {
    rule: 'policy-resource-arn',
    problem: (statement) => invalidItem(statement, 'Resource', isResource, 'is not "*" or an ARN'),
    advice: 'Write the whole ARN, with wildcards or policy variables where needed, e.g. "arn:aws:s3:::example/*".',
  },
  {
    rule: 'policy-condition',
    problem: ({ Condition: condition }) =>
      condition === undefined || isCondition(condition) ? null : 'has a Condition of the wrong form',
    advice:
      'Write an object of operators, each with an object of keys and their values, e.g. "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}.',
  },
  {
    rule: 'policy-condition-operator',
    problem: ({ Condition: condition }) => {
      const unknown = isJsonObject(condition) ? Object.keys(condition).find((name) => !isOperator(name)) : undefined;
      return unknown === undefined ? null : `has the unknown condition operator ${quote(unknown)}`;
    },
    advice:
      'Write an operator of IAM, e.g. "StringLike", "StringLikeIfExists", "ForAnyValue:StringLike" or "Null"; only Null can\'t be followed by IfExists.',
  },
  {
    rule: 'policy-sid',
    problem: ({ Sid: sid }) =>
      sid === undefined || (typeof sid === 'string' && /^[A-Za-z0-9]*$/.test(sid))
        ? null
        : 'has a Sid that is not a string of letters and digits',
    advice: 'Use the letters A-Z and a-z and the digits 0-9 only, e.g. "Sid": "ReadExample", or leave Sid out.',
  },
  {
    rule: 'policy-principal',
    problem: (statement) => {
      const element = principalElements.find((name) => Object.hasOwn(statement, name));
      return element === undefined ? null : `has a ${element}`;
    },
    advice: 'Remove it: a session policy applies to the role session and must not have a principal.',
  },
  {
    rule: 'policy-statement-elements',
    problem: (statement) => {
      const known = [...statementElements, ...principalElements];
      const element = Object.keys(statement).find((name) => !known.includes(name));
      return element === undefined ? null : `has the unknown element ${quote(element)}`;
    },
    advice: `The elements of a statement are ${statementElements.join(', ')} (case-sensitive); remove others.`,
  },
];

/**
 * Whether a value is one or several non-empty strings, as IAM accepts for actions and resources.
 */
export function isStringOrStrings(value: unknown): value is string | readonly string[] {
  const strings: readonly unknown[] = Array.isArray(value) ? value : [value];
  return strings.length > 0 && strings.every((item) => typeof item === 'string' && item !== '');
}

/** Whether a statement has exactly one of `name` and `Not<name>`, a string or a list of strings. */
function hasOneOf(statement: JsonObject, name: string): boolean {
  const present = [name, `Not${name}`].filter((element) => Object.hasOwn(statement, element));
  const [element] = present;
  return present.length === 1 && element !== undefined && isStringOrStrings(statement[element]);
}

/**
 * The problem with the first invalid item of `name` or `Not<name>`; null without one, and where it
 * has another type.
 */
function invalidItem(
  statement: JsonObject,
  name: string,
  isValid: (item: string) => boolean,
  problem: string,
): string | null {
  for (const element of [name, `Not${name}`]) {
    const value = Object.hasOwn(statement, element) ? statement[element] : undefined;
    const items = isStringOrStrings(value) ? [value].flat() : [];
    const invalid = items.find((item) => !isValid(item));
    if (invalid !== undefined) return `has the ${element} ${quote(invalid)}, which ${problem},`;
  }
  return null;
}

/** `*`, or the prefix of one service and an action, which may have wildcards. */
function isAction(item: string): boolean {
  return item === '*' || /^[A-Za-z0-9-]+:[A-Za-z0-9*?_-]+$/.test(item);
}

/** `*` or an ARN. IAM completes an ARN without its last parts (`arn:aws:sqs`) with wildcards. */
function isResource(item: string): boolean {
  if (item === '*') return true;
  const [prefix, partition = '', service = ''] = item.split(':', 3);
  const isPartition = /^aws[a-z-]*$/.test(partition) || (/^[a-z*?-]+$/.test(partition) && /[*?]/.test(partition));
  return prefix === 'arn' && isPartition && service !== '';
}

function isCondition(condition: unknown): boolean {
  return (
    isJsonObject(condition) &&
    Object.values(condition).every((keys) => isJsonObject(keys) && Object.values(keys).every(isConditionValue))
  );
}

function isConditionValue(value: unknown): boolean {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.every((one) => ['string', 'number', 'boolean'].includes(typeof one));
}

/**
 * Whether a condition operator exists in IAM. Like the names of keys, operators are not
 * case-sensitive.
 */
function isOperator(name: string): boolean {
  // ASCII only: beyond it, other characters have the same lower case, e.g. the Kelvin sign.
  if (!/^[A-Za-z:]+$/.test(name)) return false;
  const operator = name.replace(/^(?:ForAllValues|ForAnyValue):/i, '').toLowerCase();
  return operator === 'null' || conditionOperators.has(operator.replace(/IfExists$/i, ''));
}
