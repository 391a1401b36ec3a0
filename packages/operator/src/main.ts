import { runCommandLine } from './cli/run.ts';
import { commandTable } from './commands.ts';

const { argv, stdout, stderr, env } = process;
// A reader such as head ends before the command does. Other errors of the output are reported by
// the commands that wait for it.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await runCommandLine(commandTable, argv.slice(2), { stdout, stderr, env });
