import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const mark = '--- end of block ---';

/** How the commands of a page are run. */
interface Commands {
  /** The first block, which starts the gateway: the test does so itself. */
  readonly start: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What stands for parts of the page, such as ports and `/tmp/`, in this order. */
  readonly replacements: readonly (readonly [part: string, replacement: string])[];
}

/**
 * Runs the blocks `sh` of a page in one shell, as in a terminal, and expects what its blocks `text` show, in which `…` stands for
 * any text. What a block starts in the background is ended.
 */
export async function expectReadmeOutputs(file: string, { start, cwd, env, replacements }: Commands): Promise<void> {
  const markdown = readFileSync(file, 'utf8').matchAll(/^```(sh|text)\n([^]*?)^```/gm);
  const [first, ...blocks] = [...markdown].map(([, language, text = '']) => ({ language, text }));
  expect(first?.text).toBe(start);
  const commands = blocks.map(({ language, text }) => (language === 'sh' ? text : `echo '${mark}'\n`)).join('');
  const script = replacements.reduce((text, [part, replacement]) => text.replaceAll(part, replacement), commands);
  // What programs keep for their user goes where it is deleted again.
  const home = mkdtempSync(join(tmpdir(), 'readme-home-'));
  const environment = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: home, ...env };
  const ended = `trap 'for job in $(jobs -p); do kill "$job"; done' EXIT\n`;
  const { stdout } = await run('bash', ['-eu', '-c', ended + script], { cwd, env: environment }).finally(() =>
    rmSync(home, { recursive: true }),
  );
  const printed = stdout.split(`${mark}\n`);
  const shown = blocks.filter(({ language }) => language === 'text').map(({ text }) => text);
  for (const [index, text] of shown.entries()) expect(printed[index]).toMatch(patternOf(text));
}

function patternOf(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*?')}$`);
}
