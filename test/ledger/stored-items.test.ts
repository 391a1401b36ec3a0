import { createHash, randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { readSettings } from '../../src/app/environment.ts';
import { makeEntry } from '../../src/ledger/audit-entry.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { auditTableDefinition, createTables, idempotencyTableDefinition } from '../../src/ledger/dynamodb/tables.ts';
import { joined, separated } from '../../src/ledger/personal-data.ts';
import { entryItem, entryOfItem } from '../../src/ledger/stored/entry.ts';
import {
  auditIndexKeys,
  openShardOf,
  openShards,
  partitionKeys,
  trailShardOf,
  trailShards,
} from '../../src/ledger/stored/keys.ts';
import { auditIndexes } from '../../src/ledger/stored/tables.ts';
import { firstIdOf, idRange, isTrailPosition, lastIdOf } from '../../src/ledger/trail-position.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import { isErased } from '../../src/model/audit.ts';
import { openLedger } from '../../packages/local-gateway/src/ledger.ts';
import { readLedgerSettings } from '../../tools/ledger/settings.ts';
import {
  association,
  auditEntry,
  auditEntryAt,
  openRecord,
  now,
  recordTime,
  trailQuery,
} from '../support/ledger-samples.ts';
import { dynamoDbClient } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { entries, separate } from '../support/stored-samples.ts';

const { associationArn } = association();
const principalId = 'https://id.example.com/#alice';
const namespaceKey = '111122223333/eu-central-1/main_1/shop';

test('an entry of a change has keys of its cluster, namespace, service account, principal and association', () => {
  expect(auditIndexKeys(auditEntry({ associationArn }))).toStrictEqual({
    clusterKey: '111122223333/eu-central-1/main_1',
    namespaceKey,
    serviceAccountKey: '111122223333/eu-central-1/main_1/shop/cart.v2',
    principalId,
    associationArn,
  });
});

test('a denied request has keys of its principal and of its namespace as a denial', () => {
  const entry = auditEntry({ event: 'DENIED', fence: null, associationArn });
  expect(auditIndexKeys(entry)).toStrictEqual({ deniedNamespaceKey: namespaceKey, principalId });
  expect(auditIndexKeys({ ...entry, target: null })).toStrictEqual({ principalId });
});

test.each<AuditEvent>(['INVALID', 'CHECKED', 'REPLAYED', 'CONTENDED', 'TOKEN_REUSED', 'REFUSED'])(
  'an entry %s that no lease holder wrote has only the key of its principal',
  (event) => {
    expect(auditIndexKeys(auditEntry({ event, fence: null, associationArn }))).toStrictEqual({ principalId });
  },
);

test('a change without target or association lacks their keys', () => {
  expect(auditIndexKeys(auditEntry({ target: null, associationArn: null }))).toStrictEqual({ principalId });
});

test('the shard of an entry follows from the last digit of its id, and all shards get equal shares', () => {
  const shards = Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (digit) => trailShardOf(digit.padStart(26, '0')));
  expect(trailShards).toHaveLength(8);
  for (const shard of trailShards) expect(shards.filter((one) => one === shard)).toHaveLength(4);
  expect(() => trailShardOf('entry-1')).toThrow('An entryId must be a ULID, got "entry-1".');
});

test.each(['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'])(
  'a %s with a / is rejected, because it would make the keys ambiguous',
  (field) => {
    const { target } = auditEntry();
    if (target === null) throw new Error('unreachable');
    expect(() => auditIndexKeys(auditEntry({ target: { ...target, [field]: 'a/b' } }))).toThrow("contains a '/'");
  },
);

