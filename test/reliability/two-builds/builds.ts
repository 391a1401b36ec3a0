import { createRequire } from 'node:module';
import { join } from 'node:path';
import { lastBaseline } from '../../../tools/baselines.ts';
import { writeCompiledPolicies } from '../../upgrade/compiled-policies.ts';
import type { openVersion } from '../../upgrade/gateway-version.ts';

/** The builds of a storm: that of the last release, and that of today's code. */
export type BuildName = 'released' | 'present';

/** A gateway of a build. */
export type OpenBuild = ReturnType<typeof openVersion>;

const baseline = lastBaseline(join(import.meta.dirname, '..', '..', '..'))?.folder ?? '';

/** Loads the code of a build. A process loads one only. */
export async function loadBuild(name: BuildName): Promise<typeof openVersion> {
  if (name === 'present') return (await import('../../upgrade/gateway-version.ts')).openVersion;
  const load = createRequire(import.meta.filename);
  const built = load(join(baseline, 'gateway.cjs')) as { readonly openVersion: typeof openVersion };
  return built.openVersion;
}

/** Folders with the policies of each build. Those of today's code are compiled into `folder`. */
export function policiesOfBuilds(folder: string): Readonly<Record<BuildName, string>> {
  const present = join(folder, 'policies');
  writeCompiledPolicies(present);
  return { released: join(baseline, 'policies'), present };
}
