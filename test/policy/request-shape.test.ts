import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { makeCedarHost } from '../../src/policy/cedar/cedar.ts';
import { makeCedar } from '../../src/policy/cedar/instance.ts';
import type { Cedar } from '../../src/policy/cedar/instance.ts';
import type { CedarRequest } from '../../src/policy/cedar/request.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { toCedar } from '../../src/policy/entities/entities.ts';
import { sliceFor } from '../../src/policy/entities/slice.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { alice, context, create, person, shipped } from '../support/policy-sample.ts';

const policySet = compilePolicies(readPolicySources(shipped));
const inventory = parseInventory(readInventoryText(shipped));

type Call = Parameters<Cedar['statefulIsAuthorized']>[0];

/** An engine that has evaluated a valid create, and what it asks Cedar for from then on. */
function experiencedEngine(schema = policySet.schema, keepsDenials = false) {
  const calls: Call[] = [];
  const host = makeCedarHost(() => {
    const { cedar } = makeCedar();
    return {
      ...cedar,
      statefulIsAuthorized: (call) => {
        calls.push(call);
        return cedar.statefulIsAuthorized(call);
      },
    };
  });
  const engine = makeEngine({ ...policySet, schema }, host, keepsDenials);
  expect(engine.evaluate(aCreate)).toMatchObject({ kind: 'decided', allowed: true });
  calls.length = 0;
  return { engine, calls };
}

function createBy(who: Parameters<typeof context>[0], change: Parameters<typeof create>[0] = {}, now?: number) {
  const asked = context(who, { sourceAddress: '192.0.2.1', ...(now !== undefined && { now }) });
  return toCedar(asked, create(change), sliceFor(inventory, asked, create(change)));
}

const aCreate = createBy(alice);

/** The create, with another value of one attribute of an entity. */
const withAttribute = (type: string, name: string, value: string | number | null): CedarRequest => ({
  ...aCreate,
  entities: aCreate.entities.map((entity) =>
    'type' in entity.uid && entity.uid.type === `PodIdentity::${type}`
      ? { ...entity, attrs: { ...entity.attrs, [name]: value } }
      : entity,
  ),
});

const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/other';

test.each<readonly [string, CedarRequest]>([
  ['name and tags', createBy(alice, { serviceAccount: 'other', tags: [{ key: '__entity', value: '' }] })],
  ['its role', createBy(alice, { roleArn })],
  ['its principal', createBy(person('mallory', 'payments-team', 'other-team'))],
  ['its time', createBy(alice, {}, Date.parse('2031-05-06T07:08:09Z'))],
])('a create that differs from a valid one only in %s is not validated again', (_, request) => {
  const { engine, calls } = experiencedEngine();
  expect(engine.evaluate(request)).toEqual(makeEngine(policySet).evaluate(request));
  expect(calls.map(({ validateRequest = false }) => validateRequest)).not.toContain(true);
});

test.each<readonly [string, CedarRequest]>([
  ['a type of principal', { ...aCreate, principal: { ...aCreate.principal, type: 'PodIdentity::Cluster' } }],
  ['an action', { ...aCreate, action: { ...aCreate.action, id: 'Other' } }],
  ['an attribute of the context', { ...aCreate, context: { ...aCreate.context, other: 1 } }],
  ['an IP address', { ...aCreate, context: { ...aCreate.context, sourceAddress: extension('ip', '256.0.2.1') } }],
  ['a function', { ...aCreate, context: { ...aCreate.context, now: extension('ip', '192.0.2.1') } }],
  [
    'a time',
    { ...aCreate, context: { ...aCreate.context, now: extension('datetime', '+012345-01-01T00:00:00.000Z') } },
  ],
  ['an attribute of an entity', withAttribute('Namespace', 'other', 1)],
  ['the type of a text', withAttribute('Association', 'qualifiedName', 1)],
  ['null as a text', withAttribute('Association', 'qualifiedName', null)],
  ['a fraction', { ...aCreate, context: { ...aCreate.context, hour: 1.5 } }],
])('a create with %s that is not valid fails, also after a valid one', (_, request) => {
  const { engine } = experiencedEngine();
  expect(makeEngine(policySet).evaluate(request)).toMatchObject({ kind: 'failed', policyIds: [] });
  expect(engine.evaluate(request)).toMatchObject({ kind: 'failed', policyIds: [] });
});

test('a create with a text that Cedar cannot read throws, also after a valid one', () => {
  const { engine } = experiencedEngine();
  expect(() => engine.evaluate(withAttribute('Association', 'qualifiedName', '\ud800'))).toThrow('hex escape');
});

const otherRole = { roleArn: 'arn:aws:iam::111122223333:role/pods/search/other' };

/** The create, in a cluster of another name. */
const inOtherCluster = JSON.parse(JSON.stringify(aCreate).replaceAll(/apps-(dev|prod)/g, 'another')) as CedarRequest;

test('Cedar evaluates once creates that differ only in what no policy reads, which it allows', () => {
  const { engine, calls } = experiencedEngine();
  const first = engine.evaluate(aCreate);
  calls.length = 0;
  expect(inOtherCluster).not.toEqual(aCreate);
  expect(engine.evaluate(inOtherCluster)).toEqual(first);
  expect(calls).toEqual([]);
  expect(engine.evaluate(createBy(alice, otherRole))).toMatchObject({ allowed: false });
  expect(engine.evaluate(createBy(person('mallory')))).toMatchObject({ allowed: false });
  expect(calls).toHaveLength(2);
});

test.each([
  [false, 2],
  [true, 1],
])('with keepsDenials %j, Cedar evaluates a denied create that is repeated %i times', (keepsDenials, times) => {
  const { engine, calls } = experiencedEngine(policySet.schema, keepsDenials);
  const [first, second] = [0, 1].map(() => engine.evaluate(createBy(alice, otherRole)));
  expect(first).toMatchObject({ kind: 'decided', allowed: false });
  expect(second).toEqual(first);
  expect(calls).toHaveLength(times);
});

function extension(fn: string, arg: string) {
  return { __extn: { fn, arg } };
}

test('with a schema that lists the ids of a type, every request is validated', () => {
  const schema: SchemaJson<string> = structuredClone(policySet.schema);
  const types = schema.PodIdentity?.entityTypes ?? {};
  types.Account = { enum: aCreate.entities.flatMap(({ parents }) => parents.flatMap(accountIn)) };
  const { engine } = experiencedEngine(schema);
  const moved = JSON.parse(
    JSON.stringify(aCreate, (_, value: unknown) => (accountIn(value).length > 0 ? { type: account, id: '1' } : value)),
  ) as CedarRequest;
  expect(engine.evaluate(moved)).toMatchObject({ kind: 'failed', policyIds: [] });
});

const account = 'PodIdentity::Account';

function accountIn(value: unknown): [string] | [] {
  const { type, id } = (value ?? {}) as { readonly type?: string; readonly id?: string };
  return type === account && id !== undefined ? [id] : [];
}