describe('a partition of the trail', () => {
  const entry = auditEntry({ associationArn });
  const { target, operationId } = entry;
  if (target === null) throw new Error('unreachable');
  const keys = { ...auditIndexKeys(entry), operationId };
  const principal = (id: string) => partitionKeys({ kind: 'principal', principalId: id }, null);

  test('has the key of its entries', () => {
    const partitions = [
      { kind: 'cluster', ...target },
      { kind: 'namespace', ...target },
      { kind: 'serviceAccount', ...target },
      { kind: 'principal', principalId },
      { kind: 'association', associationArn },
      { kind: 'operation', operationId },
    ] as const;
    const ofTarget = ['clusterKey', 'namespaceKey', 'serviceAccountKey'] as const;
    const attributes = [...ofTarget, 'principalId', 'associationArn', 'operationId'] as const;
    expect(partitions.map((partition) => partitionKeys(partition, null))).toEqual(
      attributes.map((attribute) => [{ attribute, value: keys[attribute] }]),
    );
  });

  test('of a namespace has the key of denials only if they are requested, and that of changes only if any are', () => {
    const attributesFor = (events: readonly AuditEvent[] | null) =>
      partitionKeys({ kind: 'namespace', ...target }, events).map(({ attribute }) => attribute);
    expect(attributesFor(null)).toEqual(['namespaceKey']);
    expect(attributesFor(['SUCCEEDED'])).toEqual(['namespaceKey']);
    expect(attributesFor(['DENIED'])).toEqual(['deniedNamespaceKey']);
    expect(attributesFor(['DENIED', 'SUCCEEDED'])).toEqual(['namespaceKey', 'deniedNamespaceKey']);
  });

  test.each(['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'])(
    'with a / in its %s does not have the key of another partition',
    (field) => {
      const invalid = { ...target, [field]: 'a/b' };
      for (const kind of ['cluster', 'namespace', 'serviceAccount'] as const) {
        const [key = '', invalidKey = ''] = [
          { kind, ...target },
          { kind, ...invalid },
        ].map((partition) => partitionKeys(partition, null)[0]?.value);
        const isInKey = invalidKey.includes('a/b');
        expect(invalidKey.split('/')).toHaveLength(key.split('/').length + (isInKey ? 1 : 0));
      }
    },
  );

  test('that cannot have entries has no key', () => {
    for (const id of ['', 'p'.repeat(2_049), 'é'.repeat(1_025), 'a\u{d800}']) expect(principal(id)).toEqual([]);
    for (const id of ['p'.repeat(2_048), 'é'.repeat(1_024), '🦜']) expect(principal(id)[0]?.value).toBe(id);
  });
});

test('the shard of a record is the first digit of its key', () => {
  for (const digit of '0123456789abcdef') expect(openShardOf(digit + 'f'.repeat(63))).toBe(digit);
  expect(openShards).toHaveLength(16);
});

test.each(['', 'g', 'A', '-'])('a key that starts with %j is rejected', (start) => {
  expect(() => openShardOf(start)).toThrow('SHA-256');
});

const range = (fields: Parameters<typeof trailQuery>[1]) => idRange(trailQuery({ kind: 'all' }, fields));
const ids = (low: string, high: string) => ({ low, high });
const lastOfAll = '7'.padEnd(26, 'Z');

test('a range without bounds contains every id', () => {
  expect(range({})).toEqual(ids('0'.repeat(26), lastOfAll));
});

test('a range starts with the first id of since and ends with the last id before until', () => {
  expect(range({ since: now, until: now + 1 })).toEqual(ids(firstIdOf(now), lastIdOf(now)));
});

test('a bound between two milliseconds rounds up', () => {
  expect(range({ since: now - 0.5, until: now + 0.5 })).toEqual(ids(firstIdOf(now), lastIdOf(now)));
});

test('a bound beyond every possible entry has no effect', () => {
  const everything = range({});
  expect(range({ since: -1, until: Infinity })).toEqual(everything);
  expect(range({ since: -Infinity, until: 8.64e15 })).toEqual(everything);
});

test.each([
  ['since at until', { since: now, until: now }],
  ['since after until', { since: now + 1, until: now }],
  ['until at the first instant', { until: 0 }],
  ['until before the first instant', { until: -1 }],
  ['since after the last instant', { since: Infinity }],
  ['a position before since', { since: now, before: lastIdOf(now - 1) }],
  ['a position at since', { since: now, before: firstIdOf(now) }],
  ['the lowest position', { before: '0'.repeat(26) }],
])('a range with %s is empty', (_, fields) => {
  expect(range(fields)).toBeNull();
});

test.each([
  ['01KAV3W8000000000000000001', '01KAV3W8000000000000000000'],
  ['01KAV3W800000000000000000A', '01KAV3W8000000000000000009'],
  ['01KAV3W80000000000000000J0', '01KAV3W80000000000000000HZ'],
  ['01KAV3W8000000000000000000', '01KAV3W7ZZZZZZZZZZZZZZZZZZ'],
  ['10000000000000000000000000', '0ZZZZZZZZZZZZZZZZZZZZZZZZZ'],
])('the next id after position %s is %s', (before, high) => {
  expect(range({ before, until: Infinity })?.high).toBe(high);
});

test('the earlier of until and the position is the bound', () => {
  const position = auditEntryAt(now).entryId;
  expect(range({ before: position, until: now })?.high).toBe(lastIdOf(now - 1));
  expect(String(range({ before: position, until: now + 1 })?.high) < position).toBe(true);
  expect(range({ before: lastOfAll })?.high).toBe(`${lastOfAll.slice(0, -1)}Y`);
});

