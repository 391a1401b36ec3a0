import type { Guard } from '../guard.ts';

/** Tests that hold more than one file: the shorter of those that would notice, on the embedded ledger alone. */
type Which = Pick<Guard, 'tests' | 'only'>;

export const creates: Which = { tests: ['test/associations/create.test.ts'], only: 'on SQLite' };
export const changes: Which = { tests: ['test/associations/changes.test.ts'], only: 'on SQLite' };
export const holders: Which = { tests: ['test/associations/holders.test.ts'], only: 'on SQLite' };
export const records: Which = { tests: ['test/associations/token.test.ts'] };
export const reads: Which = { tests: ['test/graphql/reads.test.ts'] };
export const contract: Which = { tests: ['test/ledger/contract.test.ts'] };
