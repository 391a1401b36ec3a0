import type { AuditIndexKeys } from '../../../../src/ledger/keys.ts';

/**
 * Version of the schema below, stored in the file as `user_version`. A file without a schema has
 * version 0.
 */
export const schemaVersion = 9;

/** Indexed columns of the trail. `entryId` has an index too, where DynamoDB has one of shards. */
export const auditColumns: readonly (keyof AuditIndexKeys)[] = [
  'clusterKey',
  'namespaceKey',
  'serviceAccountKey',
  'associationArn',
  'deniedNamespaceKey',
  'principalId',
];

/** Columns of the trail that never change. */
const fixedColumns = [
  ...['operationId', 'entryId', 'event', 'operation', 'time', 'refusalCode', 'roleArns', 'policyIds'],
  ...auditColumns,
  'entry',
];

/**
 * The statements that create the schema in a new file. The trigger for INSERT is needed because
 * INSERT OR REPLACE does not fire the trigger for DELETE. WITHOUT ROWID removes the rowid, a second
 * key by which a row could be replaced.
 */
export const schema = `
  CREATE TABLE idempotency (
    idempotencyKey TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    leaseUntil INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX idempotency_byLease ON idempotency (leaseUntil) WHERE state = 'IN_PROGRESS';

  CREATE TABLE audit (
    operationId TEXT NOT NULL,
    entryId TEXT NOT NULL,
    event TEXT NOT NULL,
    operation TEXT NOT NULL,
    time TEXT NOT NULL,
    refusalCode TEXT,
    roleArns TEXT, -- JSON
    policyIds TEXT, -- JSON
    ${auditColumns.map((column) => `${column} TEXT,`).join('\n    ')}
    entry TEXT NOT NULL,
    personal TEXT, -- personal data, which can be erased
    PRIMARY KEY (operationId, entryId)
  ) STRICT, WITHOUT ROWID;
  ${auditColumns.map((column) => `CREATE INDEX audit_${column} ON audit (${column}, entryId) WHERE ${column} IS NOT NULL;`).join('\n  ')}
  CREATE INDEX audit_entryId ON audit (entryId);

  -- The entries in the order in which they were committed, which that of their ids can differ from.
  CREATE TABLE auditOrder (
    position INTEGER PRIMARY KEY,
    operationId TEXT NOT NULL,
    entryId TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_order AFTER INSERT ON audit
    BEGIN INSERT INTO auditOrder (operationId, entryId) VALUES (NEW.operationId, NEW.entryId); END;

  -- How far events were sent.
  CREATE TABLE deliveryCursor (
    target TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE claimOfCreated (
    createdBy TEXT NOT NULL,
    claimedBy TEXT NOT NULL,
    PRIMARY KEY (createdBy, claimedBy)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE association (
    associationKey TEXT PRIMARY KEY,
    clusterKey TEXT NOT NULL,
    isPresent INTEGER NOT NULL,
    associationId TEXT,
    warnAt INTEGER, -- when an ending is examined that was not warned of
    endAt INTEGER, -- when one is that was
    state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX association_byCluster ON association (clusterKey, associationKey);
  CREATE INDEX association_byWarning ON association (warnAt) WHERE warnAt IS NOT NULL;
  CREATE INDEX association_byEnding ON association (endAt) WHERE endAt IS NOT NULL;

  CREATE TABLE associationVersion (
    place TEXT NOT NULL,
    versionPlace TEXT NOT NULL, -- in the order in which EKS had the versions
    roleArn TEXT,
    targetRoleArn TEXT,
    version TEXT NOT NULL,
    PRIMARY KEY (place, versionPlace)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX associationVersion_byRole ON associationVersion (roleArn, place) WHERE roleArn IS NOT NULL;
  CREATE INDEX associationVersion_byTargetRole ON associationVersion (targetRoleArn, place) WHERE targetRoleArn IS NOT NULL;

  CREATE TABLE approval (
    approvalKey TEXT PRIMARY KEY,
    clusterKey TEXT NOT NULL,
    namespace TEXT NOT NULL,
    principalId TEXT NOT NULL,
    state TEXT NOT NULL,
    requestedAt INTEGER NOT NULL,
    decideUntil INTEGER NOT NULL,
    approval TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX approval_byCluster ON approval (clusterKey, requestedAt, approvalKey);
  CREATE INDEX approval_pending ON approval (principalId, decideUntil) WHERE state = 'PENDING';

  CREATE TABLE clusterScan (
    clusterKey TEXT PRIMARY KEY,
    fence INTEGER NOT NULL,
    scan TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER associationVersion_no_update BEFORE UPDATE ON associationVersion
    BEGIN SELECT RAISE(ABORT, 'the history of associations is insert-only'); END;
  CREATE TRIGGER associationVersion_no_delete BEFORE DELETE ON associationVersion
    BEGIN SELECT RAISE(ABORT, 'the history of associations is insert-only'); END;

  -- Only personal data can be erased.
  CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    WHEN NEW.personal IS NOT NULL OR ${fixedColumns.map((column) => `NEW.${column} IS NOT OLD.${column}`).join(' OR ')}
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;
  CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;
  CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE operationId = NEW.operationId AND entryId = NEW.entryId)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;

  PRAGMA user_version = ${schemaVersion};
`;
