import { auditIndexKeys, openShardOf, openShards, partitionKey } from '../../src/ledger/keys.ts';
import { association, auditEntry, auditEntryAt } from '../support/ledger-samples.ts';

test('an entry has keys of its cluster, namespace, service account, principal, association and day', () => {
  const { associationArn } = association();
  expect(auditIndexKeys(auditEntryAt(Date.UTC(2026, 10, 25) - 1, { associationArn }))).toEqual({
    clusterKey: '111122223333/eu-central-1/main_1',
    namespaceKey: '111122223333/eu-central-1/main_1/shop',
    serviceAccountKey: '111122223333/eu-central-1/main_1/shop/cart.v2',
    principalId: 'https://id.example.com/#alice',
    associationArn,
    day: '2026-11-24',
  });
});

test('the day is that of the entry id', () => {
  const { entryId } = auditEntryAt(Date.UTC(2026, 10, 25));
  expect(auditIndexKeys(auditEntry({ entryId })).day).toBe('2026-11-25');
  expect(() => auditIndexKeys(auditEntry({ entryId: 'entry-1' }))).toThrow('ULID');
});

test('an entry without target or association lacks their keys', () => {
  const keys = auditIndexKeys(auditEntry({ target: null, associationArn: null }));
  expect(keys).toStrictEqual({ principalId: 'https://id.example.com/#alice', day: '2026-11-24' });
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
  const entry = auditEntry({ associationArn: association().associationArn });
  const { target, operationId, associationArn } = entry;
  if (target === null || associationArn === null) throw new Error('unreachable');
  const keys = { ...auditIndexKeys(entry), operationId };
  const principal = (principalId: string) => partitionKey({ kind: 'principal', principalId });

  test('has the key of its entries', () => {
    const partitions = [
      { kind: 'cluster', ...target },
      { kind: 'namespace', ...target },
      { kind: 'serviceAccount', ...target },
      { kind: 'principal', principalId: entry.principal.id },
      { kind: 'association', associationArn },
      { kind: 'operation', operationId },
    ] as const;
    const ofTarget = ['clusterKey', 'namespaceKey', 'serviceAccountKey'] as const;
    const attributes = [...ofTarget, 'principalId', 'associationArn', 'operationId'] as const;
    expect(partitions.map(partitionKey)).toEqual(
      attributes.map((attribute) => ({ attribute, value: keys[attribute] })),
    );
  });

  test.each(['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'])(
    'with a / in its %s does not have the key of another partition',
    (field) => {
      const invalid = { ...target, [field]: 'a/b' };
      for (const kind of ['cluster', 'namespace', 'serviceAccount'] as const) {
        const [key, invalidKey] = [
          { kind, ...target },
          { kind, ...invalid },
        ].map(partitionKey);
        const isInKey = (invalidKey?.value ?? '').includes('a/b');
        expect(invalidKey?.value.split('/')).toHaveLength((key?.value.split('/') ?? []).length + (isInKey ? 1 : 0));
      }
    },
  );

  test('that cannot have entries has no key', () => {
    for (const id of ['', 'p'.repeat(2_049), 'é'.repeat(1_025), 'a\u{d800}']) expect(principal(id)).toBeNull();
    for (const id of ['p'.repeat(2_048), 'é'.repeat(1_024), '🦜']) expect(principal(id)?.value).toBe(id);
  });
});

test('the shard of a record is the first digit of its key', () => {
  for (const digit of '0123456789abcdef') expect(openShardOf(digit + 'f'.repeat(63))).toBe(digit);
  expect(openShards).toHaveLength(16);
});

test.each(['', 'g', 'A', '-'])('a key that starts with %j is rejected', (start) => {
  expect(() => openShardOf(start)).toThrow('SHA-256');
});
