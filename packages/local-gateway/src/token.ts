import { runCommand } from '../../../tools/command.ts';
import { scripts } from './invocation.ts';
import { tokenCommand } from './token-command.ts';

process.exitCode = await runCommand(tokenCommand(scripts));
