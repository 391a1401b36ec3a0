// Quick test: test/policy-versions/compiled-in-force.test.ts.
import { createHash } from 'node:crypto';
import { packPolicies } from '../../src/policy-versions/packed-policies.ts';
import { shippedVersion } from '../support/policy-versions.ts';

test('an inventory of 10,000 namespaces fits, and what does not fit is rejected', () => {
  /** Names that can't be compressed well: real ones repeat words. */
  const name = (index: number, length: number) =>
    createHash('sha256').update(`${index}`).digest('hex').slice(0, length);
  const inventoryOf = (count: number, length: number) => {
    const namespaces = Array.from({ length: count }, (_, index) => ({
      name: name(index, length),
      owners: [name(index + 1, length)],
    }));
    return shippedVersion({ inventory: JSON.stringify({ namespaces }) });
  };
  expect(packPolicies(inventoryOf(10_000, 16)).content.length).toBeLessThan(150_000);
  expect(() => packPolicies(inventoryOf(14_000, 60))).toThrow(/a version has at most 16000000, 390000 compressed/);
});
