import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFailure } from '../explain.ts';

/** A file that is created once, with a secret that no other folder has. */
export interface SecretFile {
  readonly name: string;
  /** What it holds, for messages, e.g. `signing key`. */
  readonly holds: string;
  readonly create: () => Promise<string>;
}

/**
 * Reads a secret of a folder. Creates folder and file where they are missing, both for their owner
 * only. Processes that start at the same time all get the same secret. Throws an Error that names
 * LOCAL_FOLDER when the file can't be written or read.
 */
export async function readOrCreate(folder: string, { name, holds, create }: SecretFile): Promise<string> {
  const file = join(folder, name);
  const advice = 'Set LOCAL_FOLDER to a folder that this user can write.';
  return explainFailure(`The ${holds} can't be kept in ${folder}`, advice, async () => {
    if (!existsSync(file)) await createFile(folder, file, await create());
    return readFile(file, 'utf8');
  });
}

/**
 * Writes the secret to a temporary file and links that to the final name. A reader finds a complete
 * secret or none; of two processes that create it at the same time, the second one uses that of the
 * first.
 */
async function createFile(folder: string, file: string, content: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
  } catch (error) {
    if (!exists(error)) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function exists(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
}
