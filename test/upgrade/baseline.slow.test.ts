// No quick test.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGateway } from '../../tools/baseline.ts';
import { lastBaseline } from '../../tools/baselines.ts';

const root = join(import.meta.dirname, '..', '..');
const { folder, version } = lastBaseline(root) ?? { folder: '', version: '' };
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** As `tools/baseline.ts` writes it. */
interface Manifest {
  readonly version: string;
  readonly gateway: { readonly file: string; readonly sha256: string };
}

test('the gateway of the last release is one file of text, with the hash in its manifest', () => {
  const manifest = JSON.parse(read('manifest.json')) as Manifest;
  expect(manifest).toMatchObject({ version, gateway: { file: 'gateway.cjs' } });
  expect(sha256(join(folder, 'gateway.cjs'))).toBe(manifest.gateway.sha256);
  const text = read('gateway.cjs');
  expect(text.length).toBeLessThan(3_000_000);
  expect(text).not.toContain('sourceMappingURL');
});

test('what is kept of a release names no machine and no time of a build', () => {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of names) {
    const text = readFileSync(join(parentPath, name), 'utf8');
    expect(text).not.toContain(root);
    expect(text).not.toContain(join(tmpdir(), '/'));
  }
  expect(read('template.json')).not.toMatch(/\d{13}-\d{4}-/);
});

test('two builds of one commit have the same bytes', async () => {
  const outdir = mkdtempSync(join(tmpdir(), 'builds-'));
  const files = ['one.cjs', 'another.cjs'].map((name) => join(outdir, name));
  for (const file of files) await buildGateway(file);
  expect(new Set(files.map(sha256)).size).toBe(1);
  rmSync(outdir, { recursive: true });
});
