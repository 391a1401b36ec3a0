import { describeOnDynamoDb } from '../../support/on-dynamodb.ts';
import { isLarge } from '../../support/sizes.ts';
import { present, released } from '../../upgrade/versions.ts';
import type { Version } from '../../upgrade/versions.ts';
import { storm } from './storm.ts';

const answers = isLarge ? 60 : 20;
const seed = Date.now() % 1_000_000;
const phases = (...versions: readonly (readonly [Version, Version])[]) =>
  versions.map((each) => ({ versions: each, answers }));

describeOnDynamoDb('two builds on one table, under load, faults and kills', () => {
  test.each([
    ['an upgrade', phases([released, released], [released, present], [present, present])],
    [
      'an upgrade that is rolled back',
      phases([present, released], [present, present], [released, present], [released, released]),
    ],
  ])(
    'keep every guarantee in %s, and leave nothing open',
    async (_, each) => {
      const { broken, changes, kills, endings } = await storm(each, seed);
      if (broken.length > 0) throw new Error(`With seed ${seed}:\n${broken.join('\n')}`);
      expect(changes).toBeGreaterThan(5);
      expect(kills).toBeGreaterThan(5);
      if (isLarge) expect(endings).toBeGreaterThan(0);
    },
    300_000,
  );
});
