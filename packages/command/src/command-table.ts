import { awsCommands } from './commands.ts';
import type { Command } from './commands.ts';
import { ownCommands } from './own-commands.ts';

/** All commands: those of the AWS CLI, and then those of the gateway. */
export const commands: readonly Command[] = [...awsCommands, ...ownCommands];
