// No quick test: it is about programs or packages as they run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { hostileVersions, sampleVersions } from './hostile-versions.ts';
import { decided, testThatNoneIsUsed } from './unused-versions.ts';

testThatNoneIsUsed(hostileVersions.filter((version) => !sampleVersions.includes(version)));

test('a new process that reads nine versions of poison first decides by the good one', () => {
  const folder = import.meta.dirname;
  const program = `
    const { followVersions } = await import(${JSON.stringify(join(folder, 'followed-policy-versions.ts'))});
    const { hostileVersions } = await import(${JSON.stringify(join(folder, 'hostile-versions.ts'))});
    const { versionWith } = await import(${JSON.stringify(join(folder, '../support/policy-versions.ts'))});
    const good = versionWith({ 'other.cedar': '// good' });
    const { decides, refused } = followVersions([good, ...hostileVersions.slice(0, 9).map(({ version }) => version)]);
    console.log(JSON.stringify(await decides()), refused.length);`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: `${JSON.stringify(decided)} 9\n`, stderr: '' });
});
