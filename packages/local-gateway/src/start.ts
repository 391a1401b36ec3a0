import { runCommand } from '../../../tools/command.ts';
import { scripts } from './invocation.ts';
import { tokenVariables } from './settings.ts';
import { handleSignals } from './signals.ts';
import { startCommand } from './start-command.ts';

handleSignals();

process.exitCode = await runCommand(startCommand({ ...scripts, variables: tokenVariables() }));
