import schema from '../../declaration.schema.json' with { type: 'json' };
import type { Binding, BindingSettings, ClusterSelector, Declaration, Placed } from './declaration.ts';
import { expiryProblem } from './expiry.ts';
import { readLocated } from './located.ts';
import type { Located, Place, Problem } from './located.ts';
import { shapeProblems } from './shape.ts';
import { templateProblem } from './template.ts';

/** A declaration, or all that is wrong with its text. */
export type ReadDeclaration =
  | { readonly kind: 'declaration'; readonly declaration: Declaration }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Reads the text of a declaration: YAML, or JSON as a part of it. */
export function readDeclaration(text: string): ReadDeclaration {
  const { root, problems } = readLocated(text);
  const found = problems.length > 0 ? problems : shapeProblems(schema, root);
  if (found.length > 0) return { kind: 'problems', problems: found };
  const fields = fieldsOf(root);
  const bindings = listOf(fields.get('bindings')).map(bindingOf);
  const invalid = bindings.flatMap(bindingProblems);
  if (invalid.length > 0) return { kind: 'problems', problems: invalid };
  return { kind: 'declaration', declaration: { name: textOf(fields.get('name')) ?? '', bindings } };
}

function bindingOf(located: Located): Binding {
  const fields = fieldsOf(located);
  const { place } = located;
  const optional = (name: string) => (fields.has(name) ? placedOf(fields.get(name), place) : null);
  return {
    place,
    name: textOf(fields.get('name')),
    roleArn: placedOf(fields.get('roleArn'), place),
    targetRoleArn: optional('targetRoleArn'),
    clusters: listOf(fields.get('clusters')).map(selectorOf),
    namespaces: listOf(fields.get('namespaces')).map((item) => placedOf(item, place)),
    serviceAccounts: listOf(fields.get('serviceAccounts')).map((item) => placedOf(item, place)),
    policy: optional('policy'),
    settings: settingsOf(fields),
  };
}

function settingsOf(fields: Fields): BindingSettings {
  const tags = fields.get('tags');
  const entries =
    tags === undefined ? [] : [...fieldsOf(tags)].map(([key, value]) => [key, textOf(value) ?? ''] as const);
  return {
    tags: Object.fromEntries(entries),
    disableSessionTags: fields.get('disableSessionTags')?.value === true,
    expiresAt: textOf(fields.get('expiresAt')),
    expiresAfter: textOf(fields.get('expiresAfter')),
    reason: textOf(fields.get('reason')),
  };
}

function selectorOf({ value, place }: Located): ClusterSelector {
  const nothing = { clusterName: null, environment: null, accountId: null, region: null };
  if (typeof value === 'string') return { place, ...nothing, clusterName: value };
  const fields = fieldsOf({ value, place });
  return {
    place,
    clusterName: textOf(fields.get('clusterName')),
    environment: textOf(fields.get('environment')),
    accountId: textOf(fields.get('accountId')),
    region: textOf(fields.get('region')),
  };
}

/** What the schema can't say: placeholders that exist, a policy that is JSON and takes effect. */
function bindingProblems({ place, roleArn, targetRoleArn, policy, settings }: Binding): readonly Problem[] {
  const expiry = expiryProblem(settings);
  const templates = [roleArn, ...(targetRoleArn === null ? [] : [targetRoleArn])].flatMap((template) => {
    const message = templateProblem(template.text);
    return message === null ? [] : [{ ...template.place, message }];
  });
  if (expiry !== null) templates.push({ ...place, message: expiry });
  if (policy === null) return templates;
  const messages = [
    ...(isJsonObject(policy.text) ? [] : ['policy is not the text of a JSON object.']),
    ...(settings.disableSessionTags ? [] : ['policy needs disableSessionTags: true.']),
  ];
  return [...templates, ...messages.map((message) => ({ ...policy.place, message }))];
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

type Fields = Extract<Located['value'], ReadonlyMap<string, unknown>>;

function fieldsOf({ value }: Located): Fields {
  return value instanceof Map ? (value as Fields) : new Map();
}

function listOf(located: Located | undefined): readonly Located[] {
  return Array.isArray(located?.value) ? (located.value as readonly Located[]) : [];
}

function textOf(located: Located | undefined): string | null {
  return typeof located?.value === 'string' ? located.value : null;
}

function placedOf(located: Located | undefined, parent: Place): Placed {
  return { place: located?.place ?? parent, text: textOf(located) ?? '' };
}
