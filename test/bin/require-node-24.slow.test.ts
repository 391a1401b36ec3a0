// No quick test: it is about programs or packages as they run.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const guard = './bin/require-node-24.cjs';

/** Loads the guard as a Node.js of the given version would. */
function load(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
  return spawnSync(process.execPath, ['-e', `${pretend} require('${guard}')`], { cwd: root, encoding: 'utf8' });
}

test.each(['20.20.2', '22.22.0', '24.1.0'])('Node.js %s ends with one line that says what to install', (version) => {
  const { status, stdout, stderr } = load(version);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^Node\.js 24\.2 or later is needed, and this is [\d.]+\. Install Node\.js 24 .*\n$/);
  expect(stderr).toContain(version);
});

test.each(['24.2.0', '24.21.0', '26.0.0'])('Node.js %s goes on', (version) => {
  expect(load(version)).toMatchObject({ status: 0, stderr: '' });
});

test('every npm script that runs a TypeScript file loads the guard first', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const direct = Object.entries(scripts).filter(([, script]) => /\.ts\b/.test(script));
  expect(direct.length).toBeGreaterThan(10);
  for (const [name, script] of direct)
    expect([name, script]).toEqual([name, expect.stringMatching(`^(exec )?node -r ${guard} `)]);
});
