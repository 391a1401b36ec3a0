import { Cursor } from './cursor.ts';
import type { Token, TokenType } from './lexer.ts';
import type { Node } from './node.ts';

/** How strongly a token binds to what stands before it; others end the expression before them. */
const bindingPower: Readonly<Partial<Record<TokenType, number>>> = {
  pipe: 1,
  or: 2,
  and: 3,
  eq: 5,
  gt: 5,
  lt: 5,
  gte: 5,
  lte: 5,
  ne: 5,
  flatten: 9,
  star: 20,
  filter: 21,
  dot: 40,
  not: 45,
  lbrace: 50,
  lbracket: 55,
  lparen: 60,
};

/** Tokens that bind less than this end a projection. */
const projectionStop = 10;

const current: Node = { kind: 'current' };

/**
 * Parses a JMESPath expression as the library of the AWS CLI does (jmespath.py 1.0). It accepts
 * somewhat more than the grammar: the arguments of a function need no comma between them, nor do
 * the entries of a multi-select hash.
 *
 * @throws `InvalidExpression`
 */
export function parseExpression(expression: string): Node {
  const cursor = new Cursor(expression);
  const node = expressionAbove(cursor, 0);
  if (!cursor.isAt('eof')) throw cursor.problem(`Unexpected token: ${cursor.peek().text}`);
  return node;
}

/** Reads as far as tokens bind more than `bound`. */
function expressionAbove(cursor: Cursor, bound: number): Node {
  const first = cursor.next();
  const begin = beginnings[first.type];
  if (!begin) throw cursor.problem('invalid token', first);
  let node = begin(cursor, first);
  while (bound < powerOf(cursor.peek())) {
    const token = cursor.next();
    const go = continuations[token.type];
    if (!go) throw cursor.problem('invalid token', token);
    node = go(cursor, node, token);
  }
  return node;
}

function powerOf({ type }: Token): number {
  return bindingPower[type] ?? 0;
}

/** What a token at the beginning of an expression, just read, begins. */
const beginnings: Partial<Record<TokenType, (cursor: Cursor, token: Token) => Node>> = {
  literal: (_cursor, { value }) => ({ kind: 'literal', value }),
  unquoted_identifier: (_cursor, { text }) => ({ kind: 'field', name: text }),
  quoted_identifier: (cursor, { text }) => {
    if (!cursor.isAt('lparen')) return { kind: 'field', name: text };
    throw cursor.problem('Quoted identifier not allowed for function names.', { ...cursor.peek(), start: 0 });
  },
  current: () => current,
  star: (cursor, token) => ({
    kind: 'values',
    left: current,
    right: cursor.isAt('rbracket') ? current : projected(cursor, powerOf(token)),
  }),
  filter: (cursor, token) => filterAfter(cursor, current, token),
  flatten: (cursor, token) => flattened(cursor, current, token),
  lbrace: (cursor) => multiSelectHash(cursor),
  lbracket: (cursor) => {
    if (cursor.isAt('number', 'colon')) return projectedIfSlice(cursor, current, indexOrSlice(cursor));
    return cursor.isAt('star') && cursor.peek(1).type === 'rbracket'
      ? listProjection(cursor, current)
      : multiSelectList(cursor);
  },
  lparen: (cursor) => {
    const node = expressionAbove(cursor, 0);
    cursor.expect('rparen');
    return node;
  },
  not: (cursor, token) => ({ kind: 'not', node: expressionAbove(cursor, powerOf(token)) }),
  expref: (cursor) => ({ kind: 'reference', node: expressionAbove(cursor, 0) }),
};

type Continue = (cursor: Cursor, left: Node, token: Token) => Node;

const comparison: Continue = (cursor, left, token) => ({
  kind: 'comparison',
  comparison: token.type as Extract<Node, { kind: 'comparison' }>['comparison'],
  left,
  right: expressionAbove(cursor, powerOf(token)),
});

const choice: Continue = (cursor, left, token) => ({
  kind: token.type as 'or' | 'and',
  left,
  right: expressionAbove(cursor, powerOf(token)),
});

