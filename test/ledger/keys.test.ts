import {
  auditIndexKeys,
  openShardOf,
  openShards,
  partitionKeys,
  trailShardOf,
  trailShards,
} from '../../src/ledger/stored/keys.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import { association, auditEntry } from '../support/ledger-samples.ts';

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
