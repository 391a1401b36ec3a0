import { startEksSimulator } from './simulator.ts';
import { readWorld } from './world.ts';

/** Longest signature window that makes sense to set, milliseconds: a day. */
const maxWindowMs = 86_400_000;

/** A setting from the environment; an empty one counts as not set. */
function textFrom(name: string): string | undefined {
  const text = process.env[name];
  return text === '' ? undefined : text;
}

/** A whole number from the environment. Throws an error that names the variable. */
function wholeFrom(name: string, byDefault: number, most: number): number {
  const text = textFrom(name);
  if (text === undefined) return byDefault;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new Error(`${name} must be a whole number from 0 to ${most}, but is '${text}'`);
  return value;
}

async function main(): Promise<void> {
  const stateFile = textFrom('EKS_SIMULATOR_STATE');
  const simulator = await startEksSimulator({
    port: wholeFrom('EKS_SIMULATOR_PORT', 4100, 65_535),
    signatureWindowMs: wholeFrom('EKS_SIMULATOR_SIGNATURE_WINDOW_MS', 300_000, maxWindowMs),
    world: readWorld(textFrom('EKS_SIMULATOR_WORLD')),
    ...(stateFile === undefined ? {} : { stateFile }),
  });
  console.log(`The EKS simulator listens on ${simulator.url}; associations are kept in ${stateFile ?? 'memory'}.`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void simulator.close());
}

main().catch((error: unknown) => {
  console.error(`The EKS simulator did not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
