import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertObjectType, buildSchema, getNamedType, isObjectType } from 'graphql';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { makeDirectory } from '../../src/policy/inventory/directory.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText } from '../../src/policy/load.ts';
import { askingFor, security } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { home, openGateway, roleArn, withoutRateLimit } from '../support/gateway.ts';
import type { Answered, Gateway } from '../support/gateway.ts';
import { shipped } from '../support/policy-sample.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8'));

/** A field that answers in pages, as `<type>.<field>`. */
const connections = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
  .flatMap((type) =>
    Object.values(assertObjectType(type).getFields()).flatMap((field) => {
      const answer = getNamedType(field.type);
      return isObjectType(answer) && 'pageInfo' in answer.getFields() ? [`${type.name}.${field.name}`] : [];
    }),
  );

interface Pages {
  /** Arguments, as in a document: of a query, and of another one. */
  readonly of: string;
  readonly other: string;
  /** Who reads the pages, and who may read them too. */
  readonly as: string;
  readonly otherPrincipal: string;
  /** The document around the field; by default, it is a query. */
  readonly within?: (field: string) => string;
}

const inDev = 'clusterName: "apps-dev"';
const inPayments = `${inDev}, namespace: "payments"`;
const ofAlice = 'https://issuer.example#alice';
const byOwner = { as: 'alice', otherPrincipal: 'pat' };
const hidden = Array.from({ length: 450 }, (_, index) => `hidden-${'x'.repeat(index % 40)}${index}`);

let ledger: ReturnType<typeof makeSqliteLedger>;
let gateway: Gateway;
let names: readonly string[];
let arn = '';

/** How each connection is read. `alice` owns payments, and may not see what is in search or in hidden namespaces. */
const pages: Record<string, () => Pages> = {
  'Query.podIdentityAssociations': () => ({
    of: inPayments,
    other: `${inPayments}, serviceAccount: "one"`,
    ...byOwner,
  }),
  'Query.associationDrift': () => ({ of: inPayments, other: `${inPayments}, source: SCAN`, ...byOwner }),
  'Query.associations': () => ({ of: '', other: `filter: { ${inPayments} }`, ...byOwner }),
  'Query.auditTrail': () => ({
    of: `scope: { cluster: { ${inPayments} } }`,
    other: `scope: { principalId: "${ofAlice}" }`,
    ...byOwner,
  }),
  'Query.policies': () => ({ of: '', other: 'comparedWith: PACKAGE', as: 'olivia', otherPrincipal: 'pat' }),
  'Query.approvals': () => ({ of: '', other: `scope: { cluster: { ${inPayments} } }`, ...byOwner }),
  'Query.clusters': () => ({ of: '', other: '', ...byOwner }),
  'Query.namespaces': () => ({ of: inDev, other: 'clusterName: "apps-prod"', ...byOwner }),
  'PodIdentityAssociation.auditTrail': () => ({
    of: '',
    other: '',
    ...byOwner,
    within: (field) => `node(id: "${arn}") { ... on PodIdentityAssociation { ${field} } }`,
  }),
};

