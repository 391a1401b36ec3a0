import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prepareVersion } from '../../src/cli/releases/prepare.ts';
import type { PolicyVersion } from '../../src/releases/version.ts';
import { followReleases } from '../support/followed-releases.ts';
import { home } from '../support/gateway.ts';
import { hostileVersions } from '../support/hostile-versions.ts';
import { shippedVersion, versionWith } from '../support/policy-releases.ts';
import { copyOfShipped } from '../support/policy-sample.ts';

jest.setTimeout(60_000);

/** Decides as the shipped policies do, and is not those of the package. */
const good = versionWith({ 'other.cedar': '// good' });
/** Denies what the shipped policies allow. */
const frozen = versionWith({
  'freeze.cedar': '@id("freeze") @message("Frozen.") @advice("Wait.") forbid (principal, action, resource);',
});
const decided = { release: 0, owner: true, other: false, early: true };

describe('a release with', () => {
  test.each(hostileVersions)('$name is refused, and the good one goes on deciding', async ({ version, reason }) => {
    const { add, decides, refused } = followReleases([good]);
    expect(await decides()).toEqual(decided);
    add(version);
    for (let request = 0; request < 3; request += 1) expect(await decides()).toEqual(decided);
    expect(refused).toEqual([expect.stringMatching(reason)]);
  });

  test.each(hostileVersions)('$name is not in force in a process that starts', async ({ version }) => {
    const { decides, refused } = followReleases([good, version]);
    expect(await decides()).toEqual(decided);
    expect(refused).toHaveLength(1);
  });

  test.each(hostileVersions)('$name is not published, and its author learns why', ({ version, reason }) => {
    const folder = copyOfShipped();
    try {
      const inventory = writeVersion(folder, version);
      expect(() => prepareVersion(folder, inventory, home.accountId)).toThrow(reason);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('after poison, the next good release is in force, and a rollback from it', async () => {
  const { add, decides } = followReleases([good]);
  await decides();
  for (const { version } of hostileVersions.slice(0, 5)) add(version);
  expect(await decides()).toEqual(decided);
  add(frozen);
  expect(await decides()).toMatchObject({ release: 6, owner: false });
  add(good);
  expect(await decides()).toEqual({ ...decided, release: 7 });
});

test('a new process that reads nine releases of poison first decides by the good one', () => {
  const support = join(import.meta.dirname, '..', 'support');
  const program = `
    const { followReleases } = await import(${JSON.stringify(join(support, 'followed-releases.ts'))});
    const { hostileVersions } = await import(${JSON.stringify(join(support, 'hostile-versions.ts'))});
    const { versionWith } = await import(${JSON.stringify(join(support, 'policy-releases.ts'))});
    const good = versionWith({ 'other.cedar': '// good' });
    const { decides, refused } = followReleases([good, ...hostileVersions.slice(0, 9).map(({ version }) => version)]);
    console.log(JSON.stringify(await decides()), refused.length);`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: `${JSON.stringify(decided)} 9\n`, stderr: '' });
});

test('the reason of a refused release is short, however much is wrong with it', async () => {
  const { add, decides, refused } = followReleases([good]);
  add({ ...shippedVersion(), policies: { 'hostile.cedar': 'permit (principal, action, resource);\n'.repeat(500) } });
  expect(await decides()).toEqual(decided);
  expect(String(refused[0]).length).toBeLessThan(3_000);
});

/** Writes a version as the files of a folder. Returns the file of its inventory. */
function writeVersion(folder: string, version: PolicyVersion): string {
  rmSync(join(folder, 'cases'), { recursive: true });
  const files = {
    ...version.policies,
    ...version.cases,
    'schema.cedarschema': version.schema,
    'required-policies.json': version.required,
    'inventory.json': version.caseInventory,
    'deployed.json': version.inventory,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, 'deployed.json');
}
