#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { readSettings, SettingError, usage } from './settings.ts';
import type { SettingName } from './settings.ts';
import { codeOf, messageOf } from './shape.ts';
import { startEksSimulator } from './simulator.ts';
import type { EksSimulatorOptions } from './simulator.ts';
import { StartError } from './start-error.ts';
import type { FaultyOption } from './start-error.ts';

const variables = { port: 'EKS_SIMULATOR_PORT', stateFile: 'EKS_SIMULATOR_STATE' } as const satisfies Record<
  FaultyOption,
  SettingName
>;

/** Exit code for a wrong option or setting; any other failure exits with 1. */
const usageExitCode = 2;

async function main(): Promise<void> {
  if (wantsHelp()) {
    process.stdout.write(usage);
    return;
  }
  const options = readSettings(process.env);
  const simulator = await start(options);
  // Installed before the line is printed, because its reader may send a signal at once.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void simulator.close());
  console.log(
    `The EKS simulator listens on ${simulator.url}; associations are kept in ${options.stateFile ?? 'memory'}.`,
  );
}

/** Throws the error of `parseArgs` for anything but `--help`. */
function wantsHelp(): boolean {
  return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values.help === true;
}

async function start(options: EksSimulatorOptions) {
  try {
    return await startEksSimulator(options);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const variable = variables[error.option];
    if (!error.inUse) throw new SettingError(variable, error.message);
    throw new Error(`${error.message} (${variable})`, { cause: error });
  }
}

function isUsageError(error: unknown): boolean {
  return error instanceof SettingError || codeOf(error).startsWith('ERR_PARSE_ARGS');
}

main().catch((error: unknown) => {
  const advice = isUsageError(error) ? ' (eks-simulator --help lists all settings)' : '';
  // One line, although messages of Node may hold several.
  console.error(`eks-simulator: ${messageOf(error).replace(/\s+/g, ' ')}${advice}`);
  process.exitCode = isUsageError(error) ? usageExitCode : 1;
});
