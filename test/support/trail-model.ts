import { randomInt } from 'node:crypto';
import type { AssociationTarget, CreateRequest, UpdateRequest } from '../../src/model/association.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { OperationKind } from '../../src/model/operation.ts';
import type { TrailQuery, AuditPartition } from '../../src/ledger/ledger.ts';
import { isHidden } from '../../src/ledger/hidden-entry.ts';
import { association, auditEntry, auditEntryAt, request } from './ledger-samples.ts';

/** Milliseconds of a day. */
export const day = 86_400_000;
/** Start of today, UTC. */
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
// 'Zoë' in composed and in decomposed form: the same characters, but different strings.
const principalIds = ['alice', 'Zo\u{eb}', 'Zoe\u{308}', '🦜', 'علي', 'a/b', '\u{0}', 'ALICE'].map(
  (subject) => `https://id.example.com/#${subject}`,
);
/** ARNs of the associations of some entries. */
export const associationArns = ['a-0123456789abcdefg', 'a-0123456789abcdefh'].map(
  (id) => association().associationArn.slice(0, -19) + id,
);
/** Operation of some entries, instead of a create. */
export const otherOperation: OperationKind = 'DELETE_POD_IDENTITY_ASSOCIATION';
/** Operation ids of the entries. */
export const operationIds = Array.from({ length: 20 }, () => auditEntry().operationId);

/** Roles, policies and refusal codes of some entries. */
export const roleArns = ['a', 'b', 'c', 'd'].map((name) => `arn:aws:iam::111122223333:role/pods/${name}`);
export const policyIds = ['owners-create', 'owners', 'default-deny'];
export const refusalCodes = ['POLICY_DENIED', 'THROTTLED', 'ASSOCIATION_NOT_FOUND'] as const;

const [roleA = '', roleB = '', roleC = ''] = roleArns;
const ofChange = { clusterName: 'main', accountId: '1', region: 'r', associationId: 'a-1', expectedModifiedAt: null };

/** Requests of each operation, with and without roles. */
const requests = [
  { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request: request({ roleArn: roleA, targetRoleArn: roleB }) },
  { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request: request({ roleArn: roleC }) },
  { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request: { ...ofChange, changes: { targetRoleArn: roleA } } },
  { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request: { ...ofChange, changes: { targetRoleArn: null } } },
  { operation: otherOperation, request: ofChange },
  { operation: otherOperation, request: null },
] as const;

function decision(allowed: boolean, policyId: string): NonNullable<AuditEntry['decision']> {
  const violations = allowed ? [] : [{ policyId, message: 'Not allowed.', advice: null }];
  const slice = { cluster: null, namespace: null, services: [], timeZone: 'UTC' };
  const hashes = { policySetHash: 'a', inventoryHash: 'b' };
  return { allowed, failed: false, now: 0, policyIds: allowed ? [policyId] : [], violations, ...hashes, slice };
}

/** Events with and without a lease holder. */
const outcomes = [
  ...(['INTENT', 'SUCCEEDED', 'REFUSED', 'LATE_SUCCESS'] as const).map((event) => ({ event, fence: 1 })),
  ...(['DENIED', 'CHECKED', 'REPLAYED', 'REFUSED'] as const).map((event) => ({ event, fence: null })),
];

/** Random entries, with empty days, several entries in one millisecond, and the first and last millisecond of a day. */
export function randomEntries(): AuditEntry[] {
  const times = [1, 2, 3, 8].flatMap((daysAgo) => {
    const start = today - daysAgo * day;
    const random = Array.from({ length: 30 }, () => start + randomInt(day));
    const crowded = start + day / 2;
    return [start, start + day - 1, crowded, crowded, crowded, ...random];
  });
  return times.map((time, index) => {
    const fields = {
      target: oneOf(targets),
      associationArn: oneOf([...associationArns, null, null, null]),
      // Each operation has an entry.
      operationId: operationIds[index] ?? oneOf(operationIds),
      ...oneOf(outcomes),
      ...oneOf(requests),
      before: oneOf([null, association({ roleArn: oneOf(roleArns), targetRoleArn: oneOf([null, ...roleArns]) })]),
      decision: oneOf([null, decision(true, oneOf(policyIds)), decision(false, oneOf(policyIds))]),
      refusalCode: oneOf([null, ...refusalCodes]),
      principal: { ...auditEntry().principal, id: oneOf(principalIds) },
    };
    return auditEntryAt(time, fields);
  });
}

