/** One example of docs/examples.md: who sends what, and the answer that stands below it. */
export interface Example {
  readonly title: string;
  /** Name of the example principal. */
  readonly as: string;
  readonly query: string;
  /** JSON text; empty when there is none. */
  readonly variables: string;
  readonly answer: string;
}

/** A heading, a block `graphql NAME`, perhaps a block `json variables`, a block `json answer`. */
const example =
  /### (.+)\n[^#]*?```graphql (\S+)\n([\s\S]*?)```\n(?:\s*```json variables\n([\s\S]*?)```\n)?\s*```json answer\n([\s\S]*?)```/g;

/** The examples of a document, in their order. */
export function examplesIn(markdown: string): Example[] {
  return [...markdown.matchAll(example)].map(([, title = '', as = '', query = '', variables = '', answer = '']) => ({
    title,
    as,
    query,
    variables,
    answer,
  }));
}

/** Values that differ from run to run, and what stands for them in the document. */
const volatile: readonly { readonly pattern: RegExp; readonly standIn: (count: number) => string }[] = [
  { pattern: /a-[a-z0-9]{17}/g, standIn: (count) => `a-${String(count).padStart(17, '0')}` },
  { pattern: /[0-9A-HJKMNP-TV-Z]{26}/g, standIn: (count) => `01KA${String(count).padStart(22, '0')}` },
  { pattern: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, standIn: () => '2026-11-24T10:00:00.000Z' },
  { pattern: /"[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{8,}"/g, standIn: () => '"opaque"' },
];

/** Puts stand-ins in the place of what differs from run to run, the same for the same value, and back. */
export function createStandIns() {
  const standInOf = new Map<string, string>();
  const valueOf = new Map<string, string>();
  const hide = (text: string): string =>
    volatile.reduce((hidden, { pattern, standIn }, kind) => {
      const known = () => [...standInOf.keys()].filter((key) => key.startsWith(`${kind} `)).length;
      return hidden.replaceAll(pattern, (value) => {
        if (valueOf.has(value)) return value;
        const stand = standInOf.get(`${kind} ${value}`) ?? standIn(known() + 1);
        standInOf.set(`${kind} ${value}`, stand);
        valueOf.set(stand, value);
        return stand;
      });
    }, text);
  const show = (text: string): string =>
    [...valueOf].reduce((shown, [stand, value]) => shown.replaceAll(stand, value), text);
  return { hide, show };
}
