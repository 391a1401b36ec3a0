// Quick test: test/graphql/hidden-entries.test.ts.
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { assertEnumType, assertObjectType, buildSchema, getNamedType, isInputObjectType } from 'graphql';
import type { GraphQLField, GraphQLInputObjectType, GraphQLSchema } from 'graphql';
import { noFilters } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openGateway, roleArn, withoutRateLimit } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { lockOperations } from '../support/locks.ts';
import { copyOfShipped, shipped } from '../support/policy-sample.ts';
import { makeClock } from '../support/test-clock.ts';
import { wholeSelection } from './whole-selection.ts';

// Whoever may not view an association must not be able to tell it from an id that does not exist. Two gateways with the same
// associations get the same requests, of which one names an association that exists; then everything that the caller was
// answered, can read afterwards and has made the gateway do must be the same, but for ids and times.

const schema: GraphQLSchema = buildSchema(readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8'));

/** A mutation or dry run of an association that has an id. */
interface Change {
  readonly name: string;
  readonly kind: 'mutation' | 'query';
  readonly input: GraphQLInputObjectType;
  readonly selection: string;
}

function changeOf(kind: Change['kind'], { name, args, type }: GraphQLField<unknown, unknown>): Change[] {
  const input = args.map((one) => getNamedType(one.type)).find(isInputObjectType);
  if (!input?.getFields().associationId) return [];
  // A document may have 500 fields. The entries that are read afterwards have the decision about the delete at an expiry; what policy says of an
  // approval now is only for those who may see it.
  return [
    {
      name,
      kind,
      input,
      selection: wholeSelection(schema, getNamedType(type), 4, [
        'deleteDecision',
        'currentDecision',
        'currentDeleteDecision',
        'Approval.recentChanges',
        // Of the own approval in a dry run: `foreseen-approvals.test.ts`. A document has 500 fields at most.
        ...(kind === 'query' ? ['ApprovalRequired.approval'] : []),
      ]),
    },
  ];
}

const fieldsOf = (type: string) => Object.values(assertObjectType(schema.getType(type)).getFields());
const changes = [
  ...fieldsOf('Mutation').flatMap((field) => changeOf('mutation', field)),
  ...fieldsOf('Query').flatMap((field) => changeOf('query', field)),
];

const namespaces = ['payments', 'search'];

const unknownId = 'a-00000000000000000';
const modifiedAt = '2026-11-01T00:00:00Z';

/** A value of every optional field of an input. */
const optional: Record<string, (namespace: string) => readonly unknown[]> = {
  accountId: () => ['111122223333'],
  region: () => ['eu-central-1'],
  roleArn: (namespace) => [roleArn(`${namespace}/${namespace}-worker`), roleArn('absent/role')],
  targetRoleArn: (namespace) => [roleArn(`${namespace}/${namespace}-api`), null],
  disableSessionTags: () => [true],
  policy: () => [JSON.stringify({ Version: '2012-10-17', Statement: [] }), null],
  expectedModifiedAt: () => [modifiedAt],
  expectedRevision: () => [0, 1],
  tags: (namespace) => [[{ key: 'team', value: namespace }], [{ key: 'stage', value: 'dev' }]],
  tagKeys: () => [['team'], ['stage']],
  expectedTags: (namespace) => [[{ key: 'team', value: namespace }], [], null],
  // Sent first, so that it was used for another request with the next input.
  clientRequestToken: () => ['used'],
  reason: () => ['an incident'],
  declaration: () => ['bindings'],
  expiresAt: () => ['2030-01-01T00:00:00Z', '2020-01-01T00:00:00Z', null],
  onBehalfOf: () => ['alice@example.com', 'bob@example.com', 'nobody'],
};

/** The inputs of a change: the least that is valid, and with each optional field. */
function inputsOf({ input }: Change, associationId: string, namespace: string): object[] {
  const names = Object.values(input.getFields()).map(({ name }) => name);
  const given = { clusterName: 'apps-dev', associationId };
  const needed = {
    roleArn: roleArn('payments/payments-worker'),
    tags: [{ key: 'stage', value: 'dev' }],
    tagKeys: ['stage'],
  };
  const least = { ...given, ...Object.fromEntries(Object.entries(needed).filter(([name]) => names.includes(name))) };
  const others = names.filter((name) => !Object.hasOwn(given, name));
  const missing = others.filter((name) => !optional[name]);
  if (missing.length > 0) throw new Error(`Add values of ${missing.join(', ')} to this test.`);
  const each = others.flatMap((name) =>
    (optional[name]?.(namespace) ?? []).map((value) => ({ ...least, [name]: value })),
  );
  const ofToken = { ...least, clientRequestToken: 'hidden' };
  return [least, ...each, ofToken, ofToken, { ...least, clientRequestToken: 'used', reason: 'another request' }];
}

/** What was seen of a gateway: the answers, and the calls that each cost. */
type Transcript = readonly { readonly request: string; readonly answer: unknown; readonly calls: readonly string[] }[];

interface Seen {
  readonly transcript: Transcript;
  readonly associationIds: readonly string[];
}

let open: { gateway: Gateway; ledger: Ledger; calls: string[] }[] = [];
let policies: string;

beforeAll(() => {
  policies = copyOfShipped();
  copyFileSync(join(shipped, 'examples/role-team-tag.cedar'), join(policies, 'role-team-tag.cedar'));
});

afterEach(async () => {
  for (const { gateway, ledger } of open) {
    await gateway.close();
    ledger.close();
  }
  open = [];
});

afterAll(() => rmSync(policies, { recursive: true }));

/** A gateway with one association of each namespace, and policies that depend on tags of roles. */
async function openWithAssociations() {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const calls: string[] = [];
  const counted = Object.fromEntries(
    Object.entries(ledger).map(([name, method]: [string, (...args: unknown[]) => unknown]) => [
      name,
      (...args: unknown[]) => {
        calls.push(name);
        return method(...args);
      },
    ]),
  ) as unknown as Ledger;
  const settings = { preflight: 'changes', preflightRoles: true, recordTrailReads: true } as const;
  // What is remembered for seconds does not depend on the speed of the machine.
  const clock = makeClock({ isStopped: true });
  const gateway = await openGateway({ ledger: counted, policies, ...settings, clock, change: withoutRateLimit });
  open.push({ gateway, ledger, calls });
  const ids = namespaces.map((namespace) => {
    const name = `${namespace}-api`;
    const where = {
      clusterName: 'apps-dev',
      namespace,
      serviceAccount: 'api',
      roleArn: roleArn(`${namespace}/${name}`),
    };
    return gateway.simulator.control.createAssociation({ ...where, tags: { team: namespace } }).associationId;
  });
  return { gateway, ledger, calls, ids };
}

/** Sends every change of an association of a namespace, and then reads all that the caller can read about it. */
async function seen(as: string, namespace: string, isExisting: boolean): Promise<Seen> {
  const { gateway, ledger, calls, ids } = await openWithAssociations();
  const existingId = ids[namespaces.indexOf(namespace)] ?? '';
  const associationId = isExisting ? existingId : unknownId;
  const transcript: { request: string; answer: unknown; calls: readonly string[] }[] = [];
  const send = async (request: string, query: string, variables: object = {}) => {
    gateway.simulator.control.clearRequests();
    calls.length = 0;
    const answer = await gateway.send<object>(query, variables, as);
    const sent = gateway.simulator.control.requests().map(({ operation }) => String(operation));
    transcript.push({ request, answer, calls: [...calls, ...sent] });
    return answer;
  };
  const sendAll = async ({ name, kind, input, selection }: Change, inputs: readonly object[]) => {
    for (const value of inputs) {
      const query = `${kind} ($input: ${input.name}!) { ${name}(input: $input) { ${selection} } }`;
      await send(`${name} ${JSON.stringify(value)}`, query, { input: value });
    }
  };
  for (const change of changes) await sendAll(change, inputsOf(change, associationId, namespace));
  await lockOperations(ledger).lock({ kind: 'ALL' });
  for (const change of changes) await sendAll(change, inputsOf(change, associationId, namespace).slice(0, 1));
  await readAll(send, { as, associationId, existingRole: roleArn(`${namespace}/${namespace}-api`), ledger });
  return { transcript, associationIds: [existingId, unknownId] };
}

type Send = (request: string, query: string, variables?: object) => Promise<unknown>;

/** Reads all that the caller can read afterwards: the own trail, with every filter, and entries and operations by their ids. */
async function readAll(
  send: Send,
  given: {
    readonly as: string;
    readonly associationId: string;
    readonly existingRole: string;
    readonly ledger: Ledger;
  },
): Promise<void> {
  const { as, associationId, existingRole, ledger } = given;
  const principalId = `https://issuer.example#${as === 'alice-via-chatops' ? 'alice' : as}`;
  const arn = `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${associationId}`;
  const entry = wholeSelection(schema, assertObjectType(schema.getType('AuditEntry')), 3);
  const trail = (args: string, fields: string) =>
    send(`auditTrail ${args}`, `{ auditTrail(${args}) { nodes { ${fields} } pageInfo { hasNextPage } } }`);
  const filters = [
    ...namesOf('AuditEvent').flatMap((event) => [`events: [${event}]`, `events: [${event}], first: 1`]),
    ...namesOf('RefusalCode').map((code) => `refusalCodes: [${code}]`),
    ...namesOf('OperationKind').map((kind) => `operationKinds: [${kind}]`),
    ...[existingRole, roleArn('payments/payments-worker')].map((role) => `roleArn: "${role}"`),
    ...['default-deny', 'owners-view'].map((id) => `policyId: "${id}"`),
  ];
  await trail(`scope: {principalId: "${principalId}"}, first: 1000`, entry);
  for (const filter of filters)
    await trail(`scope: {principalId: "${principalId}"}, ${filter}`, 'id event refusalCode');
  await trail(`scope: {associationArn: "${arn}"}`, entry);
  await send('association', `{ node(id: "${arn}") { id } }`);

  const operation = wholeSelection(schema, assertObjectType(schema.getType('Operation')), 3);
  const partition = { kind: 'principal', principalId } as const;
  const { entries } = await ledger.readTrail({ ...noFilters, partition, limit: 1_000, before: null });
  const kinds = new Map(entries.map((one) => [`${one.operation} ${one.event === 'CHECKED'}`, one]));
  for (const { operationId, entryId } of kinds.values()) {
    for (const filter of ['first: 2', 'events: [DENIED]', 'events: [REFUSED]', 'policyId: "default-deny"']) {
      await trail(`scope: {operationId: "${operationId}"}, ${filter}`, entry);
    }
    await send('operation', `{ operation(id: "${operationId}") { ${operation} } }`);
    await send('entry', `{ auditEntry(id: "${operationId}.${entryId}") { ${entry} } }`);
    await send('node', `{ node(id: "${operationId}.${entryId}") { ... on AuditEntry { ${entry} } } }`);
  }
}

function namesOf(type: string): string[] {
  return assertEnumType(schema.getType(type))
    .getValues()
    .map(({ name }) => name);
}

/** A transcript without what differs between any two requests: ids, times, and the id that was asked for. */
function comparable({ transcript, associationIds }: Seen): unknown[] {
  const text = associationIds.reduce((all, id) => all.replaceAll(id, 'ID'), JSON.stringify(transcript));
  const texts = text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, 'ULID')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, 'UUID')
    .replaceAll(/"(apiRequestId|requestId)":"[^"]*"/g, '"$1":"ANY"');
  return JSON.parse(texts) as unknown[];
}

