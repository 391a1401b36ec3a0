import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** Folders in which version 2 is installed where another `aws` comes first on the path. */
const usualFolders = ['/usr/local/bin', '/usr/bin'];

/**
 * The path of an AWS CLI of version 2, of which version 1 can be earlier on the path; null where the machine has none.
 * Version 1 is not enough: it prints times as numbers, and many installed ones lack the Pod Identity commands.
 */
export function findAwsCli(path = process.env.PATH ?? '', otherFolders = usualFolders): string | null {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...otherFolders];
  const programs = [...new Set(folders)].map((folder) => join(folder, 'aws'));
  return programs.find((program) => versionOf(program).startsWith('aws-cli/2.')) ?? null;
}

function versionOf(program: string): string {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout : '';
}
