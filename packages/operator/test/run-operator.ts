import { Writable } from 'node:stream';
import { runCommandLine } from '../src/cli/run.ts';
import { commandTable } from '../src/commands.ts';

/** What a command wrote, and its exit code. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs pod-identity-operator in this process, with these environment variables alone. The AWS SDK reads the ones it needs from
 * `process.env`.
 *
 * @param terminal `isTTY`: whether standard error is a terminal
 */
export async function runOperator(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { isTTY = false }: { readonly isTTY?: boolean } = {},
): Promise<Finished> {
  const [stdout, stderr] = [collect(), Object.assign(collect(), { isTTY })];
  const before = { ...process.env };
  for (const name of Object.keys(before).filter((one) => one.startsWith('AWS_')))
    Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
  try {
    const status = await runCommandLine(commandTable, words, { stdout, stderr, env });
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  }
}

function collect() {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk, _, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, { text: () => chunks.join('') });
}
