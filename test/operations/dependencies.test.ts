import { join } from 'node:path';
import ts from 'typescript';
import { unusedMembers } from '../support/declared-members.ts';

const root = join(import.meta.dirname, '../..');
const options: ts.CompilerOptions = {
  ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2024, allowImportingTsExtensions: true, noEmit: true },
  ...{ strict: true, skipLibCheck: true, types: [] },
};

/** The members of `Dependencies`, by a program that has it. */
function membersIn(program: ts.Program): ReadonlySet<string> {
  const source = program.getSourceFile(join(root, 'src/operations/terms/dependencies.ts'));
  const declaration = source?.statements.find(
    (one) => ts.isInterfaceDeclaration(one) && one.name.text === 'Dependencies',
  );
  const type = declaration && program.getTypeChecker().getTypeAtLocation(declaration);
  return new Set(type?.getProperties().map(({ name }) => name));
}

test('functions of operations, queries and the protocol declare no dependency that they do not use', () => {
  const program = ts.createProgram(
    [join(root, 'src/graphql/handler.ts'), join(root, 'src/operations/flow/reconcile.ts')],
    options,
  );
  const members = membersIn(program);
  expect([...members]).toEqual(expect.arrayContaining(['ledger', 'clock', 'eksFor', 'authorize', 'directory']));
  const isChecked = (file: string) => /\/src\/(operations|queries|idempotency)\//.test(file);
  expect(unusedMembers(program, isChecked, members)).toEqual([]);
});

test('a dependency that a function declares, and neither uses nor passes on, is found', () => {
  const file = '/src/sample.ts';
  const text = `
    interface All { ledger: 1; clock: 2; eksFor: 3 }
    function one(deps: Pick<All, 'clock' | 'ledger'>) { return deps.clock; }
    function two(deps: All) { const { eksFor } = deps; return [eksFor, three(deps)]; }
    function three({ ledger }: Pick<All, 'ledger'>) { return three({ ledger }); }
    function four(deps: All) { return three({ ...deps, ledger: 1 }); }`;
  const host = ts.createCompilerHost(options);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2024, true);
  const program = ts.createProgram([file], options, {
    ...host,
    getSourceFile: (name, version) => (name === file ? source : host.getSourceFile(name, version)),
  });
  expect(unusedMembers(program, (name) => name === file, new Set(['ledger', 'clock', 'eksFor']))).toEqual([
    "src/sample.ts: Pick<All, 'clock' | 'ledger'>: ledger",
    'src/sample.ts: All: clock',
    'src/sample.ts: All: ledger',
    'src/sample.ts: All: clock',
    'src/sample.ts: All: eksFor',
  ]);
});
