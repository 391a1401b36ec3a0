import ts from 'typescript';

/** The titles of the tests and groups in a file's code, as they are written: with `%s` in those of tables. */
export function testTitles(code: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('test.ts', code, ts.ScriptTarget.Latest));
  return titles;
}

/** Whether an expression is `test`, `it` or `describe`, or `test.each(…)` and the like. */
function isTest(expression: ts.Expression): boolean {
  if (ts.isIdentifier(expression)) return ['test', 'it', 'describe'].includes(expression.text);
  if (ts.isCallExpression(expression) || ts.isPropertyAccessExpression(expression))
    return isTest(expression.expression);
  return false;
}
