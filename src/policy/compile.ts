import { createHash } from 'node:crypto';
import { policySetTextToParts, policyToJson, schemaToJson, validate } from './cedar.ts';
import type { DetailedError, PolicyJson, SchemaJson } from './cedar.ts';

/** The content of a policy folder: the Cedar schema, and the policy texts by file name. */
export interface PolicySources {
  readonly schema: string;
  readonly policies: Readonly<Record<string, string>>;
}

/** A validated policy set in Cedar's JSON formats. It can be compiled at build time and stored in a file. */
export interface PolicySet {
  readonly schema: SchemaJson<string>;
  /** By `@id`. */
  readonly policies: Readonly<Record<string, PolicyJson>>;
  /** See policySetHash. */
  readonly hash: string;
}

/** Policy IDs with a special meaning in decisions. */
export const reservedIds = ['default-deny', 'cluster-not-registered', 'evaluation-failed'] as const;

/**
 * Parses policies and their schema, and validates them in Cedar's strict mode. Throws one Error that lists every problem:
 * syntax errors, schema violations, warnings, templates, a policy without `@id`, a forbid without `@message` or `@advice`.
 */
export function compilePolicies(sources: PolicySources): PolicySet {
  const schema = compileSchema(sources.schema);
  const problems: string[] = [];
  const policies = new Map<string, PolicyJson>();
  for (const file of Object.keys(sources.policies).sort()) {
    for (const { id, json, where } of parsePolicies(file, sources.policies[file] ?? '', problems)) {
      if (policies.has(id)) problems.push(`${where}: @id("${id}") is used twice; give every policy a unique ID.`);
      policies.set(id, json);
    }
  }
  throwIfAny(problems);

  // Validate the JSON, because decisions are made from it, not from the text.
  const set: PolicySet = { schema, policies: Object.fromEntries(policies), hash: policySetHash(sources) };
  const result = validate({
    validationSettings: { mode: 'strict' },
    schema,
    policies: { staticPolicies: { ...set.policies } },
  });
  // Schema warnings need no check here: compileSchema throws on them.
  const findings =
    result.type === 'failure'
      ? result.errors
      : [...result.validationErrors, ...result.validationWarnings].map(({ error }) => error);
  throwIfAny(findings.map(describe));
  return set;
}

/** SHA-256 (hex) of the schema and of the policy files with their names, sorted by name. */
export function policySetHash(sources: PolicySources): string {
  const files = Object.entries(sources.policies).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([sources.schema, files]), 'utf8')
    .digest('hex');
}

/** A policy of a file. */
interface ParsedPolicy {
  readonly id: string;
  readonly json: PolicyJson;
  /** For messages. */
  readonly where: string;
}

function compileSchema(text: string): SchemaJson<string> {
  const result = schemaToJson(text);
  if (result.type === 'success') {
    throwIfAny(result.warnings.map((warning) => `schema: ${describe(warning)}`));
    return result.json;
  }
  throw invalid(result.errors.map((error) => `schema${lineOf(text, error)}: ${describe(error)}`));
}

function parsePolicies(file: string, text: string, problems: string[]): readonly ParsedPolicy[] {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') {
    problems.push(...parts.errors.map((error) => `${file}${lineOf(text, error)}: ${describe(error)}`));
    return [];
  }
  for (const template of parts.policy_templates) {
    problems.push(`${file}, "${firstLine(template)}": templates are not supported; write the policy without slots.`);
  }
  return parts.policies.flatMap((policy) => {
    const result = policyToJson(policy);
    if (result.type === 'failure') {
      problems.push(...result.errors.map((error) => `${file}, "${firstLine(policy)}": ${describe(error)}`));
      return [];
    }
    const id = result.json.annotations?.id;
    const found = policyProblems(result.json);
    problems.push(...found.map((problem) => `${file}, "${firstLine(policy)}": ${problem}`));
    return found.length > 0 || !id ? [] : [{ id, json: result.json, where: file }];
  });
}

function policyProblems(policy: PolicyJson): readonly string[] {
  const annotations = policy.annotations ?? {};
  const id = annotations.id ?? '';
  const problems: string[] = [];
  if (hasUnsafeNumber(policy)) {
    problems.push('a number is beyond ±9007199254740991, where JavaScript rounds; use a smaller number.');
  }
  if (!/^[a-z][a-z0-9-]*$/.test(id)) problems.push('write @id("…") above it: lower-case letters, digits and hyphens.');
  if (reservedIds.some((reserved) => reserved === id)) problems.push(`@id("${id}") is reserved; choose another.`);
  if (policy.effect === 'forbid') {
    if (!annotations.message) problems.push('write @message("…") above the forbid: what is not allowed.');
    if (!annotations.advice) problems.push('write @advice("…") above the forbid: how the caller can fix it.');
  }
  return problems;
}

/** Whether a number of the policy text would be rounded silently in JSON. */
function hasUnsafeNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnsafeNumber);
}

function describe(error: DetailedError): string {
  return [error.message, ...(error.sourceLocations ?? []).flatMap(({ label }) => label ?? []), error.help ?? '']
    .filter((part) => part !== '')
    .join('; ');
}

/** `:<line>` of an error; empty when the error has no location. Cedar's offsets are in bytes. */
function lineOf(text: string, error: DetailedError): string {
  const start = error.sourceLocations?.[0]?.start;
  if (start === undefined) return '';
  return `:${Buffer.from(text, 'utf8').subarray(0, start).toString('utf8').split('\n').length}`;
}

function firstLine(policy: string): string {
  return policy.trim().split('\n', 1)[0] ?? '';
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw invalid(problems);
}

function invalid(problems: readonly string[]): Error {
  return new Error(`The policies are invalid:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
}
