import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A piece of prose of a file, for checks of wording. */
export interface Prose {
  /** Line of the file on which the text begins, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** The prose of a file: all text of Markdown, schema, policies and YAML; comments and messages of TypeScript. */
export function proseIn(file: string): readonly Prose[] {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.ts')) return proseInTypeScript(text);
  return linesOf(file.endsWith('.md') ? withoutOutput(text) : text, 1).map(({ line, text }) => ({
    line,
    text: withoutCode(text),
  }));
}

/** Comments, and string literals that contain a space: a string without one is a name, not a message. */
export function proseInTypeScript(text: string): readonly Prose[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const found: Prose[] = [];
  const add = (start: number, piece: string) => {
    const first = source.getLineAndCharacterOfPosition(start).line + 1;
    found.push(...linesOf(piece, first).map(({ line, text }) => ({ line, text: withoutCode(text) })));
  };
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source);
    // The text before a token consists of white space and comments, JSDoc included.
    if (children.length === 0) add(node.pos, text.slice(node.pos, node.getStart(source)));
    if (ts.isJSDoc(node)) return;
    if (isText(node) && node.text.includes(' ')) add(node.getStart(source), node.text);
    else children.forEach(visit);
  };
  visit(source);
  return found;
}

function isText(node: ts.Node): node is ts.LiteralLikeNode {
  return (
    ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)
  );
}

function linesOf(text: string, first: number): readonly Prose[] {
  return text
    .split('\n')
    .map((text, index) => ({ line: first + index, text }))
    .filter(({ text }) => text.trim() !== '');
}

/** Markdown without answers and generated blocks, whose words come from the code; line numbers stay the same. */
function withoutOutput(markdown: string): string {
  const output = /```json answer\n[^]*?```|<!-- (\w+): begin -->[^]*?<!-- \1: end -->/g;
  return markdown.replace(output, (block) => block.replace(/[^\n]/g, ''));
}

/** A line without the code in backticks: names in code are checked where they are declared. */
function withoutCode(line: string): string {
  return line.replace(/`[^`]*`/g, '``');
}
