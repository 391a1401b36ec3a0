import type { Environment } from '../src/app/environment.ts';
import { readSettings } from '../src/app/environment.ts';
import { readGatewaySettings, readLivePolicySettings } from '../src/app/settings.ts';
import type { Problem, Settings } from './problems.ts';

/**
 * A parameter with the variable that may set it, and a variable that is passed to the functions, in
 * the text of serverless.yml.
 */
const parameter = /^ {4}(\w+): \$\{env:(\w+), '/gm;
const passedOn = /^ +\w+: \$\{env:(\w+), null\}$/gm;

/**
 * The variables of this shell that serverless.yml passes to the functions, which no parameter sets.
 */
function passedOnIn(serverlessYml: string, env: Environment): string[] {
  return [...serverlessYml.matchAll(passedOn)].flatMap(([, name = '']) => ((env[name] ?? '') === '' ? [] : [name]));
}

/**
 * What this deployment takes from the variables of the shell, as `NAME=value`: they have common
 * names such as TAGS, and may have been set for something else.
 */
export function shellVariables(serverlessYml: string, env: Environment, settings: Settings): string[] {
  const parameters = [...serverlessYml.matchAll(parameter)].flatMap(([, setting = '', name = '']) => {
    const value = env[name] ?? '';
    return value !== '' && value === settings[setting] ? [name] : [];
  });
  return [...parameters, ...passedOnIn(serverlessYml, env)].map((name) => `${name}=${env[name]}`);
}

/** Values of the shell with which the functions would not start. */
export function shellProblems(serverlessYml: string, env: Environment): Problem[] {
  const given = Object.fromEntries(passedOnIn(serverlessYml, env).map((name) => [name, env[name]]));
  try {
    readSettings(given, (reader) => {
      readGatewaySettings(reader);
      readLivePolicySettings(reader, 'of the stack');
      reader.oneOf('IAM_ROUTE', ['on', 'off'], 'on or off');
    });
    return [];
  } catch (error) {
    const what = error instanceof Error ? error.message.trim() : String(error);
    return [{ what, where: 'variables of this shell', fix: 'Correct them, or unset them for the defaults.' }];
  }
}