const callers = [
  ['bob', 'payments'],
  ['alice-via-chatops', 'search'],
  ['chatops', 'search'],
] as const;

test('every change of an association by its id is among those that are compared', () => {
  expect(changes.map(({ name }) => name)).toEqual([
    'updatePodIdentityAssociation',
    'deletePodIdentityAssociation',
    'adoptPodIdentityAssociation',
    'tagPodIdentityAssociation',
    'untagPodIdentityAssociation',
    'checkUpdatePodIdentityAssociation',
    'checkDeletePodIdentityAssociation',
    'checkAdoptPodIdentityAssociation',
    'checkTagPodIdentityAssociation',
    'checkUntagPodIdentityAssociation',
  ]);
});

test.each(callers)(
  '%s can’t tell an association of %s from an id that does not exist: by answers, by calls, or by the own trail',
  async (as, namespace) => {
    const existing = await seen(as, namespace, true);
    const absent = await seen(as, namespace, false);
    const invalid = existing.transcript.filter(({ answer }) => JSON.stringify(answer).includes('VALIDATION_FAILED'));
    expect(invalid).toEqual([]);
    const [one, other] = [comparable(existing), comparable(absent)];
    // The first difference alone: that of all would take a minute to print.
    const first = one.findIndex((answered, index) => !isDeepStrictEqual(answered, other[index]));
    expect(one[first]).toEqual(other[first]);
    expect(one).toHaveLength(other.length);
  },
);
