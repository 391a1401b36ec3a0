/** A place without a guard, and why that is right. `text` is the place's own, as `placesOf` gives it. */
export interface Exception {
  readonly file: string;
  readonly text: string;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    file: 'src/associations/finish.ts',
    text: 'sameRequest',
    reason: 'A constant of the line above, whose own comparison has a guard.',
  },
  {
    file: 'src/associations/look.ts',
    text: "seen.kind === 'association'",
    reason: 'Where it is not so, there is no tag to compare: it is there for the type.',
  },
  {
    file: 'src/eks/errors.ts',
    text: "typeof raised.message === 'string'",
    reason: 'The words of an error, for people: nothing is decided by them where they are no text.',
  },
  {
    file: 'src/ledger/dynamodb-trail-query.ts',
    text: "'#key = :key AND entryId BETWEEN :low AND :high'",
    reason: 'DynamoDB refuses a query with values that its condition leaves out. What the values are has guards.',
  },
  {
    file: 'src/ledger/dynamodb-trail-query.ts',
    text: 'filter',
    reason:
      'DynamoDB refuses a query with values that its condition leaves out. What the filter is made of has a guard.',
  },
  {
    file: 'src/ledger/tables.ts',
    text: 'catch (error) {\n    if (!(await tokensExpire(client, TableName))) throw error; // Another caller was faster.\n  }',
    reason:
      'Whether two callers meet just there is chance, so that a test notices now and then. Tables are made on this machine only.',
  },
  ...['src/policy/again.ts', 'src/policy/check.ts'].map((file) => ({
    file,
    text: 'catch (error) {\n    console.error(error instanceof Error ? error.message : error);\n    return 1;\n  }',
    reason: 'The end of a command for operators, which says what is wrong; the gateway does not run it.',
  })),
];
