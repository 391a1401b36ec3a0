import ts from 'typescript';

/**
 * The members of dependencies that a function declares and does not use: one line each. A function uses what it reads of the
 * parameter, and what the functions declare to which it passes the parameter on. Functions without a body declare for others.
 *
 * @param isChecked whether the functions of a file are checked
 * @param members the names of all dependencies: a parameter with other members is not checked
 */
export function unusedMembers(
  program: ts.Program,
  isChecked: (file: string) => boolean,
  members: ReadonlySet<string>,
): readonly string[] {
  const checker = program.getTypeChecker();
  const namesOf = (type: ts.Type | undefined) => type?.getProperties().map(({ name }) => name) ?? [];

  const unusedOf = ({ name, type }: ts.ParameterDeclaration, body: ts.Node, file: string): readonly string[] => {
    const declared = type === undefined ? [] : namesOf(checker.getTypeFromTypeNode(type));
    if (!declared.every((member) => members.has(member))) return [];
    const used = ts.isIdentifier(name) ? usedIn(body, checker.getSymbolAtLocation(name)) : namesIn(name);
    return declared.filter((member) => !used.has(member)).map((member) => `${file}: ${type?.getText()}: ${member}`);
  };

  const usedIn = (body: ts.Node, symbol: ts.Symbol | undefined): ReadonlySet<string> => {
    const used = new Set<string>();
    const visit = (node: ts.Node): void => {
      ts.forEachChild(node, visit);
      if (!ts.isIdentifier(node) || checker.getSymbolAtLocation(node) !== symbol) return;
      for (const member of usesOf(node)) used.add(member);
    };
    visit(body);
    return used;
  };

  const usesOf = (node: ts.Identifier): Iterable<string> => {
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent)) return [parent.name.text];
    if (ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name)) return namesIn(parent.name);
    if (!ts.isSpreadAssignment(parent)) return namesOf(checker.getContextualType(node));
    const replaced = new Set(parent.parent.properties.map((property) => property.name?.getText()));
    return namesOf(checker.getContextualType(parent.parent)).filter((member) => !replaced.has(member));
  };

  const unusedIn = (node: ts.Node, file: string): readonly string[] => {
    const body = ts.isFunctionLike(node) && 'body' in node ? (node.body as ts.Node | undefined) : undefined;
    const own = body && ts.isFunctionLike(node) ? node.parameters.flatMap((one) => unusedOf(one, body, file)) : [];
    const inner: (readonly string[])[] = [];
    ts.forEachChild(node, (child) => void inner.push(unusedIn(child, file)));
    return [...own, ...inner.flat()];
  };

  return program
    .getSourceFiles()
    .filter(({ fileName }) => isChecked(fileName))
    .flatMap((source) => unusedIn(source, source.fileName.replace(/^.*\/src\//, 'src/')));
}

function namesIn(pattern: ts.BindingName): ReadonlySet<string> {
  const elements = ts.isObjectBindingPattern(pattern) ? pattern.elements : [];
  return new Set(elements.map(({ name, propertyName }) => (propertyName ?? name).getText()));
}
