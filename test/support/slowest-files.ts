import { relative } from 'node:path';

/** What Jest tells of a run: its files, with the milliseconds that each took. */
interface Results {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly perfStats: { readonly runtime: number };
  }[];
}

const printed = 10;

/** The slowest files of a run, a line each; nothing of a run of a few files. */
export function slowestFiles({ testResults }: Results): readonly string[] {
  if (testResults.length <= printed) return [];
  return testResults
    .toSorted((one, other) => other.perfStats.runtime - one.perfStats.runtime)
    .slice(0, printed)
    .map(({ testFilePath, perfStats }) => {
      const seconds = (perfStats.runtime / 1000).toFixed(1).padStart(6);
      return `${seconds} s  ${relative(process.cwd(), testFilePath)}`;
    });
}

/** A reporter of Jest that prints the slowest files at the end of a run. */
export default class SlowestFiles {
  onRunComplete(_projects: unknown, results: Results): void {
    const lines = slowestFiles(results);
    if (lines.length > 0) process.stderr.write(`\nSlowest files:\n${lines.join('\n')}\n`);
  }
}
