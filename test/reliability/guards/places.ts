import ts from 'typescript';
import type { Range } from './guard.ts';

/** A place of the source that some guard must take away, or an exception must explain. */
export interface Place extends Range {
  readonly line: number;
  readonly kind: 'condition' | 'part of a DynamoDB condition' | 'catch' | 'failure';
  readonly text: string;
  /**
   * The condition of which this is one part, where there are more: to take away the whole says nothing of the part. Else
   * null.
   */
  readonly whole: Range | null;
}

/** What the protocol turns on. A condition that names one of these, by whatever way, decides about it. */
const protocolWords = new Set([
  ...['fence', 'leaseUntil', 'quietAfter', 'expiresAt', 'startedAt', 'clock', 'deadline', 'fingerprint'],
  ...['operationId', 'state', 'begunAt', 'doubtfulOperationIds', 'modifiedAtBefore'],
]);

/** Errors by which the product gives up, rather than go on as if it knew. */
const failures = new Set(['LedgerUnavailable', 'EksReadFailed']);

/** Files in which every condition counts, whatever it names: they judge what EKS, the ledger, policy and callers say. */
export const decidingFiles: readonly string[] = [
  'src/associations/begin.ts',
  'src/associations/existing.ts',
  'src/associations/finish.ts',
  'src/associations/look.ts',
  'src/associations/settle.ts',
  'src/eks/eks-for.ts',
  'src/eks/errors.ts',
  'src/graphql/jwt.ts',
  'src/graphql/principal.ts',
  'src/ledger/dynamodb.ts',
  'src/ledger/recorded.ts',
  'src/ledger/sqlite.ts',
  'src/policy/decide.ts',
  'src/policy/engine.ts',
];

/** Every place of a source file that wants a guard. `file` is relative to the repository. */
export function placesOf(file: string, text: string): readonly Place[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2024, true);
  const everyCondition = decidingFiles.includes(file);
  const places: Place[] = [];
  const add = (node: ts.Node, kind: Place['kind'], { whole = null, end = node.end }: Reach = {}) => {
    const start = node.getStart(source);
    if (places.some((one) => one.start === start && one.text === node.getText(source))) return;
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    const range = whole && { start: whole.getStart(source), end: whole.end };
    places.push({ start, end, line, kind, text: node.getText(source), whole: range });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCatchClause(node) || isCatchCall(node)) add(node, 'catch');
    if (ts.isNewExpression(node) && failures.has(node.expression.getText(source))) add(node, 'failure');
    for (const { condition, end } of conditionsOf(node)) {
      const parts = partsOf(condition);
      for (const part of parts) {
        if (!everyCondition && !namesProtocol(part)) continue;
        add(part, 'condition', parts.length > 1 ? { whole: condition } : { end });
      }
    }
    if (ts.isSwitchStatement(node) && (everyCondition || namesProtocol(node.expression))) {
      for (const clause of node.caseBlock.clauses) add(clause, 'condition');
    }
    const parts = dynamoDbParts(node);
    for (const part of parts) add(part, 'part of a DynamoDB condition', parts.length > 1 ? { whole: node } : {});
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

/** How far a place reaches: up to its end, and to no more than a part of the whole. */
interface Reach {
  readonly whole?: ts.Node | null;
  readonly end?: number;
}

function isCatchCall(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'catch'
  );
}

const comparisons = new Set([
  ...[ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken],
  ...[ts.SyntaxKind.LessThanToken, ts.SyntaxKind.LessThanEqualsToken],
  ...[ts.SyntaxKind.GreaterThanToken, ts.SyntaxKind.GreaterThanEqualsToken],
]);

const logical = new Set([ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken]);

/** A condition, and where what follows from it ends: to take that away is to take the condition away. */
interface Condition {
  readonly condition: ts.Expression;
  readonly end: number;
}

/** The conditions that begin at a node: what is asked by if, loops and `? :`, and what is and-ed, or-ed or compared. */
function conditionsOf(node: ts.Node): readonly Condition[] {
  if (ts.isIfStatement(node)) return [{ condition: node.expression, end: endOf(node) }];
  if (ts.isConditionalExpression(node)) return [{ condition: node.condition, end: node.end }];
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) {
    return [{ condition: node.expression, end: node.expression.end }];
  }
  if (ts.isForStatement(node)) return node.condition ? [{ condition: node.condition, end: node.condition.end }] : [];
  if (!ts.isBinaryExpression(node) || isPartOfLogical(node)) return [];
  const isLogical = logical.has(node.operatorToken.kind) && !isDefault(node);
  return isLogical || comparisons.has(node.operatorToken.kind) ? [{ condition: node, end: node.end }] : [];
}

/** Where an `if` ends that does no more than to return or to throw; else where its condition does. */
function endOf({ expression, thenStatement, elseStatement }: ts.IfStatement): number {
  const then: readonly ts.Statement[] = ts.isBlock(thenStatement) ? thenStatement.statements : [thenStatement];
  const [first, second] = then;
  const isShort = first !== undefined && (ts.isReturnStatement(first) || ts.isThrowStatement(first));
  return isShort && second === undefined && elseStatement === undefined ? thenStatement.end : expression.end;
}

/** `value || null` chooses a value, and asks nothing. */
function isDefault({ right }: ts.BinaryExpression): boolean {
  return right.kind === ts.SyntaxKind.NullKeyword || ts.isStringLiteral(right);
}

/** Such a node is found as a part of the condition around it. */
function isPartOfLogical(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent) || ts.isPrefixUnaryExpression(parent)) return isPartOfLogical(parent);
  return ts.isBinaryExpression(parent) && logical.has(parent.operatorToken.kind);
}

/** The parts of a condition: what stands between its ands and ors. */
function partsOf(condition: ts.Expression): readonly ts.Expression[] {
  if (ts.isParenthesizedExpression(condition)) return partsOf(condition.expression);
  if (ts.isPrefixUnaryExpression(condition)) return partsOf(condition.operand);
  if (!ts.isBinaryExpression(condition) || !logical.has(condition.operatorToken.kind)) return [condition];
  return [...partsOf(condition.left), ...partsOf(condition.right)];
}

function namesProtocol(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return protocolWords.has(node.text);
  return ts.forEachChild(node, namesProtocol) ?? false;
}

/** Where a node is a condition for DynamoDB: the parts it is put together from, or the whole where it is one text. */
function dynamoDbParts(node: ts.Node): readonly ts.Node[] {
  if (!ts.isPropertyAssignment(node)) return [];
  const { name, initializer } = node;
  if (ts.isIdentifier(name) && /(?:Condition|Filter)Expression$|^ReturnValues/.test(name.text)) return [initializer];
  if (!isIn(node, 'expressions')) return [];
  if (ts.isTemplateExpression(initializer)) return initializer.templateSpans.map(({ expression }) => expression);
  return ts.isCallExpression(initializer) ? initializer.arguments : [initializer];
}

/** Whether a node stands in the value of a constant of that name. */
function isIn(node: ts.Node, name: string): boolean {
  return ts.isVariableDeclaration(node)
    ? node.name.getText() === name
    : !!(node.parent as ts.Node | undefined) && isIn(node.parent, name);
}