test('a position is a ULID', () => {
  for (const id of [firstIdOf(0), lastIdOf(now), '7'.padEnd(26, 'Z')]) expect(isTrailPosition(id)).toBe(true);
  const others = [
    '',
    '0'.repeat(25),
    '0'.repeat(27),
    '8'.padEnd(26, '0'),
    'i'.padStart(26, '0'),
    'L'.padStart(26, '0'),
  ];
  for (const id of [...others, `${firstIdOf(0)}\n`, firstIdOf(now).toLowerCase()]) {
    expect(isTrailPosition(id)).toBe(false);
    expect(() => range({ before: id })).toThrow('A position in the trail must be a ULID');
  }
});

test.each([0, -1, 1.5, NaN, Infinity])('a limit of %d is rejected', (limit) => {
  expect(() => range({ limit })).toThrow(`must be a positive integer, got ${limit}`);
});

const salt = '0123456789012345678901';
const samples = [...Object.values(entries), separate].map((entry) => ({ ...entry, personal: { salt } }));
const personalTexts = ['alice@example.com', '192.0.2.7', '192.0.2.9', 'client/1', 'It moves.', 'Seen.'];

test.each(samples)('an entry $event is stored without its personal data, and read with them', (entry) => {
  const { personal, ...item } = entryItem(entry);
  expect(personalTexts.filter((text) => JSON.stringify(item).includes(text))).toEqual([]);
  expect(personal).toContain('alice@example.com');
  expect(entryOfItem({ ...item, ...(personal ? { personal } : {}) })).toEqual(entry);
  expect(entryItem(entry)).toEqual({ ...item, personal });
});

test.each(samples)('an entry $event whose personal data were erased says so, and keeps its text', (entry) => {
  const { personal: _, ...item } = entryItem(entry);
  const erased = entryOfItem(item);
  expect(isErased(erased)).toBe(true);
  expect(erased).toMatchObject({ onBehalfOf: null, sourceAddress: null, userAgent: null, reason: null });
  expect(entryItem(erased)).toEqual(item);
});

test('personal data that an entry does not commit to are not read', () => {
  const item = entryItem(separate);
  for (const personal of [String(item.personal).replace('moves', 'stays'), '{}', 'x', 'null']) {
    const read = entryOfItem({ ...item, personal });
    expect([isErased(read), read.reason]).toEqual([true, null]);
  }
});

test('a text that is not JSON of personal data counts as erased, also if the entry commits to it', () => {
  for (const text of ['x', 'null', '{}', '{"salt":"x"}']) {
    const sha256 = createHash('sha256').update(text).digest('hex');
    const stored = { ...auditEntry(), personal: { entryId: auditEntry().entryId, sha256 } };
    const own = { ...stored, personal: { ...stored.personal, entryId: stored.entryId } };
    expect(joined(own, text)).toEqual(own);
  }
});

// An earlier version of the gateway copies the fields of an INTENT that it does not know to the entry of its outcome.
test('a commitment to the personal data of another entry is ignored', () => {
  const { entry: intent } = separated(separate);
  const outcome = { ...intent, entryId: '01KASA3V5T0000000000000010' };
  const { personal: _, ...own } = outcome;
  expect(joined(outcome, null)).toEqual(own);
  expect(isErased(joined(outcome, null))).toBe(false);
});

test('equal personal data of two entries have different hashes', () => {
  const deps = { clock: () => 1, ulid: () => '01KASA3V5T0000000000000010' };
  const details = { operationId: separate.operationId, event: 'DENIED' } as const;
  const [one, other] = [makeEntry(deps, separate, details), makeEntry(deps, separate, details)].map(separated);
  expect(one?.entry.personal).not.toEqual(other?.entry.personal);
  expect(JSON.parse(one?.personal ?? '')).toMatchObject({ salt: expect.stringMatching(/^[\w-]{22}$/) as string });
});

test('a name is not left of a text that was cut within it', () => {
  const entry = { ...separate, message: 'No rule lets alice@exam… [Left out of this entry for its size: decision.]' };
  const { entry: kept } = separated(entry);
  expect(kept.message).toBe('No rule lets [name]… [Left out of this entry for its size: decision.]');
  expect(entryOfItem(entryItem(entry))).toEqual(entry);
});

test('of an input that is not valid, no text that quotes it is left', () => {
  const findings = [{ path: 'reason', rule: 'max-length', message: 'reason "Her …" is long.', advice: 'Shorten it.' }];
  const { entry } = separated({
    ...separate,
    refusalCode: 'INVALID_INPUT',
    message: 'reason "Her …" is long.',
    findings,
  });
  expect(entry).toMatchObject({
    message: '[text]',
    findings: [{ ...findings[0], message: '[text]', advice: '[text]' }],
  });
});

