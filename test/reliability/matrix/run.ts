import type { Facts } from '../facts.ts';
import { casesOf } from './cases.ts';
import type { Selection } from './cases.ts';
import type { Implementation } from './implementation.ts';
import { runAll } from './run-all.ts';
import { runCase } from './run-case.ts';
import type { Case, CaseResult } from './case.ts';
import { caseName, resultOf, rowOfFailed, tableRowOf } from './table.ts';
import type { TableRow } from './table.ts';
import { openBackends } from './backend.ts';
import type { BackendPool } from './backend.ts';

/** The row of a case, and what was observed; null if the case could not be run. */
export interface RowWithFacts {
  readonly row: TableRow;
  readonly facts: Facts | null;
}

/** Runs the matrix of one implementation. Calls `onResult` with each result and with the total number of cases. */
export async function runMatrix(
  implementation: Implementation,
  dynamoDb: string,
  selection: Selection,
  onResult: (result: RowWithFacts, of: number) => void,
): Promise<TableRow[]> {
  const backends = openBackends(implementation, dynamoDb);
  try {
    const all = await casesOf(implementation, backends, selection);
    const cases = selection.size.sample(all).filter((one) => caseName({ case: one }).includes(selection.name));
    const rows: TableRow[] = [];
    await runAll<Case, RowWithFacts>(cases, {
      width: selection.width,
      run: async (one) => {
        const result = await runUntilInjected(one, backends);
        return { row: tableRowOf(result), facts: result.facts };
      },
      isConclusive: ({ row }) => ['kept', 'violated'].includes(resultOf(row)),
      failed: (one, error) => ({ row: rowOfFailed(one, error), facts: null }),
      finish: (index, result) => {
        rows[index] = result.row;
        onResult(result, cases.length);
      },
    });
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
