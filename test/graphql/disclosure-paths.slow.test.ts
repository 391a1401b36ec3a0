// Quick test: test/graphql/schema.test.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertObjectType, buildSchema } from 'graphql';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { publicApprovalId } from '../../src/model/approval.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { askingFor, security } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { openGateway, roleArn, withoutRateLimit } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import type { Payload } from '../support/documents.ts';
import { pathsTo, selectionOf, together } from './schema-paths.ts';
import type { PathsOfField, SchemaPath } from './schema-paths.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8'));

const rootType = (name: string) => assertObjectType(schema.getType(name));

/** The types whose values disclose an association, or who asks for which and why. */
const disclosing = [
  'PodIdentityAssociation',
  'ObservedAssociation',
  'AssociationSnapshot',
  'RecordedRequest',
  'Difference',
  'Approval',
];

/** Fields of the longest path: enough to leave an object and to return to its type. */
const maxDepth = 5;

/** The namespaces that each example principal may view. */
const mayView: Record<string, readonly string[]> = {
  alice: ['payments'],
  'alice-via-chatops': ['payments'],
  chatops: ['payments'],
  bob: ['search'],
  pat: ['payments', 'search'],
  olivia: ['payments', 'search'],
};

/** A tag value that only the associations and requests of a namespace have. */
const canary = (namespace: string) => `canary-of-${namespace}`;

/** The token of the held request in a namespace: only who asked may see it. */
const tokenOf = (namespace: string) => `token-of-${namespace}`;
const askers: Record<string, string> = { payments: 'alice', search: 'bob' };
const canaryTags = (namespace: string) => [
  { key: 'team', value: 'any' },
  { key: 'canary', value: canary(namespace) },
];

let ledger: ReturnType<typeof makeSqliteLedger>;
let gateway: Gateway;
/** An association of each namespace. */
let associations: Record<string, NonNullable<Payload['association']>>;
/** Ids of audit entries, and of operations. */
let entryIds: string[];
/** Ids of approvals, one of each namespace. */
let approvalIds: string[];

beforeAll(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  const asked: Asked = { needs: [], votesByPolicy: true };
  const asking = askingFor(asked);
  gateway = await openGateway({ ledger, change: (deps) => asking(withoutRateLimit(deps)) });
  associations = {};
  for (const [namespace, owner] of [
    ['payments', 'alice'],
    ['search', 'bob'],
  ] as const) {
    const fields = { namespace, roleArn: roleArn(`${namespace}/${namespace}-api`), tags: canaryTags(namespace) };
    const created = await gateway.create(fields, owner);
    if (created.association) associations[namespace] = created.association;
    // A token of one principal, used for both namespaces.
    await gateway.create({ ...fields, serviceAccount: 'shared', clientRequestToken: 'shared' }, 'pat');
    gateway.simulator.control.createAssociation({
      clusterName: 'apps-dev',
      namespace,
      serviceAccount: 'outside',
      roleArn: fields.roleArn,
      tags: { canary: canary(namespace) },
    });
  }
  gateway.clock.skip(60_000);
  const scanned = { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() };
  await scan(scanned, defaultScanSettings, gateway.clock.now() + 50_000);
  for (const { associationId } of Object.values(associations)) {
    const change = { associationId, roleArn: roleArn('payments/payments-worker') };
    for (const as of ['alice', 'bob', 'chatops']) {
      if (!mayView[as]?.some((namespace) => associations[namespace]?.associationId === associationId)) {
        await gateway.update(change, as);
        await gateway.remove({ associationId }, as);
      }
    }
  }
  asked.needs = [security];
  for (const [namespace, owner] of [
    ['payments', 'alice'],
    ['search', 'bob'],
  ] as const) {
    const fields = { namespace, roleArn: roleArn(`${namespace}/${namespace}-api`), tags: canaryTags(namespace) };
    const asked = { serviceAccount: 'held', clientRequestToken: tokenOf(namespace), reason: canary(namespace) };
    await gateway.create({ ...fields, ...asked }, owner);
  }
  asked.needs = [];
  const { approvals } = await ledger.listApprovals({ kind: 'gateway', state: 'PENDING' }, 10, null);
  const namespaceOf = (approval: (typeof approvals)[number]) => approval.requested.target.namespace;
  const sorted = approvals.toSorted((one, other) => (namespaceOf(one) < namespaceOf(other) ? -1 : 1));
  approvalIds = sorted.map(publicApprovalId);
  const trail = await ledger.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 100, before: null });
  // One entry for each event of each principal, in either namespace.
  const distinct = new Map(
    trail.entries.map((entry) => [`${entry.event} ${entry.principal.id} ${entry.target?.namespace}`, entry]),
  );
  entryIds = [...distinct.values()].map(auditEntryId);
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

const stage = { key: 'stage', value: 'dev' };

const literal = (value: object) => JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1: ');

