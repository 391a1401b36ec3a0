import { createHash } from 'node:crypto';
import { mostApplicable } from './applicable.ts';
import { approvalProblems } from './approvals.ts';
import { applicableProblem, policySourceProblems, requestTypesProblem } from '../cedar/bounds.ts';
import { processCedar } from '../cedar/cedar.ts';
import type { CedarHost, DetailedError, PolicyJson, SchemaJson } from '../cedar/cedar.ts';
import { lineOf, locate, placeOf } from '../cedar/locations.ts';
import type { LocatedPolicy } from '../cedar/locations.ts';
import type { PolicySet } from './policy-set.ts';
import { groupsNamed } from './recorded-principal.ts';
import { roleKeysIn, usesSettingsElsewhere } from './role-context.ts';
import { tagFindings } from '../../validation/tags.ts';

export type { PolicySet } from './policy-set.ts';

/** The content of a policy folder: the Cedar schema, and the policy texts by file name. */
export interface PolicySources {
  readonly schema: string;
  readonly policies: Readonly<Record<string, string>>;
}

/** Policy IDs with a special meaning in decisions. */
export const reservedIds = [
  'default-deny',
  'cluster-not-registered',
  'evaluation-failed',
  'role-not-found',
  'role-not-read',
  'session-policy-not-read',
] as const;

/**
 * Parses policies and their schema, and validates them in Cedar's strict mode. Throws one Error
 * that lists every problem: what is beyond a bound (`bounds.ts`), syntax errors, schema violations,
 * warnings, templates, a policy without `@id`, a forbid without `@message` or `@advice`, a policy
 * that uses roles or the session policy for other actions than create and update, one of `approvals.cedar` that is not a
 * forbid of changes with `@approvers`, `@approvers` or `@count` in another file, and a `@tag` that is not the key of a
 * tag, or on a permit.
 *
 * @param host where Cedar reads the policies
 */
export function compilePolicies(sources: PolicySources, host: CedarHost = processCedar): PolicySet {
  throwIfAny(policySourceProblems(sources.schema, sources.policies));
  const schema = compileSchema(sources.schema, host);
  const tooMany = requestTypesProblem(schema);
  if (tooMany !== null) throw invalid([tooMany]);
  const problems: string[] = [];
  const policies = new Map<string, ParsedPolicy>();
  for (const file of Object.keys(sources.policies).sort()) {
    for (const policy of parsePolicies(file, sources.policies[file] ?? '', problems, host)) {
      const { id } = policy;
      if (policies.has(id)) {
        problems.push(`${placeOf(policy, null)}: @id("${id}") is used twice; give every policy a unique ID.`);
      }
      policies.set(id, policy);
    }
  }
  throwIfAny(problems);

  const json = Object.fromEntries([...policies].map(([id, policy]) => [id, policy.json]));
  const applicable = mostApplicable({ schema, policies: json });
  const tooManyApply = applicableProblem(applicable.map(({ id }) => policies.get(id)?.file ?? ''));
  if (tooManyApply !== null) throw invalid([tooManyApply]);
  // Validate the JSON, because decisions are made from it, not from the text.
  if (findingsOf(schema, json, host).length > 0) throw invalid(locatedFindings(schema, policies, json, host));
  const uses = {
    groups: [...new Set(groupsNamed({ policies: json }))],
    roleAttributes: Object.keys(json).filter((id) => roleKeysIn(json[id]).length > 0),
  };
  return { schema, policies: json, hash: policySetHash(sources), uses };
}

/** An error or a warning about a policy. Without its id if it is about the whole set. */
interface PolicyFinding {
  readonly policyId: string | null;
  readonly error: DetailedError;
}

/** What Cedar's strict mode finds. Schema warnings need no check: compileSchema throws on them. */
function findingsOf(
  schema: SchemaJson<string>,
  policies: Record<string, PolicyJson | string>,
  host: CedarHost,
): readonly PolicyFinding[] {
  const call = { validationSettings: { mode: 'strict' }, schema, policies: { staticPolicies: policies } } as const;
  const result = host.instance().validate(call);
  return result.type === 'failure'
    ? result.errors.map((error) => ({ policyId: null, error }))
    : [...result.validationErrors, ...result.validationWarnings];
}

/**
 * The findings with file and line, each once: the text of a policy has positions, its JSON has
 * none.
 */
