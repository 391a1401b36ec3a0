/** One example of docs/examples.md: a principal, a query and the recorded answer. */
export interface Example {
  readonly title: string;
  /** Name of the example principal. */
  readonly as: string;
  readonly query: string;
  /** JSON text; empty for a query without variables. */
  readonly variables: string;
  readonly answer: string;
}

/** A heading, a block `graphql NAME`, an optional block `json variables`, a block `json answer`. */
const example =
  /### (.+)\n[^#]*?```graphql (\S+)\n([\s\S]*?)```\n(?:\s*```json variables\n([\s\S]*?)```\n)?\s*```json answer\n([\s\S]*?)```/g;

/** The examples of a document, in document order. */
export function examplesIn(markdown: string): Example[] {
  return [...markdown.matchAll(example)].map(([, title = '', as = '', query = '', variables = '', answer = '']) => ({
    title,
    as,
    query,
    variables,
    answer,
  }));
}

/** Values that differ between runs, each with its placeholder in the document. */
const volatile: readonly { readonly pattern: RegExp; readonly placeholder: (count: number) => string }[] = [
  { pattern: /a-[a-z0-9]{17}/g, placeholder: (count) => `a-${String(count).padStart(17, '0')}` },
  { pattern: /[0-9A-HJKMNP-TV-Z]{26}/g, placeholder: (count) => `01KA${String(count).padStart(22, '0')}` },
  { pattern: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, placeholder: () => '2026-11-24T10:00:00.000Z' },
  { pattern: /"[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{8,}"/g, placeholder: () => '"opaque"' },
];

/** Replaces values that differ between runs with placeholders (`hide`), one per value, and placeholders with values (`show`). */
export function makePlaceholders() {
  const placeholderOf = new Map<string, string>();
  const valueOf = new Map<string, string>();
  const hide = (text: string): string =>
    volatile.reduce((hidden, { pattern, placeholder }, kind) => {
      const known = () => [...placeholderOf.keys()].filter((key) => key.startsWith(`${kind} `)).length;
      return hidden.replaceAll(pattern, (value) => {
        if (valueOf.has(value)) return value;
        const replacement = placeholderOf.get(`${kind} ${value}`) ?? placeholder(known() + 1);
        placeholderOf.set(`${kind} ${value}`, replacement);
        valueOf.set(replacement, value);
        return replacement;
      });
    }, text);
  const show = (text: string): string =>
    [...valueOf].reduce((shown, [replacement, value]) => shown.replaceAll(replacement, value), text);
  return { hide, show };
}
