import type { EksSimulatorOptions } from './simulator.ts';
import { messageOf } from './shape.ts';
import { readWorld, defaultWorldFile } from './world.ts';

/** A setting of the command. */
interface Setting {
  /** Completes the sentence "<variable> must be …". */
  readonly holds: string;
  /** What the setting is for, with its default. */
  readonly purpose: string;
}

/** Highest value of a whole number. `EKS_SIMULATOR_SIGNATURE_WINDOW_MS`: one day. */
const limits = { EKS_SIMULATOR_PORT: 65_535, EKS_SIMULATOR_SIGNATURE_WINDOW_MS: 86_400_000 };

/** Every environment variable that the command reads. */
const settings = {
  EKS_SIMULATOR_PORT: {
    holds: `a whole number from 0 to ${limits.EKS_SIMULATOR_PORT}`,
    purpose: 'Port on 127.0.0.1; 0 picks a free one. Default: 4100',
  },
  EKS_SIMULATOR_WORLD: {
    holds: 'the path of a world file',
    purpose: `JSON file with the clusters, roles and access keys that exist. Default: ${defaultWorldFile}`,
  },
  EKS_SIMULATOR_STATE: {
    holds: 'the path of a JSON file that this process can read and replace',
    purpose: 'Keeps the associations across restarts. Default: none, they are kept in memory',
  },
  EKS_SIMULATOR_ALLOWED_HOSTS: {
    holds: 'names without ports, separated by commas',
    purpose:
      'Names in the header Host that are accepted besides loopback names, e.g. those of containers. Default: none',
  },
  EKS_SIMULATOR_SIGNATURE_WINDOW_MS: {
    holds: `a whole number from 0 to ${limits.EKS_SIMULATOR_SIGNATURE_WINDOW_MS}`,
    purpose: "How far a signature's date may differ from the clock, in milliseconds. Default: 300000",
  },
} satisfies Record<string, Setting>;

/** Name of an environment variable of the command. */
export type SettingName = keyof typeof settings;

/**
 * A setting has a wrong value. The message names the variable, what it must hold, and the problem.
 */
export class SettingError extends Error {
  override readonly name = 'SettingError';

  constructor(setting: SettingName, problem: string) {
    super(`${setting} must be ${settings[setting].holds}: ${problem}`);
  }
}

/** The text of `--help`. */
export const usage = `Usage: eks-simulator [--help]

Starts an HTTP server that implements the Amazon EKS API for Pod Identity associations.
It runs until SIGTERM or SIGINT. Settings are environment variables:

${Object.entries(settings)
  .map(([name, { holds, purpose }]) => `  ${name}\n      ${purpose}.\n      Must be ${holds}.`)
  .join('\n')}

Exit codes: 0 stopped by a signal, 2 wrong option or setting, 1 any other error.
`;

/** Reads the settings; an empty variable counts as absent. Throws a SettingError. */
export function readSettings(env: NodeJS.ProcessEnv): EksSimulatorOptions {
  const port = readWhole(env, 'EKS_SIMULATOR_PORT', 4100);
  const signatureWindowMs = readWhole(env, 'EKS_SIMULATOR_SIGNATURE_WINDOW_MS', 300_000);
  const allowedHosts = readNames(env, 'EKS_SIMULATOR_ALLOWED_HOSTS');
  const stateFile = readText(env, 'EKS_SIMULATOR_STATE');
  try {
    const world = readWorld(readText(env, 'EKS_SIMULATOR_WORLD'));
    return { port, signatureWindowMs, world, allowedHosts, ...(stateFile === undefined ? {} : { stateFile }) };
  } catch (error) {
    throw new SettingError('EKS_SIMULATOR_WORLD', messageOf(error));
  }
}

function readText(env: NodeJS.ProcessEnv, name: SettingName): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

function readNames(env: NodeJS.ProcessEnv, name: SettingName): readonly string[] {
  const names = readText(env, name)?.split(',') ?? [];
  const wrong = names.find((each) => !/^[\w.-]+$/.test(each));
  if (wrong !== undefined) throw new SettingError(name, `a name is '${wrong}'`);
  return names;
}

function readWhole(env: NodeJS.ProcessEnv, name: keyof typeof limits, fallback: number): number {
  const text = readText(env, name);
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= limits[name])) throw new SettingError(name, `the value is '${text}'`);
  return value;
}
