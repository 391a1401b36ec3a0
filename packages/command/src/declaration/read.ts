import schema from '../../declaration.schema.json' with { type: 'json' };
import type { Binding, BindingSettings, ClusterSelector, Declaration, Placed } from './declaration.ts';
import { expiryProblem } from './expiry.ts';
import { placeText, readLocated } from './located.ts';
import type { Located, Place, Problem, Source } from './located.ts';
import { overlapsOf } from './overlaps.ts';
import { shapeProblems } from './shape.ts';
import { templateProblem } from './template.ts';

/** A declaration, or all that is wrong with its texts. */
export type ReadDeclaration =
  | { readonly kind: 'declaration'; readonly declaration: Declaration }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** A document of a text: a declaration, or a part of one. */
interface Part {
  /** Null where it has no valid name. */
  readonly name: Placed | null;
  readonly bindings: readonly Binding[];
  /** The names of its bindings that have one. */
  readonly bindingNames: readonly Placed[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a declaration from one or several texts of YAML, or JSON as a part of it. Their documents
 * are one declaration: they have the same name, and no service account twice.
 */
export function readDeclaration(sources: readonly Source[]): ReadDeclaration {
  const texts = sources.map(readLocated);
  const parts = texts.flatMap(({ documents }) => documents.map(partOf));
  const bindings = parts.flatMap((part) => part.bindings);
  const problems = [
    ...texts.flatMap((text) => text.problems),
    ...parts.flatMap((part) => part.problems),
    ...nameProblems(parts),
    ...repeatedNames(parts.flatMap((part) => part.bindingNames)),
    ...overlapsOf(bindings),
  ];
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'declaration', declaration: { name: parts[0]?.name?.text ?? '', bindings } };
}

function partOf(root: Located): Part {
  const fields = fieldsOf(root);
  if (textOf(fields.get('format'))?.startsWith('pod-identity-plan/') === true) {
    const message = 'This is a saved plan, not a declaration: keep plans in another folder.';
    return { name: null, bindings: [], bindingNames: [], problems: [{ ...root.place, message }] };
  }
  const shape = shapeProblems(schema, root);
  const items = listOf(fields.get('bindings'));
  const read = items.map((item) => ({ item, binding: bindingOf(item) }));
  const isSound = (item: Located) => shape.length === 0 || shapeProblems(bindingSchema, item).length === 0;
  const meant = read.filter(({ item }) => !item.isBroken && isSound(item));
  const name = fields.get('name');
  return {
    name: name === undefined || textOf(name) === null || name.isBroken ? null : placedOf(name, root.place),
    bindings: read.map(({ binding }) => binding),
    bindingNames: items.flatMap((item) => {
      const given = fieldsOf(item).get('name');
      return given === undefined || textOf(given) === null ? [] : [placedOf(given, item.place)];
    }),
    problems: [...shape, ...meant.flatMap(({ binding }) => bindingProblems(binding))],
  };
}

const bindingSchema = schema.properties.bindings.items;

/** The parts whose name is not that of the first. */
function nameProblems(parts: readonly Part[]): readonly Problem[] {
  const [first, ...others] = parts.flatMap(({ name }) => (name === null ? [] : [name]));
  if (first === undefined) return [];
  const message = `is another name than ${JSON.stringify(first.text)} (${placeText(first.place)}): a plan has one declaration. Plan the others by themselves.`;
  return others
    .filter(({ text }) => text !== first.text)
    .map(({ text, place }) => ({ ...place, message: `${JSON.stringify(text)} ${message}` }));
}

/** The names that another binding has, also in another file. */
function repeatedNames(names: readonly Placed[]): readonly Problem[] {
  const first = new Map<string, Place>();
  return names.flatMap(({ text, place }) => {
    const other = first.get(text);
    if (other === undefined) first.set(text, place);
    return other ? [{ ...place, message: `Another binding has the name ${text}: ${placeText(other)}.` }] : [];
  });
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

function selectorOf(located: Located): ClusterSelector {
  const { value, place } = located;
  const nothing = { clusterName: null, environment: null, accountId: null, region: null };
  if (typeof value === 'string') return { place, ...nothing, clusterName: value };
  const fields = fieldsOf(located);
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
