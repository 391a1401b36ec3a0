import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { latestCheckpoint } from '../../src/checkpoints/storage.ts';
import type { LogStorage } from '../../src/checkpoints/storage.ts';

/** A log in a folder. Objects are files, complete or absent at every time, without versions. */
export function makeFolderStorage(folder: string): LogStorage {
  return {
    putIfAbsent: (name, bytes) =>
      withDraft(join(folder, name), bytes, async (draft, file) => {
        try {
          await link(draft, file);
          return true;
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        }
      }),
    putLatest: (bytes) => withDraft(join(folder, latestCheckpoint), bytes, rename),
    async get(name) {
      try {
        return await readFile(join(folder, name));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      }
    },
    async *list(prefix) {
      const within = join(folder, dirname(`${prefix}x`));
      const entries = await readdir(within, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      });
      const files = entries.filter((entry) => entry.isFile());
      const names = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
      yield* names.filter((name) => name.startsWith(prefix) && !name.endsWith(draftSuffix)).sort();
    },
    versions: null,
  };
}

const draftSuffix = '.draft';

/** Writes a file beside its final place, durably, and puts it there. */
async function withDraft<T>(file: string, bytes: Uint8Array, place: (draft: string, file: string) => Promise<T>) {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}${draftSuffix}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await place(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}
