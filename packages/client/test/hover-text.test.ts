import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const folder = join(import.meta.dirname, '../src');

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
}

const isDescribed = (node: ts.Node) => ts.getJSDocCommentsAndTags(node).length > 0;

/** The exports of the package that are written by hand, by their file. Others have the texts of the schema. */
const exported = parse('index.ts').statements.flatMap((statement) => {
  if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) return [];
  const file = (statement.moduleSpecifier as ts.StringLiteral).text.slice(2);
  if (file.startsWith('generated/') || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) return [];
  return statement.exportClause.elements.map(({ name }) => [name.text, file] as const);
});

/** Where a name is declared in a file. */
function declarationOf(name: string, file: string): ts.Node | undefined {
  for (const statement of parse(file).statements) {
    if (ts.isVariableStatement(statement)) {
      const found = statement.declarationList.declarations.some((one) => one.name.getText() === name);
      if (found) return statement;
    } else if (statement.getChildren().some((child) => ts.isIdentifier(child) && child.text === name)) return statement;
  }
  return undefined;
}

test.each(exported)('the export %s has a hover text', (name, file) => {
  const declaration = declarationOf(name, file);
  expect(declaration && isDescribed(declaration)).toBe(true);
});

test('each function of the client has a hover text', () => {
  const client = declarationOf('GatewayClient', 'client/client.ts') as ts.InterfaceDeclaration;
  expect(client.members.length).toBeGreaterThan(20);
  expect(client.members.filter((member) => !isDescribed(member)).map((member) => member.name?.getText())).toEqual([]);
});
