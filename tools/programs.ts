/** Programs by name: what each does, and how to load its module, which runs when it is loaded. */
export type Programs = Readonly<Record<string, readonly [summary: string, load: () => Promise<unknown>]>>;

/**
 * Loads the program that the first argument of this process names. The program finds the arguments
 * after its name as its own. False where the argument names none.
 */
export async function runProgram(programs: Programs): Promise<boolean> {
  const [, , name = ''] = process.argv;
  if (!Object.hasOwn(programs, name)) return false;
  process.argv.splice(2, 1);
  await programs[name]?.[1]();
  return true;
}

/** The lines of a help text that list the programs. */
export function linesOf(programs: Readonly<Record<string, readonly [summary: string, ...rest: unknown[]]>>): string {
  return Object.entries(programs)
    .map(([name, [summary]]) => `  ${name.padEnd(15)} ${summary}`)
    .join('\n');
}
