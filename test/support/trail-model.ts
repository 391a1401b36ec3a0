import { randomInt } from 'node:crypto';
import type { AssociationTarget } from '../../src/model/association.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { OperationKind } from '../../src/model/operation.ts';
import type { TrailQuery, AuditPartition } from '../../src/ledger/ledger.ts';
import { association, auditEntry, auditEntryAt } from './ledger-samples.ts';

/** Milliseconds of a day. */
export const day = 86_400_000;
/** Begin of today, UTC. DynamoDB's whole trail ends a day ahead of the clock, so these tests are about the last days. */
export const today = Date.now() - (Date.now() % day);

/** The target of the sample entries. */
export const target = targetOf(auditEntry());

function targetOf(entry: AuditEntry): AssociationTarget {
  if (entry.target === null) throw new Error('The sample entry has no target.');
  return entry.target;
}

const targets = [
  target,
  { ...target, serviceAccount: 'cart' },
  { ...target, namespace: 'shop-2' },
  { ...target, clusterName: 'main' },
  { ...target, region: 'eu-west-1' },
  { ...target, accountId: '444455556666' },
  null,
];
// Composed and decomposed: equal to the eye, and not the same.
const principalIds = ['alice', 'Zo\u{eb}', 'Zoe\u{308}', '🦜', 'علي', 'a/b', '\u{0}', 'ALICE'].map(
  (subject) => `https://id.example.com/#${subject}`,
);
/** Of the associations that some entries have. */
export const arns = ['a-0123456789abcdefg', 'a-0123456789abcdefh'].map(
  (id) => association().associationArn.slice(0, -19) + id,
);
/** What some entries are of, instead of a create. */
export const otherOperation: OperationKind = 'DELETE_POD_IDENTITY_ASSOCIATION';
/** Of the operations that the entries belong to. */
export const operationIds = Array.from({ length: 20 }, () => auditEntry().operationId);

/** Entries of all sorts: some days have none, some instants several, and the first and the last one of a day are there. */
export function sortsOfEntries(): AuditEntry[] {
  const times = [1, 2, 3, 8].flatMap((daysAgo) => {
    const start = today - daysAgo * day;
    const some = Array.from({ length: 30 }, () => start + randomInt(day));
    const crowded = start + day / 2;
    return [start, start + day - 1, crowded, crowded, crowded, ...some];
  });
  return times.map((time) => {
    const fields = {
      target: oneOf(targets),
      associationArn: oneOf([...arns, null, null, null]),
      operationId: oneOf(operationIds),
      event: oneOf(['INTENT', 'SUCCEEDED', 'DENIED', 'LATE_SUCCESS'] as const),
      operation: oneOf(['CREATE_POD_IDENTITY_ASSOCIATION', otherOperation] as const),
      principal: { ...auditEntry().principal, id: oneOf(principalIds) },
    };
    return auditEntryAt(time, fields);
  });
}

/** One of these, by chance. */
export function oneOf<T>(things: readonly T[]): T {
  const thing = things[randomInt(things.length)];
  if (thing === undefined) throw new Error('There is nothing to choose from.');
  return thing;
}

/** Every section that has entries, and some that have none. */
export function sections(): AuditPartition[] {
  return [
    { kind: 'all' },
    ...targets.flatMap((of): AuditPartition[] =>
      of === null
        ? []
        : [
            { kind: 'cluster', ...of },
            { kind: 'namespace', ...of },
            { kind: 'serviceAccount', ...of },
          ],
    ),
    ...principalIds.map((principalId) => ({ kind: 'principal', principalId }) as const),
    ...arns.map((associationArn) => ({ kind: 'association', associationArn }) as const),
    ...operationIds.slice(0, 3).map((operationId) => ({ kind: 'operation', operationId }) as const),
    ...emptySections,
  ];
}

/** Sections that no entry of these is in, or can be in. */
export const emptySections: AuditPartition[] = [
  { kind: 'cluster', ...target, clusterName: 'Main_1' },
  { kind: 'cluster', ...target, clusterName: '' },
  { kind: 'cluster', ...target, clusterName: 'main_1/shop' },
  { kind: 'namespace', ...target, namespace: 'sho' },
  { kind: 'serviceAccount', ...target, serviceAccount: 'cart.v2/' },
  { kind: 'principal', principalId: 'https://id.example.com/#bob' },
  { kind: 'principal', principalId: '' },
  { kind: 'principal', principalId: 'p'.repeat(3_000) },
  { kind: 'principal', principalId: 'a\u{d800}' },
  { kind: 'association', associationArn: '' },
  { kind: 'operation', operationId: 'none' },
];

/** What a query means, in other words than the stores'. */
export function meant(entries: readonly AuditEntry[], query: TrailQuery): AuditEntry[] {
  const { partition: section, since, until, events, operations, before } = query;
  return entries
    .filter((entry) => isIn(section, entry))
    .filter(({ time }) => since === null || Date.parse(time) >= since)
    .filter(({ time }) => until === null || Date.parse(time) < until)
    .filter(({ event }) => events?.includes(event) ?? true)
    .filter(({ operation }) => operations?.includes(operation) ?? true)
    .filter(({ entryId }) => before === null || entryId < before)
    .toSorted((one, other) => (one.entryId < other.entryId ? 1 : -1));
}

function isIn(section: AuditPartition, entry: AuditEntry): boolean {
  const { kind, ...wanted } = section;
  if (kind === 'all') return true;
  const fields = new Map<string, unknown>(Object.entries(entry.target ?? {}));
  fields.set('principalId', entry.principal.id);
  fields.set('associationArn', entry.associationArn).set('operationId', entry.operationId);
  const of = { cluster: 3, namespace: 4, serviceAccount: 5, principal: 1, association: 1, operation: 1 }[kind];
  const names = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'].slice(0, of);
  const asked = new Map<string, unknown>(Object.entries(wanted));
  return (of === 1 ? [...asked.keys()] : names).every((name) => fields.get(name) === asked.get(name));
}

export const idsOf = (entries: readonly AuditEntry[]) => entries.map(({ entryId }) => entryId);
