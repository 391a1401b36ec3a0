import { auditIndexKeys, openShardOf, openShards } from '../../src/ledger/keys.ts';
import { association, auditEntry } from './samples.ts';

test('an entry is filed under its cluster, namespace, service account, principal, association and day', () => {
  const { associationArn } = association();
  expect(auditIndexKeys(auditEntry({ associationArn, time: '2026-11-24T23:59:59.999Z' }))).toEqual({
    clusterKey: '111122223333/eu-central-1/main_1',
    namespaceKey: '111122223333/eu-central-1/main_1/shop',
    serviceAccountKey: '111122223333/eu-central-1/main_1/shop/cart.v2',
    principalId: 'https://id.example.com/#alice',
    associationArn,
    day: '2026-11-24',
  });
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

test('a record is in the shard of its first digit', () => {
  for (const digit of '0123456789abcdef') expect(openShardOf(digit + 'f'.repeat(63))).toBe(digit);
  expect(openShards).toHaveLength(16);
});

test.each(['', 'g', 'A', '-'])('a key that begins with %j is in no shard', (start) => {
  expect(() => openShardOf(start)).toThrow('SHA-256');
});