/** The arguments with which each root field is queried: everything that a principal could ask for. */
function argumentsOf([{ field, type }]: SchemaPath): string[] {
  const namespaces = Object.keys(associations);
  const ids = Object.values(associations).map(({ associationId }) => associationId);
  const operationIds = [...new Set(entryIds.map((id) => id.slice(0, id.indexOf('.'))))];
  const inputs = ids.map((associationId) => ({ clusterName: 'apps-dev', associationId }));
  const nodeIds: Record<string, readonly string[]> = {
    PodIdentityAssociation: Object.values(associations).map(({ associationArn }) => associationArn),
    AuditEntry: entryIds,
    Operation: operationIds,
    Approval: approvalIds,
  };
  const given: Record<string, () => (string | object)[]> = {
    podIdentityAssociation: () => inputs,
    podIdentityAssociations: () => ['', ...namespaces].map((namespace) => inCluster(namespace)),
    associationDrift: () =>
      ['', ...namespaces].flatMap((namespace) =>
        ['EKS', 'SCAN'].map((source) => ({ ...inCluster(namespace), source: `{${source}}` })),
      ),
    associations: () => ['', ...namespaces].map((namespace) => ({ filter: inCluster(namespace) })),
    checkCreatePodIdentityAssociation: () =>
      namespaces.map((namespace) => ({
        input: {
          ...inCluster(namespace),
          serviceAccount: 'api',
          roleArn: roleArn(`${namespace}/${namespace}-worker`),
          tags: [{ key: 'team', value: 'any' }],
        },
      })),
    checkEnsurePodIdentityAssociation: () =>
      namespaces.map((namespace) => ({
        input: {
          ...inCluster(namespace),
          serviceAccount: 'api',
          roleArn: roleArn(`${namespace}/${namespace}-worker`),
          tags: [{ key: 'team', value: 'any' }],
          declaration: 'any',
        },
      })),
    checkEnsureNoPodIdentityAssociation: () =>
      namespaces.map((namespace) => ({
        input: { ...inCluster(namespace), serviceAccount: 'api', declaration: 'any' },
      })),
    checkUpdatePodIdentityAssociation: () => inputs.map((input) => ({ input: { ...input, disableSessionTags: true } })),
    checkDeletePodIdentityAssociation: () => inputs.map((input) => ({ input })),
    checkAdoptPodIdentityAssociation: () => inputs.map((input) => ({ input })),
    checkTagPodIdentityAssociation: () => inputs.map((input) => ({ input: { ...input, tags: [stage] } })),
    checkUntagPodIdentityAssociation: () => inputs.map((input) => ({ input: { ...input, tagKeys: [stage.key] } })),
    checkPodIdentityAssociations: () =>
      inputs.map((input) => ({ input: { changes: [{ update: { ...input, disableSessionTags: true } }] } })),
    auditEntry: () => entryIds.map((id) => ({ id })),
    auditTrail: () => [
      { scope: '{ gateway: ALL_ENTRIES }' },
      ...['', ...namespaces].map((namespace) => ({ scope: { cluster: inCluster(namespace) } })),
      ...['alice', 'bob', 'pat', 'chatops'].map((sub) => ({ scope: { principalId: `https://issuer.example#${sub}` } })),
      ...Object.values(associations).map(({ associationArn }) => ({ scope: { associationArn } })),
    ],
    operation: () => operationIds.map((id) => ({ id })),
    approval: () => approvalIds.map((id) => ({ id })),
    approvals: () => [
      ...['', ...namespaces].map((namespace) => ({ scope: { cluster: inCluster(namespace) } })),
      { scope: '{ own: OPEN }' },
    ],
    node: () => (nodeIds[type.name] ?? []).map((id) => ({ id })),
  };
  const sets = given[field];
  if (!sets) throw new Error(`Add the arguments of ${field} to this test.`);
  return sets().map((set) =>
    literal(set as object)
      .slice(1, -1)
      .replaceAll(/"\{(EKS|SCAN)\}"/g, '$1')
      .replaceAll('"{', '{')
      .replaceAll('}"', '}'),
  );
}

const inCluster = (namespace: string) => ({ clusterName: 'apps-dev', ...(namespace === '' ? {} : { namespace }) });

/** The roots from which the last changes beside an approval are followed: they are the same in whatever has the approval. */
const ofApprovals = ['approval', 'approvals', 'node'];

const isFollowed = (path: SchemaPath) =>
  ofApprovals.includes(path[0].field) || !path.some(({ field }) => field === 'recentChanges');

const reads = pathsTo(schema, rootType('Query'), disclosing, maxDepth).filter(isFollowed);

/** A canary or token in an answer: of which namespace, and where. */
interface Disclosure {
  readonly namespace: string;
  readonly place: string;
}

