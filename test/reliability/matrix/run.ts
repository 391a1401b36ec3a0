import { casesOf } from './cases.ts';
import type { Extent } from './cases.ts';
import type { Contender } from './contender.ts';
import { runCase } from './run-case.ts';
import type { Case, Row } from './run-case.ts';
import { caseName, lineOf } from './table.ts';
import type { Line } from './table.ts';
import { openWorlds } from './world.ts';
import type { Worlds } from './world.ts';

/** How many cases run side by side: many of them wait for a time-out. */
const width = 40;

/** Runs the matrix of one contender. `told` is called with each row as it comes, and with how many there will be. */
export async function runMatrix(
  contender: Contender,
  dynamoDb: string,
  extent: Extent,
  told: (row: Row, of: number) => void,
): Promise<Line[]> {
  const worlds = openWorlds(contender, dynamoDb);
  try {
    const cases = (await casesOf(contender, worlds, extent)).filter((one) =>
      caseName({ case: one }).includes(extent.name),
    );
    const lines: Line[] = [];
    const queue = cases.entries();
    const worker = async () => {
      for (const [index, one] of queue) {
        const row = await runPlanned(one, worlds);
        lines[index] = lineOf(row);
        told(row, cases.length);
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
    return lines;
  } finally {
    worlds.close();
  }
}

/** How often a case is begun anew when its road was another one: a busy machine can use up a request's time elsewhere. */
const maxTries = 6;

async function runPlanned(one: Case, worlds: Worlds): Promise<Row> {
  for (let tries = 1; ; tries += 1) {
    const row = await runNamed(one, worlds);
    if (row.isMet || tries === maxTries) return row;
  }
}

/** So that a case which can't be run at all says which one it is. */
async function runNamed(one: Case, worlds: Worlds): Promise<Row> {
  try {
    return await runCase(one, worlds);
  } catch (error) {
    throw new Error(`The case could not be run: ${caseName({ case: one })}`, { cause: error });
  }
}
