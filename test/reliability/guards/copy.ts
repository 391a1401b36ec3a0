import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guard } from './guard.ts';

/** What a copy of the repository does without; its tests need none of it, and DynamoDB is given. */
const leftOut = ['node_modules', '.git', '.cache', '.local', '.serverless', 'dist', 'coverage'];

/** What a run of tests came to. `tests` is how many passed, `by` the first test that failed; `broken`: it shows nothing, as where a file can't be loaded. */
export type Verdict =
  { readonly kind: 'passed'; readonly tests: number } | { readonly kind: 'failed' | 'broken'; readonly by: string };

/** Some tests, as Jest names them. */
export type Which = Pick<Guard, 'tests' | 'only'>;

/** A copy of the repository, in which a source file can be changed and tests be run. */
export interface Copy {
  /** Runs tests within `maxMs`: those of some paths and of a pattern of names, or all but those of the guards themselves. */
  test(which: Which | 'all', maxMs: number): Promise<Verdict>;
  /** Runs `work` while a file has the text that `change` makes of its own. */
  changed<T>(file: string, change: (text: string) => string, work: () => Promise<T>): Promise<T>;
  /** Ends what runs in it, and removes it. */
  remove(): void;
}

/**
 * Copies the repository into a new folder for temporary files, with the packages by a link.
 *
 * @param dynamoDb endpoint of the DynamoDB for its tests
 */
export function makeCopy(root: string, dynamoDb: string): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'guards-'));
  cpSync(root, folder, { recursive: true, filter: (path) => !leftOut.some((name) => path === join(root, name)) });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Without CI, tests run in their short sizes.
  const { CI: _, ...environment } = process.env;
  const env = { ...environment, AWS_ENDPOINT_URL_DYNAMODB: dynamoDb };
  let running: ChildProcess | null = null;

  return {
    async test(which, maxMs) {
      const args = [
        '--bail',
        '--ci',
        '--silent',
        '--forceExit',
        '--cacheDirectory',
        join(folder, '.jest'),
        ...chosen(which),
      ];
      // A group of its own, so that what the tests start ends with them.
      running = spawn(process.execPath, [join(folder, 'node_modules/jest/bin/jest.js'), ...args], {
        cwd: folder,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      });
      let said = '';
      running.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
      const startedAt = performance.now();
      const timer = setTimeout(() => end(running), maxMs);
      const [code] = (await once(running, 'close')) as [number | null];
      clearTimeout(timer);
      running = null;
      if (performance.now() - startedAt >= maxMs) return { kind: 'failed', by: `(no end within ${maxMs / 1000} s)` };
      return code === 0
        ? { kind: 'passed', tests: Number(/^Tests:.*?(\d+) passed/m.exec(said)?.[1] ?? 0) }
        : failureIn(said);
    },
    async changed(file, change, work) {
      const path = join(folder, file);
      const before = readFileSync(path, 'utf8');
      writeFileSync(path, change(before));
      try {
        return await work();
      } finally {
        writeFileSync(path, before);
      }
    },
    remove() {
      end(running);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function chosen(which: Which | 'all'): readonly string[] {
  if (which === 'all') return ['--testPathIgnorePatterns', 'reliability/guards/'];
  return ['--runInBand', ...(which.only === undefined ? [] : ['--testNamePattern', which.only]), ...which.tests];
}

function end(child: ChildProcess | null): void {
  if (child?.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself just now.
  }
}

/**
 * The first failure that Jest tells. With `--bail` it ends before it writes a report, so its words are read. A process that
 * ended without a word, as by what a test left behind, is noticed as well as a test that fails.
 */
function failureIn(said: string): Verdict {
  const first = /^ {2}● (.+)$/m.exec(said)?.[1];
  if (first === undefined) return { kind: 'failed', by: `(Jest itself ended: ${said.slice(-300)})` };
  return first === 'Test suite failed to run'
    ? { kind: 'broken', by: said.slice(0, 800) }
    : { kind: 'failed', by: first };
}