/** A random element. */
export function oneOf<T>(elements: readonly T[]): T {
  const element = elements[randomInt(elements.length)];
  if (element === undefined) throw new Error('The list has no elements.');
  return element;
}

/** Every partition with entries, and some without. */
export function partitions(): AuditPartition[] {
  return [
    { kind: 'all' },
    ...targets.flatMap((someTarget): AuditPartition[] =>
      someTarget === null
        ? []
        : [
            { kind: 'cluster', ...someTarget },
            { kind: 'namespace', ...someTarget },
            { kind: 'serviceAccount', ...someTarget },
          ],
    ),
    ...principalIds.map((principalId) => ({ kind: 'principal', principalId }) as const),
    ...associationArns.map((associationArn) => ({ kind: 'association', associationArn }) as const),
    ...operationIds.slice(0, 3).map((operationId) => ({ kind: 'operation', operationId }) as const),
    ...emptyPartitions,
  ];
}

/** Partitions without entries, including some that cannot have any. */
export const emptyPartitions: AuditPartition[] = [
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

/** The entries that match a query, computed independently of the stores. */
export function matchingEntries(entries: readonly AuditEntry[], query: TrailQuery): AuditEntry[] {
  const { partition, since, until, events, operations, refusalCodes, roleArn, policyId, before } = query;
  return entries
    .filter((entry) => isIn(partition, entry))
    .filter((entry) => isKept(query, entry))
    .filter(({ time }) => since === null || Date.parse(time) >= since)
    .filter(({ time }) => until === null || Date.parse(time) < until)
    .filter((entry) => events?.includes(eventOf(entry, query)) ?? true)
    .filter(({ operation }) => operations?.includes(operation) ?? true)
    .filter(({ refusalCode }) => refusalCodes === null || (refusalCode !== null && refusalCodes.includes(refusalCode)))
    .filter((entry) => roleArn === null || rolesOf(entry).includes(roleArn))
    .filter((entry) => policyId === null || policiesOf(entry).includes(policyId))
    .filter(({ entryId }) => before === null || entryId < before)
    .toSorted((one, other) => (one.entryId < other.entryId ? 1 : -1));
}

/** Parts that can be changed contain changes; a namespace also contains denied requests, if they are requested. */
function isKept({ partition, events }: TrailQuery, { fence, event }: AuditEntry): boolean {
  if (partition.kind === 'all' || partition.kind === 'principal' || partition.kind === 'operation') return true;
  return fence !== null || (partition.kind === 'namespace' && event === 'DENIED' && events !== null);
}

function isIn(partition: AuditPartition, entry: AuditEntry): boolean {
  const { kind, ...wanted } = partition;
  if (kind === 'all') return true;
  const fields = new Map<string, unknown>(Object.entries(entry.target ?? {}));
  fields.set('principalId', entry.principal.id);
  fields.set('associationArn', entry.associationArn).set('operationId', entry.operationId);
  const nameCount = { cluster: 3, namespace: 4, serviceAccount: 5, principal: 1, association: 1, operation: 1 }[kind];
  const names = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'].slice(0, nameCount);
  const expected = new Map<string, unknown>(Object.entries(wanted));
  return (nameCount === 1 ? [...expected.keys()] : names).every((name) => fields.get(name) === expected.get(name));
}

/** The roles that an entry names; not those of an association that policy did not permit to change. */
function rolesOf({ request, before, decision }: AuditEntry): unknown[] {
  const requested: Partial<CreateRequest> & Pick<Partial<UpdateRequest>, 'changes'> = { ...(request as CreateRequest) };
  const settings = [requested, requested.changes, decision?.allowed === true ? before : null];
  return settings.flatMap((one) => [one?.roleArn, one?.targetRoleArn]);
}

/** The event for the filter: denied for want of an association, the principal was answered that there is none. */
function eventOf({ event, refusalCode }: AuditEntry, { asAnswered = false }: TrailQuery): AuditEntry['event'] {
  return asAnswered && event === 'DENIED' && refusalCode === 'ASSOCIATION_NOT_FOUND' ? 'REFUSED' : event;
}

/** The policies of an entry; none of one that hides an association from its principal. */
function policiesOf(entry: AuditEntry): string[] {
  if (isHidden(entry)) return [];
  const { decision } = entry;
  return [...(decision?.policyIds ?? []), ...(decision?.violations ?? []).map(({ policyId }) => policyId)];
}

/** The entry ids of entries. */
export const idsOf = (entries: readonly AuditEntry[]) => entries.map(({ entryId }) => entryId);
