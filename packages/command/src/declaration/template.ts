import type { Target } from './declaration.ts';

/** What the placeholders of a template stand for. */
export type TemplateValues = Target & { readonly environment: string };

export type PlaceholderName = keyof TemplateValues;

/** The names of the placeholders. */
export const placeholders: readonly PlaceholderName[] = [
  'accountId',
  'region',
  'clusterName',
  'environment',
  'namespace',
  'serviceAccount',
];

/** What is wrong with a template; null for a valid one. */
export function templateProblem(template: string): string | null {
  const unknown = template.replace(/\{(\w+)\}/g, (text, name: string) => (isName(name) ? '' : text));
  if (!/[{}]/.test(unknown)) return null;
  return `${JSON.stringify(template)} has a placeholder that does not exist. Placeholders: ${placeholders.map((name) => `{${name}}`).join(', ')}`;
}

/** A template with its placeholders replaced. */
export function filled(template: string, values: TemplateValues): string {
  return template.replace(/\{(\w+)\}/g, (text, name: string) => (isName(name) ? values[name] : text));
}

/** A template with some of its placeholders replaced. */
export function replaced(template: string, values: ReadonlyMap<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (text, name: string) => values.get(name) ?? text);
}

/** The placeholders of a template, each once. */
export function placeholdersIn(template: string): readonly PlaceholderName[] {
  return placeholders.filter((name) => template.includes(`{${name}}`));
}

function isName(name: string): name is PlaceholderName {
  return (placeholders as readonly string[]).includes(name);
}

/**
 * Whether a name matches a pattern in which `*` stands for any text. Its cost is at most the
 * product of both lengths.
 */
export function matches(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
