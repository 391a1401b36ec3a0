import { GeneralError } from '../aws/errors.ts';
import type { Compound } from './compound.ts';
import { textOf, textsOf } from './compound.ts';
import { problemLines } from './declaration.ts';
import type { Declaration } from './declaration.ts';
import type { Problem } from './located.ts';
import { makeProgress } from '../progress.ts';
import { readDeclaration } from './read.ts';
import { checkOutput, readSources } from './sources.ts';

/**
 * The declaration in the files of `--file`. A large one takes seconds, so a terminal shows that it is
 * read.
 *
 * @throws {@link GeneralError} with all that is wrong with them
 * @throws `UsageError` if `--output-file` would replace one of them
 */
export async function declarationOf({ values, host }: Compound): Promise<Declaration> {
  const progress = makeProgress(host);
  const { sources, ids, problems } = await readSources(textsOf(values, 'file'), host.input);
  const output = textOf(values, 'outputFile');
  if (output !== null) checkOutput('--output-file', output, ids);
  progress.show('Reading the declaration');
  const read = readDeclaration(sources);
  progress.end();
  const found = read.kind === 'problems' ? [...problems, ...read.problems] : problems;
  if (read.kind === 'problems' || found.length > 0) throw problemsError(found);
  return read.declaration;
}

/** The error of a declaration that is not valid. */
export function problemsError(problems: readonly Problem[]): GeneralError {
  const head = `The declaration has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`;
  return new GeneralError([head, ...problemLines(problems)].join('\n'));
}
