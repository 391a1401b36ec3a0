const ledgerTests =
  '<rootDir>/test/ledger/{audit-entry,contract,contract-*,entry-size,hidden-entry,keys,stored-format,trail-position}.test.ts';

/**
 * The modules that hold the guarantees, each with its tests. The test runner loads all test files of a module for every
 * mutant, so a module names those that check it, and leaves out those that take seconds each (`slow`: see `--all-tests`).
 */
export default {
  idempotency: {
    mutate: ['src/idempotency/*.ts'],
    tests: [
      '<rootDir>/test/idempotency/*.test.ts',
      '<rootDir>/test/ledger/stored-format.test.ts',
      '<rootDir>/test/operations/{changed-by-others.slow,effects,locks,locks-during-claim,mutate,reconcile}.test.ts',
    ],
    slow: [],
  },
  approvals: {
    mutate: ['src/operations/approvals/{binding,cast-vote,hold,judge-votes,step}.ts'],
    tests: [
      '<rootDir>/test/graphql/{approvals,approval-attacks}.test.ts',
      '<rootDir>/test/operations/{approvals,judged-votes,vote}.test.ts',
    ],
    slow: [
      '<rootDir>/test/operations/{approval-expiry,approvals-races}.slow.test.ts',
      '<rootDir>/test/operations/expiry-rights.test.ts',
    ],
  },
  rules: {
    mutate: ['src/ledger/{rules/*,stored/approval*}.ts'],
    tests: ['<rootDir>/test/ledger/contract-{approvals,expiries,history,states}.test.ts'],
    slow: ['<rootDir>/test/ledger/contract{,-entries}.test.ts'],
  },
  entries: {
    mutate: ['src/ledger/{audit-entry,entry-size,hidden-entry,stored/keys,trail-position}.ts'],
    tests: [
      '<rootDir>/test/ledger/{audit-entry,entry-size,hidden-entry,keys,stored-format,trail-position}.test.ts',
      '<rootDir>/packages/sqlite-ledger/test/ledger.test.ts',
    ],
    slow: ['<rootDir>/test/ledger/{contract-entries,trail.slow}.test.ts'],
  },
  ledger: {
    mutate: ['src/ledger/{format,ledger,rules/*,stored/*}.ts'],
    tests: [ledgerTests],
    slow: ['<rootDir>/test/ledger/trail.slow.test.ts'],
  },
  dynamodb: {
    mutate: ['src/ledger/dynamodb/*.ts'],
    tests: [ledgerTests, '<rootDir>/test/ledger/{dynamodb,dynamodb-item,dynamodb-tables,tables}.test.ts'],
    slow: ['<rootDir>/test/ledger/{dynamodb-faults,dynamodb-trail,trail}.slow.test.ts'],
  },
  sqlite: {
    mutate: ['packages/sqlite-ledger/src/*.ts'],
    tests: [ledgerTests, '<rootDir>/packages/sqlite-ledger/test/*.test.ts'],
    slow: ['<rootDir>/test/ledger/trail.slow.test.ts'],
  },
  observation: {
    mutate: ['src/operations/{kinds/observe,terms/refusals}.ts'],
    tests: [
      '<rootDir>/test/operations/{changed-by-others.slow,create-in-doubt.slow,mutate,observe,reconcile,refusals}.test.ts',
    ],
    slow: [],
  },
  reading: {
    mutate: ['src/queries/{terms/authorize-read,trail/authorization}.ts'],
    tests: [
      '<rootDir>/test/queries/{authorize-read,trail-authorization}.test.ts',
      '<rootDir>/test/graphql/{hidden-associations.slow,hidden-entries}.test.ts',
    ],
    slow: [],
  },
};
