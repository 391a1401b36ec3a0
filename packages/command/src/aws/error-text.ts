import type { CommandError } from './errors.ts';
import { ServiceError, UsageError } from './errors.ts';
import type { ErrorFormat } from './settings.ts';

/** The name of the command in messages. */
export const program = 'pod-identity';

const usage = `usage: ${program} [options] <command> [parameters]
To see help text, you can run:

  ${program} help
  ${program} <command> help
`;

/**
 * What standard error shows for an error, in the formats of AWS CLI 2.34. `legacy` is the format of
 * earlier versions.
 */
export async function errorText(error: CommandError, format: ErrorFormat): Promise<string> {
  const showsUsage = error instanceof UsageError && error.showsUsage;
  const { lines, fields } = error instanceof ServiceError ? error.details : { lines: [], fields: {} };
  const more = lines.length === 0 ? '' : `\n${lines.map((line) => `${line}\n`).join('')}`;
  if (format === 'legacy') {
    return showsUsage ? `\n${usage}\n${program}: error: ${error.message}\n\n` : `\n${error.message}\n${more}`;
  }
  if (format === 'enhanced') {
    const occurred = error instanceof ServiceError ? '' : `An error occurred (${error.code}): `;
    return `\n${showsUsage ? `${usage}\n` : ''}${program}: [ERROR]: ${occurred}${error.message}\n${more}`;
  }
  const answer = { Message: error instanceof ServiceError ? error.reason : error.message, Code: error.code, ...fields };
  const { printResult } = await import('./output/print.ts');
  return printResult(
    { kind: 'answer', answer },
    { format, select: (value) => value, title: 'error', style: { width: 80, color: false } },
  );
}
