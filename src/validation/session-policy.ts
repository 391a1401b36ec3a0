import type { Finding } from '../model/refusal.ts';
import { isJsonObject, statementRules } from './policy-statement.ts';
import type { JsonObject, StatementRule } from './policy-statement.ts';
import { codePoint, maxLength, optionalText, quote } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

const path = 'policy';

const example =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::example/*"}]}';

/** Limit of a session policy in STS, white space included. */
const maxPolicyLength = 2048;

const versions: readonly unknown[] = ['2012-10-17', '2008-10-17'];
const policyElements = ['Version', 'Id', 'Statement'];

const textRules: readonly TextRule[] = [
  maxLength(maxPolicyLength, 'Remove white space, or merge statements by listing several actions in one.'),
  {
    rule: 'policy-characters',
    // `sessionPolicyDocumentType` in the STS service model: with other characters, pods can't get
    // credentials.
    problem: (value) => {
      const found = /[^\t\n\r\x20-\xFF]/u.exec(value);
      return found === null
        ? null
        : `contains ${codePoint(found[0])}; STS accepts tab, line breaks and U+0020 to U+00FF`;
    },
    advice: 'Write other characters as JSON escapes, e.g. "\\u20ac".',
  },
];

/** The statements and their positions, without the items that are not objects. */
export function statementsOf({ Statement: given }: JsonObject): { place: string; statement: JsonObject }[] {
  if (isJsonObject(given)) return [{ place: 'Statement', statement: given }];
  if (!Array.isArray(given)) return [];
  return given.flatMap((statement: unknown, index) =>
    isJsonObject(statement) ? [{ place: `Statement ${index}`, statement }] : [],
  );
}

/**
 * A rule for the policy as an object. `problem` is the predicate of a message whose subject is
 * `policy`.
 */
interface DocumentRule {
  readonly rule: string;
  readonly problem: (document: JsonObject) => string | null;
  readonly advice: string;
}

/**
 * The rule of a policy for its statements. The finding is on the first statement that breaks it.
 */
function forEachStatement({ rule, problem, advice }: StatementRule): DocumentRule {
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

/** The first Sid that an earlier statement has. IAM accepts several empty ones. */
function duplicateSid(document: JsonObject): { place: string; sid: string } | null {
  const seen = new Set<unknown>();
  for (const { place, statement } of statementsOf(document)) {
    const { Sid: sid } = statement;
    if (typeof sid !== 'string' || sid === '') continue;
    if (seen.has(sid)) return { place, sid };
    seen.add(sid);
  }
  return null;
}

/**
 * The grammar of IAM policies (IAM User Guide, "Grammar of the IAM JSON policy language") for
 * session policies.
 */
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
      const element = Object.keys(document).find((name) => !policyElements.includes(name));
      return element === undefined ? null : `has the unknown element ${quote(element)}`;
    },
    advice: `The elements of a policy are ${policyElements.join(', ')} (case-sensitive), e.g. ${example}`,
  },
  {
    rule: 'policy-statement',
    problem: ({ Statement: given }) =>
      isJsonObject(given) || (Array.isArray(given) && given.length > 0 && given.every(isJsonObject))
        ? null
        : 'must have a Statement that is an object or a non-empty list of objects',
    advice: `Give it at least one statement, e.g. ${example}`,
  },
  ...statementRules.map(forEachStatement),
  {
    rule: 'policy-unique-sid',
    problem: (document) => {
      const duplicate = duplicateSid(document);
      return duplicate && `repeats the Sid ${quote(duplicate.sid)} in ${duplicate.place}`;
    },
    advice: 'Give each statement another Sid, or leave Sid out.',
  },
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
  if (!isJsonObject(document)) {
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

/**
 * Findings on the session policy: the rules of EKS, the limits of STS and the grammar of IAM. At
 * most one for each rule.
 */
export function policyFindings(value: Text, disableSessionTags: boolean | null | undefined): Finding[] {
  const textFindings = optionalText(path, value, textRules);
  if (value === null || value === undefined || value === '') return textFindings;
  return [...textFindings, ...documentFindings(value), ...sessionTagFindings(disableSessionTags)];
}
