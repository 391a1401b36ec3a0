import { auditIndexKeys, openShardOf, openShards, partitionKey } from '../../src/ledger/keys.ts';
import { association, auditEntry, auditEntryAt } from '../support/ledger-samples.ts';

test('an entry is filed under its cluster, namespace, service account, principal, association and day', () => {
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

test('the day is that of the entry id, by which the trail is read', () => {
  const { entryId } = auditEntryAt(Date.UTC(2026, 10, 25));
  expect(auditIndexKeys(auditEntry({ entryId })).day).toBe('2026-11-25');
  expect(() => auditIndexKeys(auditEntry({ entryId: 'entry-1' }))).toThrow('ULID');
});

test('an entry without target or association has no keys of them', () => {
  const keys = auditIndexKeys(auditEntry({ target: null, associationArn: null }));
  expect(keys).toStrictEqual({ principalId: 'https://id.example.com/#alice', day: '2026-11-24' });
});

test.each(['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'])(
  'a %s that would make the keys ambiguous is refused',
  (field) => {
    const { target } = auditEntry();
    if (target === null) throw new Error('unreachable');
    expect(() => auditIndexKeys(auditEntry({ target: { ...target, [field]: 'a/b' } }))).toThrow("holds a '/'");
  },
);

describe('a section of the trail', () => {
  const entry = auditEntry({ associationArn: association().associationArn });
  const { target, operationId, associationArn } = entry;
  if (target === null || associationArn === null) throw new Error('unreachable');
  const keys = { ...auditIndexKeys(entry), operationId };
  const principal = (principalId: string) => partitionKey({ kind: 'principal', principalId });

  test('is found under the key of its entries', () => {
    const sections = [
      { kind: 'cluster', ...target },
      { kind: 'namespace', ...target },
      { kind: 'serviceAccount', ...target },
      { kind: 'principal', principalId: entry.principal.id },
      { kind: 'association', associationArn },
      { kind: 'operation', operationId },
    ] as const;
    const ofTarget = ['clusterKey', 'namespaceKey', 'serviceAccountKey'] as const;
    const attributes = [...ofTarget, 'principalId', 'associationArn', 'operationId'] as const;
    expect(sections.map(partitionKey)).toEqual(attributes.map((attribute) => ({ attribute, value: keys[attribute] })));
  });

  test.each(['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'])(
    'with a / in its %s has the key of no other',
    (field) => {
      const odd = { ...target, [field]: 'a/b' };
      for (const kind of ['cluster', 'namespace', 'serviceAccount'] as const) {
        const [key, oddKey] = [
          { kind, ...target },
          { kind, ...odd },
        ].map(partitionKey);
        const isPart = (oddKey?.value ?? '').includes('a/b');
        expect(oddKey?.value.split('/')).toHaveLength((key?.value.split('/') ?? []).length + (isPart ? 1 : 0));
      }
    },
  );

  test('of which no entry can be has no key', () => {
    for (const id of ['', 'p'.repeat(2_049), 'é'.repeat(1_025), 'a\u{d800}']) expect(principal(id)).toBeNull();
    for (const id of ['p'.repeat(2_048), 'é'.repeat(1_024), '🦜']) expect(principal(id)?.value).toBe(id);
  });
});

test('a record is in the shard of its first digit', () => {
  for (const digit of '0123456789abcdef') expect(openShardOf(digit + 'f'.repeat(63))).toBe(digit);
  expect(openShards).toHaveLength(16);
});

test.each(['', 'g', 'A', '-'])('a key that begins with %j is in no shard', (start) => {
  expect(() => openShardOf(start)).toThrow('SHA-256');
});
