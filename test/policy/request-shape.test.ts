import { makeCedar } from '../../src/policy/cedar/instance.ts';
import { shapeOf } from '../../src/policy/cedar/request-shape.ts';
import type { CedarRequest } from '../../src/policy/cedar/request.ts';
import { makeCedarHost } from '../../src/policy/cedar/cedar.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { toCedar } from '../../src/policy/entities/entities.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { sliceFor } from '../../src/policy/entities/slice.ts';
import { alice, context, create, shipped } from '../support/policy-sample.ts';

const sources = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
const { cedar } = makeCedar();
cedar.preparseSchema('schema', compilePolicies(sources).schema);
cedar.preparsePolicySet('none', { staticPolicies: {} });

const who = context(alice, { sourceAddress: '192.0.2.1' });
const requestOf = (given: Parameters<typeof create>[0] = {}): CedarRequest =>
  toCedar(who, create(given), sliceFor(inventory, who, create(given)));
const aCreate = requestOf();

/** Whether Cedar finds a request valid. */
const isValid = (request: CedarRequest) =>
  cedar.statefulIsAuthorized({
    preparsedPolicySetId: 'none',
    preparsedSchemaName: 'schema',
    validateRequest: true,
    ...request,
  }).type === 'success';

/** What the types of the gateway leave no other value for. */
const structure: readonly string[] = ['attrs', 'parents', 'tags', 'uid', '__entity', '__extn'];

/** The value with another one in the place of each value in it. */
function* changed(value: unknown, other: unknown): Generator {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) {
    const inner = structure.includes(key) ? changed(one, other) : [other, ...changed(one, other)];
    for (const part of inner) {
      yield Array.isArray(value) ? value.with(Number(key), part) : { ...value, [key]: part };
    }
  }
}

const others = ['other', 'bro\ud800ken', 7, 7.5, true, null, [], ['other'], {}, { __entity: aCreate.principal }];

test.each(others)(
  'a request that is not valid has another shape than one that is, with %j in the place of any value',
  (other) => {
    expect(isValid(aCreate)).toBe(true);
    const shape = shapeOf(aCreate);
    let compared = 0;
    for (const part of ['context', 'entities'] as const) {
      for (const one of changed(aCreate[part], other)) {
        const request = { ...aCreate, [part]: one };
        let changedShape: string | null = null;
        try {
          changedShape = shapeOf(request);
        } catch {
          // Not a request.
        }
        if (changedShape === shape && !isValid(request)) throw new Error(JSON.stringify(one));
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(60);
  },
);

test('requests for other service accounts, tags and times have the same shape, for another action or without a tag another one', () => {
  const tag = (key: string, value: string) => ({ key, value });
  const tagged = shapeOf(requestOf({ tags: [tag('team', 'payments')] }));
  expect(shapeOf(requestOf({ serviceAccount: 'other', tags: [tag('cost', '7'), tag('team', 'b')] }))).toBe(tagged);
  expect(shapeOf(requestOf({ tags: [] }))).not.toBe(tagged);
  const update = { ...aCreate, action: { ...aCreate.action, id: 'UpdatePodIdentityAssociation' } };
  expect(shapeOf(update)).not.toBe(shapeOf(aCreate));
});

test('an engine validates one request of each shape, and no other one passes unvalidated', () => {
  const validated: boolean[] = [];
  const host = makeCedarHost(() => {
    const one = makeCedar().cedar;
    const statefulIsAuthorized: typeof one.statefulIsAuthorized = (call) => {
      validated.push(call.validateRequest ?? false);
      return one.statefulIsAuthorized(call);
    };
    return { ...one, statefulIsAuthorized };
  });
  const engine = makeEngine(compilePolicies(sources), host);
  const results = [aCreate, requestOf({ serviceAccount: 'other' })].map((request) => engine.evaluate(request));
  expect(results).toEqual([results[0], results[0]]);
  const invalid = { ...aCreate, context: { ...aCreate.context, hour: 'noon' } };
  expect(engine.evaluate(invalid)).toMatchObject({ kind: 'failed', policyIds: [] });
  expect(validated).toEqual([true, false, true]);
});
