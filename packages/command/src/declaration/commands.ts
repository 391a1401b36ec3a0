import { UsageError } from '../aws/errors.ts';
import { checkConnection } from '../aws/settings.ts';
import type { Compound } from './compound.ts';

type Run = (compound: Compound) => Promise<number>;

/** Each command is loaded when it runs. */
const runs: Readonly<Record<string, () => Promise<Run>>> = {
  plan: async () => (await import('./plan-command.ts')).runPlan,
  apply: async () => (await import('./apply-command.ts')).runApply,
  export: async () => (await import('./export-command.ts')).runExport,
  adopt: async () => (await import('../adopt/command.ts')).runAdopt,
  doctor: async () => (await import('../doctor/command.ts')).runDoctor,
  irsa: async () => (await import('../irsa/command.ts')).runIrsa,
};

/** Runs a command of several requests, and returns its exit code. */
export async function runCompound(compound: Compound): Promise<number> {
  const load = runs[compound.command.name];
  if (!load) throw new UsageError(`The command ${compound.command.name} can't be run.`);
  checkConnection(compound.connection);
  return (await load())(compound);
}
