import ts from 'typescript';

/**
 * Shortens the names of constants in the outermost scope of a bundle, such as tables and patterns:
 * no stack trace has them. The text keeps its length, with spaces after the short names, so that
 * its source map stays right.
 */
export function withShortConstants(text: string): string {
  const file = ts.createSourceFile('bundle.js', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const constants = constantsOf(file);
  const taken = new Set<string>();
  const uses = new Map<string, number[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      taken.add(node.text);
      if (isWholeProperty(node)) constants.delete(node.text);
      else if (constants.has(node.text) && !isPropertyName(node)) {
        uses.set(node.text, [...(uses.get(node.text) ?? []), node.getStart(file)]);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  // A variable of an inner scope that has the same name is shortened with it, so that each use keeps
  // its meaning.
  const most = [...uses]
    .filter(([name]) => constants.has(name))
    .sort(([, one], [, other]) => other.length - one.length);
  const names = shortNames(taken);
  const edits = most.flatMap(([name, places]) => {
    const short = names.next().value;
    return short.length < name.length ? places.map((start) => ({ start, name, short })) : [];
  });
  return replaced(text, edits);
}

/** What has a name of its own that stack traces show. */
const isNamed = (value: ts.Expression | undefined) =>
  value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value) || ts.isClassExpression(value));

/** The names of variables in the outermost scope that are no functions and no classes. */
function constantsOf(file: ts.SourceFile): Set<string> {
  const declarations = file.statements.flatMap((statement) =>
    ts.isVariableStatement(statement) ? statement.declarationList.declarations : [],
  );
  return new Set(
    declarations.flatMap(({ name, initializer }) =>
      ts.isIdentifier(name) && !isNamed(initializer) ? [name.text] : [],
    ),
  );
}

/** Whether it is both the name of a property and a variable: `{ name }`. */
function isWholeProperty({ parent }: ts.Identifier): boolean {
  return ts.isShorthandPropertyAssignment(parent) || (ts.isBindingElement(parent) && !parent.propertyName);
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isClassElement(parent) ||
      ts.isMetaProperty(parent)) &&
    parent.name === node
  );
}

const letters = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');

/** Names of two and three letters, without those that a text has. */
function* shortNames(taken: ReadonlySet<string>): Generator<string, never> {
  const pairs = letters.flatMap((first) => letters.map((second) => first + second));
  for (const name of [...pairs, ...pairs.flatMap((pair) => letters.map((third) => pair + third))]) {
    if (!taken.has(name) && ts.identifierToKeywordKind(ts.factory.createIdentifier(name)) === undefined) yield name;
  }
  throw new Error('The bundle has too many constants to shorten their names.');
}

interface Edit {
  readonly start: number;
  readonly name: string;
  readonly short: string;
}

function replaced(text: string, edits: readonly Edit[]): string {
  let end = 0;
  const parts = [...edits]
    .sort((one, other) => one.start - other.start)
    .map(({ start, name, short }) => {
      const part = text.slice(end, start) + short.padEnd(name.length);
      end = start + name.length;
      return part;
    });
  return parts.join('') + text.slice(end);
}