test('every index of the trail projects all attributes and sorts by entry id', () => {
  const { GlobalSecondaryIndexes } = auditTableDefinition('audit');
  expect(GlobalSecondaryIndexes).toEqual(
    Object.entries(auditIndexes).map(([IndexName, AttributeName]) => ({
      IndexName,
      KeySchema: [
        { AttributeName, KeyType: 'HASH' },
        { AttributeName: 'entryId', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    })),
  );
});

test('the lease index projects all attributes, the index of states what a scan compares, and those of roles only keys', () => {
  expect(idempotencyTableDefinition('idempotency').GlobalSecondaryIndexes).toEqual([
    {
      IndexName: 'byLease',
      KeySchema: [
        { AttributeName: 'openShard', KeyType: 'HASH' },
        { AttributeName: 'leaseUntil', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'byCluster',
      KeySchema: [
        { AttributeName: 'clusterKey', KeyType: 'HASH' },
        { AttributeName: 'idempotencyKey', KeyType: 'RANGE' },
      ],
      Projection: {
        ProjectionType: 'INCLUDE',
        NonKeyAttributes: [
          'v',
          'revision',
          'scannedRevision',
          'scannedAt',
          'isPresent',
          'associationId',
          'recordsInProgress',
          'version',
        ],
      },
    },
    ...Object.entries({ byRole: 'roleArn', byTargetRole: 'targetRoleArn' }).map(([IndexName, AttributeName]) => ({
      IndexName,
      KeySchema: [
        { AttributeName, KeyType: 'HASH' },
        { AttributeName: 'idempotencyKey', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    })),
  ]);
});

describeOnDynamoDb('in DynamoDB', () => {
  const client = dynamoDbClient();
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  afterAll(async () => {
    for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  });

  test('concurrent and later calls all leave both tables active, with expiry enabled', async () => {
    await Promise.all(Array.from({ length: 5 }, () => createTables(client, names)));
    await createTables(client, names);
    for (const TableName of Object.values(names)) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      const states = [Table, ...(Table?.GlobalSecondaryIndexes ?? [])].map((part) =>
        part !== undefined && 'IndexStatus' in part ? part.IndexStatus : Table?.TableStatus,
      );
      expect(new Set(states)).toEqual(new Set(['ACTIVE']));
    }
    const expiry = await client.send(new DescribeTimeToLiveCommand({ TableName: names.idempotencyTable }));
    expect(expiry.TimeToLiveDescription).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
  });
});

describeOnDynamoDb('tables of another version in DynamoDB', () => {
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  // As those of the local server: DynamoDB Local has tables for each region and access key.
  const region = 'eu-central-1';
  const client = dynamoDbClient({ region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  const ledger = makeDynamoDbLedger({ client, ...names });
  beforeAll(async () => {
    const key = [{ AttributeName: 'key', KeyType: 'HASH' as const }];
    const AttributeDefinitions = [{ AttributeName: 'key', AttributeType: 'S' as const }];
    const settings = { BillingMode: 'PAY_PER_REQUEST' as const, AttributeDefinitions, KeySchema: key };
    await client.send(new CreateTableCommand({ ...settings, TableName: names.idempotencyTable }));
    await client.send(new CreateTableCommand({ ...settings, TableName: names.auditTable }));
  });
  afterAll(async () => {
    for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
    ledger.close();
  });

  test.each([
    ['a commit', () => ledger.commit({ kind: 'free', now: recordTime }, openRecord(), [auditEntry()])],
    ['an append', () => ledger.appendEntry(auditEntry())],
    ['the read of a record', () => ledger.getRecord(openRecord().idempotencyKey)],
    ['the read of the locks', () => ledger.getLocks()],
    ['a page of the trail', () => ledger.readTrail(trailQuery({ kind: 'principal', principalId: 'alice' }))],
    ['the search for expired leases', () => ledger.expiredLeases(recordTime, 1)],
  ])('fail %s as unusable, with all differences', async (_, call) => {
    await expect(call()).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
      cause: {
        message: expect.stringMatching(
          /^Table idempotency-.*: its key is key S, expected idempotencyKey S; it has no index byLease; it has no index byCluster; it has no index byRole; it has no index byTargetRole\. Table audit-.*: .* byTime\. Set IDEMPOTENCY_TABLE/,
        ),
      },
    });
  });

  test('are refused when the local server starts', async () => {
    const { idempotencyTable: IDEMPOTENCY_TABLE, auditTable: AUDIT_TABLE } = names;
    const tables = { LEDGER: 'dynamodb', AWS_REGION: region, IDEMPOTENCY_TABLE, AUDIT_TABLE };
    const settings = readSettings({ ...process.env, ...tables }, readLedgerSettings);
    await expect(openLedger(settings)).rejects.toThrow(/it has no index byLease/);
  });
});