/** What a token after an expression, just read, makes of it. */
const continuations: Partial<Record<TokenType, Continue>> = {
  dot: (cursor, left, token) =>
    cursor.skip('star')
      ? { kind: 'values', left, right: projected(cursor, powerOf(token)) }
      : { kind: 'steps', nodes: [left, afterDot(cursor, powerOf(token))] },
  pipe: (cursor, left, token) => ({ kind: 'steps', nodes: [left, expressionAbove(cursor, powerOf(token))] }),
  or: choice,
  and: choice,
  eq: comparison,
  ne: comparison,
  lt: comparison,
  lte: comparison,
  gt: comparison,
  gte: comparison,
  filter: filterAfter,
  flatten: flattened,
  lparen: (cursor, left) => {
    if (left.kind !== 'field') {
      const name = cursor.peek(-2);
      throw cursor.problem(`Invalid function name '${name.text}'`, name);
    }
    const args: Node[] = [];
    while (!cursor.skip('rparen')) {
      args.push(expressionAbove(cursor, 0));
      cursor.skip('comma');
    }
    return { kind: 'call', name: left.name, args };
  },
  lbracket: (cursor, left) => {
    if (!cursor.isAt('number', 'colon')) return listProjection(cursor, left);
    const right = indexOrSlice(cursor);
    // A slice behind an index is not projected: a[0][1:2].b is null.
    return left.kind === 'indexed'
      ? { kind: 'indexed', nodes: [...left.nodes, right] }
      : projectedIfSlice(cursor, left, right);
  },
};

function filterAfter(cursor: Cursor, left: Node, token: Token): Node {
  const condition = expressionAbove(cursor, 0);
  cursor.expect('rbracket');
  return {
    kind: 'filter',
    left,
    condition,
    right: cursor.isAt('flatten') ? current : projected(cursor, powerOf(token)),
  };
}

function flattened(cursor: Cursor, left: Node, token: Token): Node {
  return { kind: 'projection', left: { kind: 'flatten', node: left }, right: projected(cursor, powerOf(token)) };
}

function listProjection(cursor: Cursor, left: Node): Node {
  const star = cursor.expect('star');
  cursor.expect('rbracket');
  return { kind: 'projection', left, right: projected(cursor, powerOf(star)) };
}

function projectedIfSlice(cursor: Cursor, left: Node, right: Node): Node {
  const node: Node = { kind: 'indexed', nodes: [left, right] };
  return right.kind === 'slice'
    ? { kind: 'projection', left: node, right: projected(cursor, bindingPower.star ?? 0) }
    : node;
}

/** After the `[` of an index or a slice. */
function indexOrSlice(cursor: Cursor): Node {
  if (!cursor.isAt('colon') && cursor.peek(1).type !== 'colon') {
    const index = Number(cursor.next().text);
    cursor.expect('rbracket');
    return { kind: 'index', index };
  }
  const bounds: (number | null)[] = [null, null, null];
  let part = 0;
  while (!cursor.isAt('rbracket')) {
    if (cursor.isAt('number')) bounds[part] = Number(cursor.peek().text);
    else if (!cursor.isAt('colon') || (part += 1) > 2) throw cursor.problem('syntax error');
    cursor.next();
  }
  cursor.next();
  return { kind: 'slice', bounds };
}

function multiSelectList(cursor: Cursor): Node {
  const nodes = [expressionAbove(cursor, 0)];
  while (!cursor.skip('rbracket')) {
    cursor.expect('comma');
    nodes.push(expressionAbove(cursor, 0));
  }
  return { kind: 'list', nodes };
}

function multiSelectHash(cursor: Cursor): Node {
  const entries: (readonly [string, Node])[] = [];
  do {
    const { text } = cursor.expect('quoted_identifier', 'unquoted_identifier');
    cursor.expect('colon');
    entries.push([text, expressionAbove(cursor, 0)]);
  } while (cursor.skip('comma') || !cursor.skip('rbrace'));
  return { kind: 'map', entries };
}

/** What a projection applies to each element. */
function projected(cursor: Cursor, bound: number): Node {
  if (powerOf(cursor.peek()) < projectionStop) return current;
  if (cursor.isAt('lbracket', 'filter')) return expressionAbove(cursor, bound);
  if (!cursor.skip('dot')) throw cursor.problem('syntax error');
  return afterDot(cursor, bound);
}

function afterDot(cursor: Cursor, bound: number): Node {
  if (cursor.isAt('quoted_identifier', 'unquoted_identifier', 'star')) return expressionAbove(cursor, bound);
  if (cursor.skip('lbracket')) return multiSelectList(cursor);
  if (cursor.skip('lbrace')) return multiSelectHash(cursor);
  throw cursor.unexpected(['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace']);
}
