// No quick test.
import { followVersions } from './followed-policy-versions.ts';
import { hostileVersions, sampleVersions } from './hostile-versions.ts';
import { shippedVersion, versionWith } from '../support/policy-versions.ts';
import { decided, good, testThatNoneIsUsed } from './unused-versions.ts';

/** Denies what the shipped policies allow. */
const frozen = versionWith({
  'freeze.cedar': '@id("freeze") @message("Frozen.") @advice("Wait.") forbid (principal, action, resource);',
});

testThatNoneIsUsed(sampleVersions);

test('after poison, the next good version is in force, and a rollback from it', async () => {
  const { add, decides } = followVersions([good]);
  await decides();
  for (const { version } of hostileVersions.slice(0, 5)) add(version);
  expect(await decides()).toEqual(decided);
  add(frozen);
  expect(await decides()).toMatchObject({ version: 6, owner: false });
  add(good);
  expect(await decides()).toEqual({ ...decided, version: 7 });
});

test('the reason of a refused version is short, however much is wrong with it', async () => {
  const { add, decides, refused } = followVersions([good]);
  add({ ...shippedVersion(), policies: { 'hostile.cedar': 'permit (principal, action, resource);\n'.repeat(500) } });
  expect(await decides()).toEqual(decided);
  expect(String(refused[0]).length).toBeLessThan(3_000);
});