function locatedFindings(
  schema: SchemaJson<string>,
  policies: ReadonlyMap<string, ParsedPolicy>,
  json: Record<string, PolicyJson>,
  host: CedarHost,
): readonly string[] {
  const texts = Object.fromEntries([...policies].map(([id, { text }]) => [id, text]));
  const ofText = findingsOf(schema, texts, host);
  const order = [...policies.keys()];
  const messages = (ofText.length > 0 ? ofText : findingsOf(schema, json, host))
    .toSorted((one, other) => order.indexOf(one.policyId ?? '') - order.indexOf(other.policyId ?? ''))
    .map(({ policyId, error }) => {
      const policy = policies.get(policyId ?? '');
      return policy === undefined ? describe(error) : `${placeOf(policy, error)}: ${describe(error)}`;
    });
  return [...new Set(messages)];
}

/** Where the valid policies are, by `@id`. */
export function locatePolicies(
  policies: PolicySources['policies'],
  host: CedarHost = processCedar,
): ReadonlyMap<string, LocatedPolicy & { readonly json: PolicyJson }> {
  const all = Object.entries(policies).flatMap(([file, text]) => parsePolicies(file, text, [], host));
  return new Map(all.map((policy) => [policy.id, policy]));
}

/** SHA-256 (hex) of the schema and of the policy files with their names, sorted by name. */
export function policySetHash(sources: PolicySources): string {
  const files = Object.entries(sources.policies).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([sources.schema, files]), 'utf8')
    .digest('hex');
}

/** A policy of a file, with its id. */
interface ParsedPolicy extends LocatedPolicy {
  readonly id: string;
  readonly json: PolicyJson;
}

function compileSchema(text: string, host: CedarHost): SchemaJson<string> {
  const result = host.instance().schemaToJson(text);
  if (result.type === 'success') {
    throwIfAny(result.warnings.map((warning) => `schema: ${describe(warning)}`));
    return result.json;
  }
  throw invalid(result.errors.map((error) => `schema${lineSuffix(text, error)}: ${describe(error)}`));
}

function parsePolicies(file: string, text: string, problems: string[], host: CedarHost): readonly ParsedPolicy[] {
  const parts = host.instance().policySetTextToParts(text);
  if (parts.type === 'failure') {
    problems.push(...parts.errors.map((error) => `${file}${lineSuffix(text, error)}: ${describe(error)}`));
    return [];
  }
  for (const template of locate(file, text, parts.policy_templates)) {
    problems.push(`${placeOf(template, null)}: templates are not supported; write the policy without slots.`);
  }
  return locate(file, text, parts.policies).flatMap((policy) => {
    const result = host.instance().policyToJson(policy.text);
    if (result.type === 'failure') {
      problems.push(...result.errors.map((error) => `${placeOf(policy, error)}: ${describe(error)}`));
      return [];
    }
    const id = result.json.annotations?.id;
    const found = [...policyProblems(result.json), ...approvalProblems(file, result.json)];
    problems.push(...found.map((problem) => `${placeOf(policy, null)}: ${problem}`));
    return found.length > 0 || !id ? [] : [{ ...policy, id, json: result.json }];
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
  if (![undefined, 'everyone'].includes(annotations.readers)) {
    problems.push(
      '@readers has the value "everyone" only; leave it out to show the text to readers of the whole trail.',
    );
  }
  if (Object.hasOwn(annotations, 'tag')) problems.push(...tagProblems(policy.effect, annotations.tag ?? ''));
  if (usesSettingsElsewhere(policy)) {
    problems.push(
      'context.iamRole, context.iamTargetRole and context.sessionPolicy exist for creates and updates only; name these actions in the head, and no others.',
    );
  }
  if (policy.effect === 'forbid') {
    if (!annotations.message) problems.push('write @message("…") above the forbid: what is not allowed.');
    if (!annotations.advice) problems.push('write @advice("…") above the forbid: how the caller can fix it.');
  }
  return problems;
}

/** `@tag` is for people whose request is denied: a request has to be able to set the tag. */
function tagProblems(effect: PolicyJson['effect'], key: string): readonly string[] {
  if (effect === 'permit') return ['@tag names a tag that a denied request lacks; remove it from the permit.'];
  return tagFindings([{ key, value: '' }])
    .slice(0, 1)
    .map(({ advice }) => `@tag("${key}") is not the key of a tag that requests can set: ${advice}`);
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

/** `:<line>` of an error; empty when the error has no location. */
function lineSuffix(text: string, error: DetailedError): string {
  const line = lineOf(text, error);
  return line === null ? '' : `:${line}`;
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw invalid(problems);
}

function invalid(problems: readonly string[]): Error {
  return new Error(`The policies are invalid:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
}
