import type { Finding } from '../model/refusal.ts';
import { codePoint, maxLength, optionalText, quote } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

const path = 'policy';

const example =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::example/*"}]}';

/** Limit of a session policy in STS, white space included. */
const maxPolicyLength = 2048;

const versions: readonly unknown[] = ['2012-10-17', '2008-10-17'];
const policyElements = ['Version', 'Id', 'Statement'];
const principalElements = ['Principal', 'NotPrincipal'];
const statementElements = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

const textRules: readonly TextRule[] = [
  maxLength(maxPolicyLength, 'Remove white space, or merge statements by listing several actions in one.'),
  {
    rule: 'policy-characters',
    // `sessionPolicyDocumentType` in the STS service model: with other characters, pods can't get credentials.
    problem: (value) => {
      const found = /[^\t\n\r\x20-\xFF]/u.exec(value);
      return found === null
        ? null
        : `contains ${codePoint(found[0])}; STS accepts tab, line breaks and U+0020 to U+00FF`;
    },
    advice: 'Write other characters as JSON escapes, e.g. "\\u20ac".',
  },
];

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The statements and their positions, without the items that are not objects. */
function statementsOf(document: JsonObject): { place: string; statement: JsonObject }[] {
  const { Statement: given } = document;
  if (isObject(given)) return [{ place: 'Statement', statement: given }];
  if (!Array.isArray(given)) return [];
  return given.flatMap((statement: unknown, index) =>
    isObject(statement) ? [{ place: `Statement ${index}`, statement }] : [],
  );
}

/** Whether a value is one or several non-empty strings, as IAM accepts for actions and resources. */
function isStringOrStrings(value: unknown): boolean {
  const strings: readonly unknown[] = Array.isArray(value) ? value : [value];
  return strings.length > 0 && strings.every((item) => typeof item === 'string' && item !== '');
}

/** Whether a statement has exactly one of `name` and `Not<name>`, a string or a list of strings. */
function hasOneOf(statement: JsonObject, name: string): boolean {
  const present = [name, `Not${name}`].filter((element) => Object.hasOwn(statement, element));
  const [element] = present;
  return present.length === 1 && element !== undefined && isStringOrStrings(statement[element]);
}

function unknownElement(object: JsonObject, known: readonly string[]): string | undefined {
  return Object.keys(object).find((element) => !known.includes(element));
}

/** A rule for the policy as an object. `problem` is the predicate of a message whose subject is `policy`. */
interface DocumentRule {
  readonly rule: string;
  readonly problem: (document: JsonObject) => string | null;
  readonly advice: string;
}

/** A rule for every statement. The finding is on the first statement that breaks it. */
function eachStatement(rule: string, problem: (statement: JsonObject) => string | null, advice: string): DocumentRule {
  return {
    rule,
    problem: (document) => {
      for (const { place, statement } of statementsOf(document)) {
        const found = problem(statement);
        if (found !== null) return `${found} in ${place}`;
      }
      return null;
    },
    advice,
  };
}

/** The grammar of IAM policies (IAM User Guide, "Grammar of the IAM JSON policy language") for session policies. */
const documentRules: readonly DocumentRule[] = [
  {
    rule: 'policy-version',
    problem: (document) =>
      !Object.hasOwn(document, 'Version') || versions.includes(document.Version) ? null : 'has an unknown Version',
    advice: 'Write "Version": "2012-10-17".',
  },
  {
    rule: 'policy-elements',
    problem: (document) => {
      const element = unknownElement(document, policyElements);
      return element === undefined ? null : `has the unknown element ${quote(element)}`;
    },
    advice: `The elements of a policy are ${policyElements.join(', ')} (case-sensitive), e.g. ${example}`,
  },
  {
    rule: 'policy-statement',
    problem: ({ Statement: given }) =>
      isObject(given) || (Array.isArray(given) && given.length > 0 && given.every(isObject))
        ? null
        : 'must have a Statement that is an object or a non-empty list of objects',
    advice: `Give it at least one statement, e.g. ${example}`,
  },
  eachStatement(
    'policy-effect',
    ({ Effect: effect }) => (effect === 'Allow' || effect === 'Deny' ? null : 'must have the Effect "Allow" or "Deny"'),
    'Write "Effect": "Allow" or "Effect": "Deny".',
  ),
  eachStatement(
    'policy-action',
    (statement) => (hasOneOf(statement, 'Action') ? null : 'must have exactly one of Action and NotAction'),
    'Write one of them with a string or a list of strings, e.g. "Action": ["s3:GetObject"].',
  ),
  eachStatement(
    'policy-resource',
    (statement) => (hasOneOf(statement, 'Resource') ? null : 'must have exactly one of Resource and NotResource'),
    'Write one of them with a string or a list of strings, e.g. "Resource": "arn:aws:s3:::example/*".',
  ),
  eachStatement(
    'policy-principal',
    (statement) => {
      const element = principalElements.find((name) => Object.hasOwn(statement, name));
      return element === undefined ? null : `has a ${element}`;
    },
    'Remove it: a session policy applies to the role session and must not have a principal.',
  ),
  eachStatement(
    'policy-statement-elements',
    (statement) => {
      const element = unknownElement(statement, [...statementElements, ...principalElements]);
      return element === undefined ? null : `has the unknown element ${quote(element)}`;
    },
    `The elements of a statement are ${statementElements.join(', ')} (case-sensitive), e.g. ${example}`,
  ),
];

function documentFindings(text: string): Finding[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? `: ${quote(error.message)}` : '';
    return [
      {
        path,
        rule: 'policy-json',
        message: `policy is not valid JSON${why}.`,
        advice: `Give JSON text, e.g. ${example}`,
      },
    ];
  }
  if (!isObject(document)) {
    const message = `policy ${quote(text)} is not a JSON object.`;
    return [{ path, rule: 'policy-object', message, advice: `Give an IAM policy, e.g. ${example}` }];
  }
  const policy = document;
  return documentRules.flatMap(({ rule, problem, advice }) => {
    const found = problem(policy);
    return found === null ? [] : [{ path, rule, message: `policy ${found}.`, advice }];
  });
}

function sessionTagFindings(disableSessionTags: boolean | null | undefined): Finding[] {
  if (disableSessionTags === true) return [];
  return [
    {
      path,
      rule: 'policy-needs-disabled-session-tags',
      message:
        'policy requires disableSessionTags: true, because EKS accepts a session policy only without session tags.',
      advice: 'Give disableSessionTags: true, or leave policy out.',
    },
  ];
}

/** Findings on the session policy: the rules of EKS, the limits of STS and the grammar of IAM. At most one for each rule. */
export function policyFindings(value: Text, disableSessionTags: boolean | null | undefined): Finding[] {
  const textFindings = optionalText(path, value, textRules);
  if (value === null || value === undefined || value === '') return textFindings;
  return [...textFindings, ...documentFindings(value), ...sessionTagFindings(disableSessionTags)];
}
