import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { shortenNames } from '../../deploy/short-names.ts';

const source = `
const descriptiveTable = { lost: 'is lost', descriptiveTable: 'is a name of a property' };
class Connection {
  static attempts = 3;
  static count = 0;
  private readonly number = Connection.count++;
  send(message: string): never {
    const descriptiveText = message.trim() + this.number + descriptiveTable[message];
    throw new Error(descriptiveText);
  }
}
class Pool {
  static readonly shared = new Pool();
  readonly attempts = Connection.attempts;
}
const submit = (message: string): never => new Connection().send(message);
export const attempts = () => Pool.shared.attempts;
export function handle(message: string): string {
  try {
    return submit(message);
  } catch (error) {
    return (error as Error).stack ?? '';
  }
}
`;

interface Bundle {
  readonly attempts: () => number;
  readonly handle: (message: string) => string;
}

const folder = mkdtempSync(join(tmpdir(), 'names-'));
const outfile = join(folder, 'handle.cjs');
let bundle: Bundle;
beforeAll(async () => {
  bundle = await shortened();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function shortened(): Promise<Bundle> {
  const file = join(folder, 'handle.ts');
  writeFileSync(file, source);
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'external',
  });
  await shortenNames(outfile);
  return createRequire(outfile)(outfile) as Bundle;
}

test('a bundle has short names of variables, and the names of functions, classes and methods in its stack traces', () => {
  expect(readFileSync(outfile, 'utf8')).not.toContain('descriptiveText');
  const stack = bundle.handle('lost');
  for (const name of ['Connection.send', 'submit', 'handle'])
    expect(stack).toMatch(new RegExp(`at (?:Object\\.)?${name} `));
});

test('a bundle has short names of constants, which stack traces do not show, and the whole names of properties', () => {
  expect(readFileSync(outfile, 'utf8').match(/.?descriptiveTable/g)).toEqual([',descriptiveTable']);
  expect(bundle.handle('descriptiveTable')).toContain('is a name of a property');
});

test('a class that uses itself while it is created works in a bundle', () => {
  expect(bundle.attempts()).toBe(3);
});

test('the source map of a bundle with short names has the places of the sources', () => {
  const payload = JSON.parse(readFileSync(`${outfile}.map`, 'utf8')) as SourceMapPayload;
  const [, line = '', column = ''] = /Connection\.send \(.*:(\d+):(\d+)\)/.exec(bundle.handle('lost')) ?? [];
  const entry = new SourceMap(payload).findEntry(Number(line) - 1, Number(column) - 1);
  const lines = source.split('\n');
  const thrown = lines.findIndex((text) => text.includes('throw new Error'));
  expect(entry).toMatchObject({
    originalSource: expect.stringContaining('handle.ts') as string,
    originalLine: thrown,
    originalColumn: lines[thrown]?.indexOf('new Error'),
  });
});
