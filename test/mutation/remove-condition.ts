import { requirements } from '../../src/ledger/stored/record.ts';
import type { Expectation } from '../../src/ledger/ledger.ts';

// Removes the part of a condition that REMOVED_CONDITION names, before the tests of a file run.
const [kind, part] = (process.env.REMOVED_CONDITION ?? '').split('.');
for (const parts of (requirements[kind as Expectation['kind']] as string[][] | undefined) ?? []) {
  const index = parts.findIndex((each) => each === part);
  if (index >= 0) parts.splice(index, 1);
}
