import { accountIdFindings, regionFindings } from '../validation/names.ts';
import { utcTimestamp } from '../validation/timestamps.ts';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads one variable at a time. A wrong value is recorded as a problem and the fallback returned,
 * so that all problems are reported together. An empty variable counts as not set.
 */
export interface SettingsReader {
  /** Any text. */
  text(variable: string, fallback: string): string;
  /** A text that must be set. */
  required(variable: string): string;
  /** A whole number from `least`, 0 by default, to `most`. */
  number(variable: string, fallback: number, range?: { readonly least?: number; readonly most?: number }): number;
  /** An http or https URL; null where it is not set. */
  url(variable: string, example: string): string | null;
  /** An RFC 3339 timestamp, converted to UTC; null where it is not set. */
  timestamp(variable: string): string | null;
  /** Origins of web pages, separated by commas; empty where it is not set. */
  origins(variable: string): readonly string[];
  /** Names of hosts without ports, separated by commas. Empty by default. */
  hostNames(variable: string): readonly string[];
  /** The code of an AWS region. Without a fallback it must be set. */
  region(variable: string, fallback?: string): string;
  /** An AWS account ID. Without a fallback it must be set. */
  accountId(variable: string, fallback?: string): string;
  /** One of a few words. The first is the default; `meaning` explains them. */
  oneOf<T extends string>(variable: string, words: readonly [T, ...T[]], meaning: string): T;
  /** Records a problem that concerns several variables. */
  problem(message: string): void;
}

/** Settings that are missing or wrong. */
export class SettingsError extends Error {
  /** One sentence each: the variable, what is wrong with it, and how to fix it. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    const [first = ''] = problems;
    super(problems.length === 1 ? first : `\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/**
 * Runs `read`. Throws `SettingsError` with the variables which are not set and every wrong value.
 */
export function readSettings<T>(env: Environment, read: (reader: SettingsReader) => T): T {
  const missing: string[] = [];
  const problems: string[] = [];
  const settings = read(makeReader(env, missing, problems));
  if (missing.length > 0) {
    const names = missing.join(', ');
    problems.unshift(`Environment variables are not set: ${names}. serverless.yml shows what they should hold.`);
  }
  if (problems.length === 0) return settings;
  throw new SettingsError(problems);
}

function makeReader(env: Environment, missing: string[], problems: string[]): SettingsReader {
  /** The value where `isValid`, else the fallback and a problem. */
  const checked = (variable: string, fallback: string, isValid: (text: string) => boolean, wanted: string): string => {
    const value = env[variable] ?? '';
    if (value === '') return fallback;
    if (isValid(value)) return value;
    problems.push(`${variable} is ${JSON.stringify(value)}: set it to ${wanted}.`);
    return fallback;
  };
  const text = (variable: string, fallback: string) => checked(variable, fallback, () => true, '');
  const required = (variable: string): string => {
    const value = text(variable, '');
    if (value === '') missing.push(variable);
    return value;
  };
  const named = (variable: string, fallback: string | undefined, isValid: typeof isRegion, wanted: string): string => {
    if (fallback === undefined) required(variable);
    return checked(variable, fallback ?? '', isValid, wanted);
  };
  return {
    text,
    required,
    number: (variable, fallback, { least = 0, most = Infinity } = {}) => {
      const isValid = (text: string) => /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most;
      return Number(checked(variable, String(fallback), isValid, `${wholeNumber(least, most)}, such as ${fallback}`));
    },
    url: (variable, example) => {
      const url = checked(variable, '', isHttpUrl, `an http or https URL, such as ${example}`);
      return url === '' ? null : url;
    },
    timestamp: (variable) =>
      utcTimestamp(
        checked(
          variable,
          '',
          (text) => utcTimestamp(text) !== null,
          'an RFC 3339 timestamp, such as 2026-11-24T10:00:00Z',
        ),
      ),
    origins: (variable) => {
      const wanted = 'origins separated by commas, such as https://console.example,http://localhost:5173';
      const list = checked(variable, '', (text) => text.split(',').every(isOrigin), wanted);
      return list === '' ? [] : list.split(',');
    },
    hostNames: (variable) => {
      const wanted = 'names of hosts without ports, separated by commas, such as gateway,host.docker.internal';
      const list = checked(variable, '', (text) => text.split(',').every((name) => /^[\w.-]+$/.test(name)), wanted);
      return list === '' ? [] : list.split(',');
    },
    region: (variable, fallback) =>
      named(variable, fallback, isRegion, 'the code of an AWS region, such as eu-central-1'),
    accountId: (variable, fallback) =>
      named(variable, fallback, isAccountId, 'an AWS account ID of 12 digits, such as 111122223333'),
    oneOf: <T extends string>(variable: string, words: readonly [T, ...T[]], meaning: string) =>
      // `checked` returns one of the words or the fallback, which is the first of them.
      checked(variable, words[0], (text) => (words as readonly string[]).includes(text), meaning) as T,
    problem: (message) => void problems.push(message),
  };
}

function wholeNumber(least: number, most: number): string {
  if (most !== Infinity) return `a whole number from ${least} to ${most}`;
  return least === 0 ? 'a whole number' : `a whole number of ${least} or more`;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

/**
 * Whether a text is the origin of a page exactly as browsers send it: scheme, host and, if it is
 * not the default, port.
 */
export function isOrigin(text: string): boolean {
  return isHttpUrl(text) && new URL(text).origin === text;
}

/**
 * Validation accepts wildcards in these fields, as policies may permit them; a setting names
 * exactly one.
 */
function isRegion(text: string): boolean {
  return regionFindings(text).length === 0 && !text.includes('*');
}

function isAccountId(text: string): boolean {
  return accountIdFindings(text).length === 0 && !text.includes('*');
}
