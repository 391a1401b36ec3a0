/** The tables of a ledger: the records with all other state, and the audit trail. */
export type TableName = 'idempotency' | 'audit';

/** The attributes of the key of a table or index, and what else an index has. */
export interface KeySchema {
  readonly hash: string;
  readonly range?: string;
  /** Absent: all attributes. */
  readonly projected?: readonly string[];
}

/**
 * Expiry attribute of idempotency records, in seconds. DynamoDB deletes a record up to two days
 * after it.
 */
export const ttlAttribute = 'ttl';

/**
 * Index of the idempotency table: records IN_PROGRESS by shard and end of lease. Sparse: others
 * lack the hash key.
 */
export const leaseIndex = 'byLease';

/**
 * Index of the idempotency table: the states of associations by cluster, and the versions of the
 * history by service account. Its sort key is the item's, so the order is by service account, and
 * of versions by time.
 */
export const stateIndex = 'byCluster';

/**
 * What the index has besides keys: what a scan needs to know which associations to read, and the
 * text of a version. Scans read it far more often than changes write it.
 */
const stateIndexAttributes = [
  ...['v', 'revision', 'scannedRevision', 'scannedAt', 'isPresent', 'associationId', 'recordsInProgress', 'version'],
];

/**
 * Indexes of the idempotency table by what versions of the history have as role and as target role,
 * and their hash keys.
 */
export const roleIndexes = { byRole: 'roleArn', byTargetRole: 'targetRoleArn' } as const;

/**
 * Indexes of the audit table and their hash keys. The sort key is the entry id, so the order is by
 * time. All of them are needed from the first release: an insert-only trail cannot gain attributes
 * later, and CloudFormation adds only one index per update.
 */
export const auditIndexes = {
  byCluster: 'clusterKey',
  byNamespace: 'namespaceKey',
  byServiceAccount: 'serviceAccountKey',
  byPrincipal: 'principalId',
  byAssociation: 'associationArn',
  byDeniedNamespace: 'deniedNamespaceKey',
  byTime: 'trailShard',
} as const;

/** The only attribute of a key that is a number. */
export const numberAttribute = 'leaseUntil';

/** The keys of the tables. */
export const tableKeys: Readonly<Record<TableName, KeySchema>> = {
  idempotency: { hash: 'idempotencyKey' },
  audit: { hash: 'operationId', range: 'entryId' },
};

/** The indexes of a table, in order. */
export function indexesOf(table: TableName): Readonly<Record<string, KeySchema>> {
  if (table === 'audit') return mapped(auditIndexes, (hash) => ({ hash, range: 'entryId' }));
  return {
    [leaseIndex]: { hash: 'openShard', range: numberAttribute },
    [stateIndex]: { hash: 'clusterKey', range: 'idempotencyKey', projected: stateIndexAttributes },
    ...mapped(roleIndexes, (hash) => ({ hash, range: 'idempotencyKey', projected: [] })),
  };
}

/** The attributes of the key of an index, or of the table. Throws an Error if it has no such index. */
export function keySchemaOf(table: TableName, index: string | undefined): KeySchema {
  const schema = index === undefined ? tableKeys[table] : indexesOf(table)[index];
  if (schema === undefined) throw new Error(`The ${table} table has no index ${index}.`);
  return schema;
}

function mapped(hashKeys: Readonly<Record<string, string>>, schemaOf: (hash: string) => KeySchema) {
  return Object.fromEntries(Object.entries(hashKeys).map(([name, hash]) => [name, schemaOf(hash)]));
}
