import { casesOf } from './cases.ts';
import type { Selection } from './cases.ts';
import type { Implementation } from './implementation.ts';
import { runCase } from './run-case.ts';
import type { Case, CaseResult } from './case.ts';
import { caseName, resultOf, tableRowOf } from './table.ts';
import type { TableRow } from './table.ts';
import { openBackends } from './backend.ts';
import type { BackendPool } from './backend.ts';

/** Number of concurrent cases. Many of them wait for a timeout. */
const width = 40;

/** Runs the matrix of one implementation. Calls `onResult` with each result and with the total number of cases. */
export async function runMatrix(
  implementation: Implementation,
  dynamoDb: string,
  selection: Selection,
  onResult: (result: CaseResult, of: number) => void,
): Promise<TableRow[]> {
  const backends = openBackends(implementation, dynamoDb);
  try {
    const cases = (await casesOf(implementation, backends, selection)).filter((one) =>
      caseName({ case: one }).includes(selection.name),
    );
    const rows: TableRow[] = [];
    const alone: [number, Case][] = [];
    const finish = (index: number, result: CaseResult) => {
      rows[index] = tableRowOf(result);
      onResult(result, cases.length);
    };
    const queue = cases.entries();
    const worker = async () => {
      for (const [index, one] of queue) {
        const result = await runUntilInjected(one, backends);
        if (resultOf(result) === 'inconclusive') alone.push([index, one]);
        else finish(index, result);
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
    // What failed on a busy machine gets it to itself.
    for (const [index, one] of alone) finish(index, await runUntilInjected(one, backends));
    return rows;
  } finally {
    backends.close();
  }
}

/** Attempts per case. On a busy machine, a request can run out of time elsewhere and take another flow. */
const maxTries = 6;

async function runUntilInjected(one: Case, backends: BackendPool): Promise<CaseResult> {
  for (let tries = 1; ; tries += 1) {
    const result = await runWithName(one, backends);
    if (result.isInjected || tries === maxTries) return result;
  }
}

/** Adds the name of the case to an error. */
async function runWithName(one: Case, backends: BackendPool): Promise<CaseResult> {
  try {
    return await runCase(one, backends);
  } catch (error) {
    throw new Error(`Could not run the case ${caseName({ case: one })}`, { cause: error });
  }
}