beforeAll(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  const asked: Asked = { needs: [] };
  const asking = askingFor(asked);
  const inventory = JSON.parse(readInventoryText(shipped)) as { readonly namespaces: object[] };
  const namespaces = [...hidden.map((name) => ({ name, owners: ['other-team'] })), ...inventory.namespaces];
  const directory = makeDirectory(parseInventory(JSON.stringify({ ...inventory, namespaces })));
  gateway = await openGateway({ ledger, change: (deps) => ({ ...asking(withoutRateLimit(deps)), directory }) });
  for (const [namespace, owner] of [
    ['payments', 'alice'],
    ['search', 'bob'],
  ] as const) {
    for (const serviceAccount of ['one', 'two', 'three']) {
      const fields = { namespace, serviceAccount, roleArn: roleArn(`${namespace}/${namespace}-api`) };
      const { association } = await gateway.create({ ...fields, clientRequestToken: serviceAccount }, owner);
      arn = owner === 'alice' ? (association?.associationArn ?? '') : arn;
      const outside = { clusterName: 'apps-dev', ...fields, serviceAccount: `${serviceAccount}-outside` };
      gateway.simulator.control.createAssociation(outside);
      asked.needs = [security];
      const held = {
        ...fields,
        serviceAccount: `${serviceAccount}-held`,
        clientRequestToken: `${serviceAccount} held`,
      };
      await gateway.create(held, owner);
      asked.needs = [];
    }
  }
  gateway.clock.skip(60_000);
  const scanned = { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() };
  await scan(scanned, defaultScanSettings, gateway.clock.now() + 50_000);
  const policyIds = [...readFileSync(join(shipped, 'access.cedar'), 'utf8').matchAll(/@id\("(.*)"\)/g)].map(
    ([, id = '']) => id,
  );
  const ids = gateway.simulator.control.associations().map(({ associationId }) => associationId);
  names = [
    ...Object.values(home),
    'apps-dev',
    'apps-prod',
    'payments',
    'search',
    'hidden',
    '-outside',
    '-held',
    'alice',
  ];
  names = [...names, 'offset', 'token', 'phase', ...policyIds, ...ids];
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

interface Page {
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const pageFields = '{ edges { cursor } pageInfo { hasNextPage startCursor endCursor } }';

function pagesOf(connection: string): Pages {
  const found = pages[connection];
  if (!found) throw new Error(`${connection} has no pages here.`);
  return found();
}

function read(connection: string, after: string | null, change: Partial<Pages> = {}): Promise<Answered<object>> {
  const { of, as, within = (field: string) => field } = { ...pagesOf(connection), ...change };
  const [, field] = connection.split('.');
  const document = `query ($after: String) { ${within(`page: ${field}(first: 1, after: $after, ${of}) ${pageFields}`)} }`;
  return gateway.send(document, { after }, as);
}

function pageIn({ data, errors }: Answered<object>): Page {
  const { page, node } = (data ?? {}) as { page?: Page; node?: { page: Page } };
  const found = page ?? node?.page;
  if (!found) throw new Error(JSON.stringify(errors));
  return found;
}

/** All cursors of all pages. */
async function readAll(connection: string): Promise<{ readonly cursors: readonly string[]; readonly empty: number }> {
  const cursors: string[] = [];
  let empty = 0;
  for (let after: string | null = null; ;) {
    const { edges, pageInfo } = pageIn(await read(connection, after));
    const ofPage = [...edges.map(({ cursor }) => cursor), pageInfo.startCursor, pageInfo.endCursor];
    cursors.push(...ofPage.filter((one) => one !== null));
    if (edges.length === 0 && pageInfo.hasNextPage) empty += 1;
    if (!pageInfo.hasNextPage) return { cursors, empty };
    after = pageInfo.endCursor;
  }
}

/** A cursor as it is, and decoded in every usual way. */
function readings(cursor: string): string[] {
  const parts = [cursor, ...cursor.split(/[.~:]/)];
  const decoded = parts.flatMap((part) =>
    (['base64', 'base64url', 'hex'] as const).flatMap((encoding) => {
      const bytes = Buffer.from(part, encoding);
      return [bytes.toString('utf8'), bytes.toString('latin1'), bytes.toString('utf16le')];
    }),
  );
  return [...parts, ...decoded];
}

test('every connection of the schema has pages here', () => {
  expect(connections.sort()).toEqual(Object.keys(pages).sort());
});

describe.each(connections)('%s', (connection) => {
  test('has cursors without any name, of one length', async () => {
    const { cursors } = await readAll(connection);
    expect(cursors.length).toBeGreaterThan(1);
    const found = cursors.flatMap(readings).flatMap((text) => names.filter((name) => text.includes(name)));
    expect(found).toEqual([]);
    expect(new Set(cursors.map(({ length }) => length)).size).toBe(1);
  });

  test('rejects every cursor of another principal, of another query, and one that was changed, in one way', async () => {
    const { edges, pageInfo } = pageIn(await read(connection, null));
    const cursor = edges[0]?.cursor ?? pageInfo.endCursor ?? '';
    expect((await read(connection, cursor)).errors).toBeUndefined();
    const { other, of, otherPrincipal } = pagesOf(connection);
    const otherConnection = connection === 'Query.clusters' ? 'Query.namespaces' : 'Query.clusters';
    const foreign = pageIn(await read(otherConnection, null)).pageInfo.endCursor;
    const position = Math.floor(cursor.length / 2);
    const changed = `${cursor.slice(0, position)}${cursor[position] === 'A' ? 'B' : 'A'}${cursor.slice(position + 1)}`;
    const forged = Buffer.from(JSON.stringify([1, '', 'hidden-'])).toString('base64url');
    const answers = [
      await read(connection, cursor, { as: otherPrincipal }),
      ...(other === of ? [] : [await read(connection, cursor, { of: other })]),
      ...(await Promise.all([foreign, changed, forged, cursor.slice(1), ''].map((one) => read(connection, one)))),
    ];
    const expected = { path: 'after', rule: 'cursor', message: 'after is not a valid cursor, or is incomplete.' };
    for (const { errors } of answers) {
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', findings: [expected] } }]);
    }
  });
});

test('an empty page has a cursor that does not tell which namespaces were examined', async () => {
  const { cursors, empty } = await readAll('Query.namespaces');
  expect(empty).toBeGreaterThan(1);
  expect(new Set(cursors.map(({ length }) => length)).size).toBe(1);
});

test('equal positions of a principal have equal cursors, and those of others have not', async () => {
  const first = async (as: string) => pageIn(await read('Query.associations', null, { as })).edges[0]?.cursor;
  expect(await first('alice')).toBe(await first('alice'));
  expect(await first('alice')).not.toBe(await first('pat'));
});
