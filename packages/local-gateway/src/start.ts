import { runCommand } from '../../../tools/command.ts';
import { scripts } from './invocation.ts';
import { startCommand } from './start-command.ts';

process.exitCode = await runCommand(startCommand(scripts));
