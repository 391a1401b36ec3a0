import { cpSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../../../test/support/installed-package.ts';

const repository = join(import.meta.dirname, '../../..');

/** Entries of a clone that are not links: the copy of the example, and what a build would leave in the working tree. */
const own = ['.git', '.cache', '.local', 'examples', 'node_modules'];

/**
 * A folder in which the commands of an example run as in a clone whose client is built, without a build in the working tree: the
 * client is installed from its tarball, the example is copied, and everything else is a link.
 */
export async function cloneWithExample(
  name: string,
): Promise<{ readonly folder: string; readonly remove: () => void }> {
  // Inside the repository, whose packages it resolves.
  const { folder, remove } = await installPackages(join(repository, '.cache/consumers'), ['pod-identity-client']);
  for (const file of ['package.json', 'package-lock.json']) rmSync(join(folder, file), { force: true });
  for (const entry of readdirSync(repository)) {
    if (!own.includes(entry)) symlinkSync(join(repository, entry), join(folder, entry));
  }
  cpSync(join(repository, 'examples', name), join(folder, 'examples', name), { recursive: true });
  return { folder, remove };
}
