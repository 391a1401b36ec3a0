import { createHash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';
import type { InvalidInputSummary, RecordedInvalidInput } from '../model/audit.ts';
import type { Finding } from '../model/refusal.ts';
import { characterCount, firstCharacters } from './text-rules.ts';

/** The most findings of an answer. */
const maxAnsweredFindings = 100;

/** The most findings of an audit entry. */
const maxRecordedFindings = 10;

/**
 * The most characters of a message or an advice in an audit entry; the longest advice has fewer.
 */
const maxRecordedLength = 300;

/**
 * The most characters of an input of which a hash is computed: more than a request can have (API
 * Gateway: 10 MB), unless its document repeats a variable.
 */
const maxHashedLength = 10_000_000;

/** The most levels of an input: no valid one has so many, and more would exhaust the call stack. */
const maxLevels = 10;

/**
 * A value as JSON with sorted keys: equal for equal values. Levels below the tenth become
 * `"[Object]"` and `"[Array]"`.
 */
export const canonicalJson = configure({ maximumDepth: maxLevels });

/** The answer to an invalid input and its record, both of bounded size. */
export interface DescribedInvalidInput {
  /**
   * The first 100 findings, in the order of the fields; if there are more, a last one says how
   * many. At least one.
   */
  readonly findings: readonly Finding[];
  readonly recorded: RecordedInvalidInput & { readonly invalidInput: InvalidInputSummary };
}

/** Describes an invalid input from all findings on it. Time is linear in the size of the input. */
export function describeInvalidInput(input: object, findings: readonly Finding[]): DescribedInvalidInput {
  return {
    findings: answeredFindings(findings),
    recorded: {
      findings: findings.slice(0, maxRecordedFindings).map(recordedFinding),
      invalidInput: summaryOf(input, findings.length),
    },
  };
}

function answeredFindings(findings: readonly Finding[]): readonly Finding[] {
  const more = findings.length - maxAnsweredFindings;
  if (more <= 0) return findings;
  const advice = 'Fix those that are listed, and send the request again.';
  const last = { path: 'input', rule: 'more-findings', message: `The input has ${more} more findings.`, advice };
  return [...findings.slice(0, maxAnsweredFindings), last];
}

function recordedFinding({ path, rule, message, advice }: Finding): Finding {
  return { path, rule, message: recordedText(message), advice: recordedText(advice) };
}

function recordedText(text: string): string {
  return characterCount(text) > maxRecordedLength ? `${firstCharacters(text, maxRecordedLength)}…` : text;
}

function summaryOf(input: object, findingCount: number): InvalidInputSummary {
  const json = textLength(input, maxLevels) > maxHashedLength ? null : canonicalJson(input);
  const given = Object.entries(input).filter(([, value]: [string, unknown]) => value !== null && value !== undefined);
  return {
    sha256: json === null ? null : createHash('sha256').update(json).digest('hex'),
    bytes: json === null ? null : Buffer.byteLength(json),
    fields: Object.fromEntries(given.map(([name, value]) => [name, lengthOf(value)])),
    findingCount,
  };
}

/** The length of all strings in a value together, without a copy of them. */
function textLength(value: unknown, levels: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || levels === 0) return 0;
  const parts: readonly unknown[] = Object.values(value);
  return parts.reduce((sum: number, part) => sum + textLength(part, levels - 1), 0);
}

function lengthOf(value: unknown): number | null {
  if (typeof value === 'string') return characterCount(value);
  return Array.isArray(value) ? value.length : null;
}
