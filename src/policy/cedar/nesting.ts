/**
 * Strings and comments, in which brackets have no meaning. A carriage return ends a comment too, as
 * in Cedar.
 */
const skipped = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"?|\/\/[^\n\r]*`;

/** The brackets of a JSON text. */
export const jsonBrackets = { open: '[{', close: ']}' };

/** The brackets of a Cedar schema. */
export const schemaBrackets = { open: '([{<', close: ')]}>' };

/**
 * The line of the first bracket that is nested deeper than `most` levels, from 1; null if there is
 * none. Linear.
 */
export function tooDeep(text: string, { open, close }: typeof jsonBrackets, most: number): number | null {
  let [depth, line] = [0, 1];
  for (const [token] of text.matchAll(new RegExp(`${skipped}|[[\\](){}<>\\n]`, 'gs'))) {
    line += newlinesIn(token);
    if (open.includes(token)) depth += 1;
    if (close.includes(token)) depth = Math.max(0, depth - 1);
    if (depth > most) return line;
  }
  return null;
}

/** A bracket that is open, with the expression in it as far as it was read. */
interface Group {
  /**
   * Operators that join operands of any size: `&&`, `||`, `if`, `when`, `unless`. Each adds a
   * level.
   */
  joined: number;
  /** Operators within the current operand, such as `.` and `==`. */
  operators: number;
  /** Levels of the deepest group in the current operand. */
  inner: number;
  /** Levels of the deepest operand of the current expression. */
  operand: number;
  /** Levels of the deepest expression, of those that commas separate. */
  levels: number;
}

/** What a file of policies has. */
export interface ScannedPolicies {
  /** The line in which each policy ends, from 1. */
  readonly policyLines: readonly number[];
  /**
   * The first line in which an expression has more levels than allowed, from 1; null if none has.
   */
  readonly deepLine: number | null;
}

const policyTokens = new RegExp(`${skipped}|&&|\\|\\||[=!<>]=|[-+*!.<>()[\\]{},;\\n]|\\w+`, 'gs');

/**
 * Finds the policies of a file, and counts the levels of the tree that Cedar makes of each
 * expression: at least as many as it has, whatever it is nested by. Ends at the first expression
 * with more than `most` levels. Linear; the text need not be valid.
 */
export function scanPolicies(text: string, most: number): ScannedPolicies {
  const open: Group[] = [];
  let group = newGroup();
  const policyLines: number[] = [];
  let line = 1;
  for (const [token] of text.matchAll(policyTokens)) {
    line += newlinesIn(token);
    if ('([{'.includes(token)) {
      open.push(group);
      group = newGroup();
    } else if (')]}'.includes(token) && open.length > 0) {
      endExpression(group);
      const { levels } = group;
      group = open.pop() ?? newGroup();
      group.operators += 1;
      group.inner = Math.max(group.inner, levels);
    } else if (token === ',' || token === ';') {
      endExpression(group);
      if (token === ';' && open.length === 0) {
        policyLines.push(line);
        group = newGroup();
      }
    } else if (separators.has(token)) {
      endOperand(group);
      if (joining.has(token)) group.joined += 1;
    } else if (operators.has(token)) group.operators += 1;
    if (open.length > most || levelsOf(group) > most) return { policyLines, deepLine: line };
  }
  return { policyLines, deepLine: null };
}

const joining = new Set(['&&', '||', 'if', 'when', 'unless']);

/** What ends an operand. */
const separators = new Set([...joining, 'then', 'else', 'permit', 'forbid']);

const operators = new Set(['==', '!=', '<=', '>=', '<', '>', '+', '-', '*', '!', '.', 'in', 'has', 'like', 'is']);

function newGroup(): Group {
  return { joined: 0, operators: 0, inner: 0, operand: 0, levels: 1 };
}

function endOperand(group: Group): void {
  group.operand = Math.max(group.operand, group.operators + group.inner);
  group.operators = 0;
  group.inner = 0;
}

function endExpression(group: Group): void {
  endOperand(group);
  group.levels = Math.max(group.levels, group.joined + group.operand + 1);
  group.joined = 0;
  group.operand = 0;
}

/** Levels of a group so far. */
function levelsOf({ joined, operators: own, inner, operand, levels }: Group): number {
  return Math.max(levels, joined + Math.max(operand, own + inner) + 1);
}

/**
 * How many words a Cedar schema has if the common types in it are written out, as Cedar does: types
 * that each use another one twice double with each of them. Linear; the text need not be valid.
 */
export function wordsWrittenOut(schema: string): number {
  const rest: string[] = [];
  const types = new Map<string, string[]>();
  let words = rest;
  let [before, last] = ['', ''];
  for (const [token] of schema.matchAll(new RegExp(`${skipped}|\\w+|[=;]`, 'gs'))) {
    if (token === '=' && before === 'type') {
      // Types of two namespaces can have the same name.
      words = types.get(last) ?? [];
      types.set(last, words);
    } else if (token === ';') words = rest;
    else if (!/^(?:"|\/\/|=)/.test(token)) words.push(token);
    [before, last] = [last, token];
  }
  const known = new Map<string, number>();
  const count = (of: readonly string[]): number => of.reduce((sum, word) => sum + countOf(word), 0);
  const countOf = (word: string): number => {
    const type = types.get(word);
    if (type === undefined) return 1;
    // Cedar rejects a type that contains itself.
    if (!known.has(word)) known.set(word, 1).set(word, 1 + count(type));
    return known.get(word) ?? 1;
  };
  return count(rest);
}

function newlinesIn(token: string): number {
  return token === '\n' ? 1 : token.startsWith('"') ? token.split('\n').length - 1 : 0;
}
