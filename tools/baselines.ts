import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What is kept of a release, to compare later versions with. */
export interface Baseline {
  /** E.g. `0.9.0`. */
  readonly version: string;
  readonly folder: string;
}

/** The folder of the baselines, in that of the project. */
export const baselinesFolder = join('test', 'baseline');

/** The baseline of the last release; null: there is none. */
export function lastBaseline(root: string): Baseline | null {
  const folder = join(root, baselinesFolder);
  const versions = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+\.\d+\.\d+$/.test(name)) : [];
  const version = versions.sort(byVersion).at(-1);
  return version === undefined ? null : { version, folder: join(folder, version) };
}

function byVersion(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
