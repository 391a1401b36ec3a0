import { packagedPolicies } from './paths.ts';
import { runCommand } from '../../../tools/command.ts';
import type { Invocation } from './invocation.ts';
import { tokenVariables } from './settings.ts';
import { startCommand } from './start-command.ts';
import { tokenCommand } from './token-command.ts';

const folder = '.pod-identity-gateway';

const invocation: Invocation = {
  start: 'npx pod-identity-gateway-local',
  token: 'npx pod-identity-gateway-local token',
  variables: tokenVariables(),
  defaults: { folder: `${folder} in the working directory`, policies: 'the example policies of this package' },
};

process.env.LOCAL_FOLDER ??= folder;
process.env.POLICIES_DIRECTORY ??= packagedPolicies;

const [command, ...rest] = process.argv.slice(2);
process.exitCode =
  command === 'token' ? await runCommand(tokenCommand(invocation), rest) : await runCommand(startCommand(invocation));
