// No quick test: it needs a build or a package.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyStart } from '../../deploy/optimize.ts';

/** A function whose answer is its argument, started as Lambda starts the bundles. */
describe('a function with a code cache', () => {
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'start-'));
    writeFileSync(join(folder, 'echo.cjs'), 'exports.handler = (event) => Promise.resolve(`answer to ${event}`);');
    await copyStart(folder, 'echo');
    await node(`writeFileSync('echo.cjs.cache', makeCodeCache()); return 'written';`);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs code with the started function, under Node.js with these flags. Returns its result. */
  const node = async (code: string, ...flags: string[]): Promise<string> => {
    const program = `const { writeFileSync } = process.getBuiltinModule('node:fs');
      const { makeCodeCache, script, handler } = await import('./echo.mjs');
      const run = async () => { ${code} };
      console.log(await run());`;
    const args = [...flags, '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env: {} });
    return stdout.trim();
  };

  const outcome = 'return `rejected: ${script.cachedDataRejected}, ${await handler("an event")}`;';

  test('uses it', async () => {
    expect(await node(outcome)).toBe('rejected: false, answer to an event');
  });

  test('uses it with the flags with which Lambda starts Node.js', async () => {
    const flags = ['--expose-gc', '--max-semi-space-size=51', '--max-old-space-size=921'];
    expect(await node(outcome, ...flags)).toBe('rejected: false, answer to an event');
  });

  test('starts without it where V8 has other flags', async () => {
    expect(await node(outcome, '--no-opt')).toBe('rejected: true, answer to an event');
  });

  test('starts without it where the cache is damaged', async () => {
    const cache = join(folder, 'echo.cjs.cache');
    writeFileSync(cache, readFileSync(cache).subarray(0, 100));
    expect(await node(outcome)).toBe('rejected: true, answer to an event');
  });

  test('starts without it where the bundle is another one', async () => {
    writeFileSync(join(folder, 'echo.cjs'), 'exports.handler = () => Promise.resolve("another answer");');
    expect(await node(outcome)).toBe('rejected: true, another answer');
  });

  test('has stack traces with the lines and columns of its bundle', async () => {
    writeFileSync(join(folder, 'echo.cjs'), 'exports.handler = () => { throw new Error("broken"); };');
    const stack = await node('try { return await handler(); } catch (error) { return error.stack; }');
    expect(stack).toContain('echo.cjs:1:33');
  });

  test('starts without the file', async () => {
    rmSync(join(folder, 'echo.cjs.cache'));
    expect(await node(outcome)).toBe('rejected: undefined, answer to an event');
  });
});
