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
  maxLength(maxPolicyLength, 'Take out white space, or merge statements: put several actions in one list.'),
  {
    rule: 'policy-characters',
    // `sessionPolicyDocumentType` in the STS service model: with others, the pods could never get credentials.
    problem: (value) => {
      const found = /[^\t\n\r\x20-\xFF]/u.exec(value);
      return found === null ? null : `contains ${codePoint(found[0])}; STS takes tab, line ends and U+0020 to U+00FF`;
    },
    advice: 'Write other characters as JSON escapes, e.g. "\\u20ac".',
  },
];

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The statements with their places; what is no statement at all is left out. */
function statementsOf(document: JsonObject): { place: string; statement: JsonObject }[] {
  const { Statement: given } = document;
  if (isObject(given)) return [{ place: 'Statement', statement: given }];
  if (!Array.isArray(given)) return [];
  return given.flatMap((statement: unknown, index) =>
    isObject(statement) ? [{ place: `Statement ${index}`, statement }] : [],
  );
}

/** One or several non-empty texts, as IAM takes them for actions and resources. */
function isTextOrTexts(value: unknown): boolean {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return texts.length > 0 && texts.every((text) => typeof text === 'string' && text !== '');
}

/** Exactly one of `name` and `Not<name>`, a text or a list of texts. */
function hasOneOf(statement: JsonObject, name: string): boolean {
  const present = [name, `Not${name}`].filter((element) => Object.hasOwn(statement, element));
  const [element] = present;
  return present.length === 1 && element !== undefined && isTextOrTexts(statement[element]);
}

function unknownElement(object: JsonObject, known: readonly string[]): string | undefined {
  return Object.keys(object).find((element) => !known.includes(element));
}

/** A rule of the policy as an object; `problem` follows `policy` in a sentence. */
interface DocumentRule {
  readonly rule: string;
  readonly problem: (document: JsonObject) => string | null;
  readonly advice: string;
}

/** A rule that each statement must keep; the first that breaks it is told. */
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

/** The grammar of IAM policies (IAM user guide, "Grammar of the IAM JSON policy language"), as far as sessions use it. */
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
    advice: `A policy has ${policyElements.join(', ')}, spelled like this; e.g. ${example}`,
  },
  {
    rule: 'policy-statement',
    problem: ({ Statement: given }) =>
      isObject(given) || (Array.isArray(given) && given.length > 0 && given.every(isObject))
        ? null
        : 'has no Statement, or one that is no object and no list of objects',
    advice: `Give it at least one statement, e.g. ${example}`,
  },
  eachStatement(
    'policy-effect',
    ({ Effect: effect }) => (effect === 'Allow' || effect === 'Deny' ? null : 'has no Effect "Allow" or "Deny"'),
    'Write "Effect": "Allow" or "Effect": "Deny".',
  ),
  eachStatement(
    'policy-action',
    (statement) => (hasOneOf(statement, 'Action') ? null : 'does not have exactly one of Action and NotAction'),
    'Write one of them with a text or a list of texts, e.g. "Action": ["s3:GetObject"].',
  ),
  eachStatement(
    'policy-resource',
    (statement) => (hasOneOf(statement, 'Resource') ? null : 'does not have exactly one of Resource and NotResource'),
    'Write one of them with a text or a list of texts, e.g. "Resource": "arn:aws:s3:::example/*".',
  ),
  eachStatement(
    'policy-principal',
    (statement) => {
      const element = principalElements.find((name) => Object.hasOwn(statement, name));
      return element === undefined ? null : `has a ${element}`;
    },
    'Take it out: a session policy is for the session of the role, and names no principal.',
  ),
  eachStatement(
    'policy-statement-elements',
    (statement) => {
      const element = unknownElement(statement, [...statementElements, ...principalElements]);
      return element === undefined ? null : `has the unknown element ${quote(element)}`;
    },
    `A statement has ${statementElements.join(', ')}, spelled like this; e.g. ${example}`,
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
        message: `policy is no valid JSON${why}.`,
        advice: `Give JSON text, e.g. ${example}`,
      },
    ];
  }
  if (!isObject(document)) {
    const message = `policy ${quote(text)} is no JSON object.`;
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
        'policy is given, but disableSessionTags is not true: EKS takes a session policy only without session tags.',
      advice: 'Give disableSessionTags: true, or leave policy out.',
    },
  ];
}

/** Rules of the session policy: those of EKS, of STS for its text, and IAM's grammar. One finding for each at most. */
export function policyFindings(value: Text, disableSessionTags: boolean | null | undefined): Finding[] {
  const ofText = optionalText(path, value, textRules);
  if (value === null || value === undefined || value === '') return ofText;
  return [...ofText, ...documentFindings(value), ...sessionTagFindings(disableSessionTags)];
}
