import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a test file waits for another one that does the work. */
const longestMs = 300_000;

/**
 * Does work whose result several test files need, such as a build, once in a run of the tests: the first that asks does it, in a folder of
 * its own, and others wait. Returns the folder, which nobody may change; the global teardown removes it. Throws the error of the work, also
 * for those who waited.
 */
export async function sharedWork(name: string, work: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(process.env.SHARED_WORK ?? '', name);
  const [done, failed] = [join(folder, '.done'), join(folder, '.failed')];
  if ((await mkdir(folder, { recursive: true })) !== undefined) {
    const outcome = await work(folder).then(
      () => ({ name: done, text: '' }),
      (error: unknown) => ({ name: failed, text: error instanceof Error ? error.message : String(error) }),
    );
    await writeFile(`${folder}.outcome`, outcome.text);
    await rename(`${folder}.outcome`, outcome.name);
  }
  const until = Date.now() + longestMs;
  while (Date.now() < until) {
    if (existsSync(done)) return folder;
    if (existsSync(failed)) throw new Error(await readFile(failed, 'utf8'));
    await sleep(100);
  }
  throw new Error(`${name} was not ready after ${longestMs / 1000} s.`);
}
