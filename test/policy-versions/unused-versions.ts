import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { preparePolicies } from '../../packages/operator/src/policy-versions/prepare.ts';
import type { PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import { followVersions } from './followed-policy-versions.ts';
import { home } from '../support/gateway.ts';
import type { HostileVersion } from './hostile-versions.ts';
import { versionWith } from '../support/policy-versions.ts';
import { copyOfShipped } from '../support/policy-sample.ts';

/** Decides as the shipped policies do, and is not those of the package. */
export const good = versionWith({ 'other.cedar': '// good' });
/** What is decided by it, as the first version. */
export const decided = { version: 0, owner: true, other: false, early: true };

/** Tests that none of these versions comes into force or is published. */
export function testThatNoneIsUsed(versions: readonly HostileVersion[]): void {
  describe('a version with', () => {
    test.each(versions)('$name is refused, and the good one goes on deciding', async ({ version, reason }) => {
      const { add, decides, refused } = followVersions([good]);
      expect(await decides()).toEqual(decided);
      add(version);
      for (let request = 0; request < 3; request += 1) expect(await decides()).toEqual(decided);
      expect(refused).toEqual([expect.stringMatching(reason)]);
    });

    test.each(versions)('$name is not in force in a process that starts', async ({ version }) => {
      const { decides, refused } = followVersions([good, version]);
      expect(await decides()).toEqual(decided);
      expect(refused).toHaveLength(1);
    });

    test.each(versions)('$name is not published, and its author learns why', ({ version, reason }) => {
      const folder = copyOfShipped();
      try {
        const inventory = writeVersion(folder, version);
        expect(() => preparePolicies(folder, inventory, home.accountId)).toThrow(reason);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

/** Writes a version as the files of a folder. Returns the file of its inventory. */
function writeVersion(folder: string, version: PolicyFiles): string {
  // A version has no examples, whose check takes far longer than that of the policies.
  for (const name of ['cases', 'examples']) rmSync(join(folder, name), { recursive: true });
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
