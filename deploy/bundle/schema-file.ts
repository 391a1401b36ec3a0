// The GraphQL schema as a file of the package: a line of JSON with the definitions without their
// fields and values, then a line for each with these. A request needs those of few types.
import { Kind } from 'graphql';
import type { DefinitionNode, DocumentNode } from 'graphql';

/** What is most of a definition. A definition has one of them at most. */
const lists = ['fields', 'values'] as const;

/** A definition, or its head, as far as it matters here. */
interface Definition extends Partial<Record<(typeof lists)[number], unknown>> {
  readonly kind: string;
}

/** The file of a schema. */
export function encodeSchema({ definitions }: DocumentNode): string {
  const all: readonly Definition[] = definitions;
  const heads = all.map((one) => {
    const list = lists.find((name) => one[name] !== undefined);
    return { ...one, ...(list === undefined ? {} : { [list]: null }) };
  });
  const lines = [heads, ...all.map(({ fields, values }) => fields ?? values ?? null)];
  return lines.map((line) => inAscii(JSON.stringify(line))).join('\n');
}

/** A text with any other character would take two bytes for each of them in memory. */
function inAscii(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The schema of a file of {@link encodeSchema}, which parses the fields and values of a type when
 * they are read first.
 */
export function decodeSchema(file: string): DocumentNode {
  const [heads = '', ...lines] = file.split('\n');
  const definitions = JSON.parse(heads) as readonly Definition[];
  for (const [index, definition] of definitions.entries()) {
    for (const list of lists) if (definition[list] === null) parseWhenRead(definition, list, lines[index] ?? '');
  }
  return { kind: Kind.DOCUMENT, definitions: definitions as readonly object[] as readonly DefinitionNode[] };
}

function parseWhenRead(definition: Definition, list: (typeof lists)[number], line: string): void {
  let parsed: unknown;
  const get = (): unknown => (parsed ??= JSON.parse(line));
  Object.defineProperty(definition, list, { get, enumerable: true });
}
