import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guard } from './guard.ts';

/** What a copy of the repository does without; its tests need none of it, and DynamoDB is given. */
const leftOut = ['node_modules', '.git', '.cache', '.local', '.serverless', 'dist', 'coverage'];

/** What a run of tests came to. `by` is the first test that failed; `broken`: a file could not even be loaded. */
export type Verdict = { readonly kind: 'passed' } | { readonly kind: 'failed' | 'broken'; readonly by: string };

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
      const report = join(folder, 'report.json');
      rmSync(report, { force: true });
      const cache = join(folder, '.jest');
      const args = ['--bail', '--ci', '--silent', '--json', '--outputFile', report, '--cacheDirectory', cache];
      // A group of its own, so that what the tests start ends with them.
      running = spawn(process.execPath, [join(folder, 'node_modules/jest/bin/jest.js'), ...args, ...chosen(which)], {
        cwd: folder,
        env,
        stdio: 'ignore',
        detached: true,
      });
      const startedAt = performance.now();
      const timer = setTimeout(() => end(running), maxMs);
      const [code, signal] = (await once(running, 'exit')) as [number | null, NodeJS.Signals | null];
      clearTimeout(timer);
      running = null;
      if (performance.now() - startedAt >= maxMs) return { kind: 'failed', by: `(no end within ${maxMs / 1000} s)` };
      // A process that a test's consequences end is noticed as well as a test that fails.
      return existsSync(report) ? verdictOf(report) : { kind: 'failed', by: `(Jest itself ended: ${signal ?? code})` };
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

/** The parts of Jest's report that are read. */
interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

function verdictOf(file: string): Verdict {
  const { success, testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  if (success) return { kind: 'passed' };
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  );
  const [first] = failed;
  if (first) return { kind: 'failed', by: first.fullName };
  const unloaded = testResults.find(({ status }) => status === 'failed');
  return { kind: 'broken', by: `${unloaded?.name ?? 'Jest'}: ${unloaded?.message.slice(0, 500) ?? 'it did not run'}` };
}
