import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { shortNames } from '../../deploy/optimize.ts';

const source = `
class Connection {
  send(message: string): never {
    const descriptiveText = message.trim();
    throw new Error(descriptiveText);
  }
}
function submit(message: string): never {
  return new Connection().send(message);
}
export function handle(message: string): string {
  try {
    return submit(message);
  } catch (error) {
    return (error as Error).stack ?? '';
  }
}
`;

const folder = mkdtempSync(join(tmpdir(), 'names-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a bundle has short names of variables, and the names of functions, classes and methods in its stack traces', async () => {
  const file = join(folder, 'handle.ts');
  writeFileSync(file, source);
  const outfile = join(folder, 'handle.cjs');
  await build({ entryPoints: [file], outfile, bundle: true, format: 'cjs', plugins: [shortNames] });
  expect(readFileSync(outfile, 'utf8')).not.toContain('descriptiveText');
  const { handle } = createRequire(outfile)(outfile) as { handle: (message: string) => string };
  const stack = handle('lost');
  for (const name of ['Connection.send', 'submit', 'handle'])
    expect(stack).toMatch(new RegExp(`at (?:Object\\.)?${name} `));
});