/** What an answer discloses. The token of a namespace is no secret for who asked. */
function disclosuresIn(answer: unknown, as: string, place = ''): Disclosure[] {
  if (typeof answer === 'string') {
    return Object.keys(associations).flatMap((namespace) => [
      ...(answer.includes(canary(namespace)) ? [{ namespace, place }] : []),
      ...(answer.includes(tokenOf(namespace)) && as !== askers[namespace]
        ? [{ namespace: `the token of ${namespace}`, place }]
        : []),
    ]);
  }
  if (Array.isArray(answer)) return answer.flatMap((each) => disclosuresIn(each, as, place));
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([key, value]) => disclosuresIn(value, as, `${place}.${key}`));
}

/** What the answers to paths that begin with the same field of the same type disclose, over all arguments. */
async function disclosedBy(paths: PathsOfField, as: string): Promise<Disclosure[]> {
  const [path] = paths;
  const [{ field, type }] = path;
  // Dry runs write, so each has a request of its own.
  const size = field.startsWith('check') ? 1 : field === 'auditTrail' ? 3 : 15;
  const sets = argumentsOf(path);
  const found: Disclosure[] = [];
  for (let start = 0; start < sets.length; start += size) {
    const fields = sets.slice(start, start + size).map((args, index) => `a${index}: ${field}(${args}) { ...paths }`);
    const query = `{ ${fields.join(' ')} } fragment paths on ${type.name} { ${selectionOf(paths)} }`;
    const answer = await gateway.send<object>(query, {}, as);
    const unexpected = answer.errors?.filter(({ extensions: { code } }) => code !== 'FORBIDDEN') ?? [];
    expect(unexpected).toEqual([]);
    // An error below the root can take with it what another path discloses.
    const isHidden = answer.errors?.some(({ path: at = [] }) => at.length > 1) ?? false;
    if (isHidden && paths.length > 1) return (await Promise.all(paths.map((one) => disclosedBy([one], as)))).flat();
    found.push(...disclosuresIn(answer, as, field));
  }
  return found;
}

const rootFields = [...new Set(reads.map(([{ field }]) => field))];

describe.each(Object.entries(mayView))('%s', (as, namespaces) => {
  test.each(rootFields)('sees only its own namespaces in every path from %s', async (field) => {
    for (const paths of together(reads.filter(([root]) => root.field === field))) {
      const disclosed = await disclosedBy(paths, as);
      expect(disclosed.filter(({ namespace }) => !namespaces.includes(namespace))).toEqual([]);
    }
  });
});

test('every root field discloses both namespaces to a principal that may view both', async () => {
  const disclosed = new Map(rootFields.map((field) => [field, new Set<string>()]));
  for (const paths of together(reads.filter((one) => one.length <= 3))) {
    const [[{ field }]] = paths;
    for (const { namespace } of await disclosedBy(paths, 'pat')) disclosed.get(field)?.add(namespace);
  }
  for (const [field, found] of disclosed) expect([field, [...found].sort()]).toEqual([field, ['payments', 'search']]);
});

describe('a denied mutation', () => {
  const changes = pathsTo(schema, rootType('Mutation'), disclosing, maxDepth).filter(isFollowed);
  const cases = [
    ['alice', 'search'],
    ['bob', 'payments'],
    ['chatops', 'search'],
  ] as const;

  test.each(cases)('of %s does not disclose an association of %s', async (as, namespace) => {
    const { associationId } = associations[namespace] ?? {};
    const inputs: Record<string, object> = {
      createPodIdentityAssociation: {
        ...inCluster(namespace),
        serviceAccount: 'api',
        roleArn: roleArn(`${namespace}/${namespace}-api`),
      },
      ensurePodIdentityAssociation: {
        ...inCluster(namespace),
        ...{ serviceAccount: 'api', declaration: 'any' },
        roleArn: roleArn(`${namespace}/${namespace}-worker`),
      },
      ensureNoPodIdentityAssociation: { ...inCluster(namespace), serviceAccount: 'api', declaration: 'any' },
      updatePodIdentityAssociation: { ...inCluster(''), associationId, disableSessionTags: true },
      deletePodIdentityAssociation: { ...inCluster(''), associationId },
      adoptPodIdentityAssociation: { ...inCluster(''), associationId },
      tagPodIdentityAssociation: { ...inCluster(''), associationId, tags: [stage] },
      untagPodIdentityAssociation: { ...inCluster(''), associationId, tagKeys: [stage.key] },
      approve: { approvalId: approvalIds[namespace === 'payments' ? 0 : 1] },
      reject: { approvalId: approvalIds[namespace === 'payments' ? 0 : 1] },
      withdrawApproval: { approvalId: approvalIds[namespace === 'payments' ? 0 : 1] },
    };
    for (const paths of together(changes)) {
      const [[{ field, type }]] = paths;
      const change = `${field}(input: ${literal(inputs[field] ?? {})}) { ${selectionOf(paths)} }`;
      const answer = await gateway.send<object>(`mutation { ${change} }`, {}, as);
      expect(answer.errors ?? []).toEqual([]);
      expect(answer).toMatchObject({ data: { [field]: { __typename: type.name } } });
      expect(disclosuresIn(answer, as).filter((one) => one.namespace === namespace)).toEqual([]);
    }
  });
});
