import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateRequest } from '../../src/model/association.ts';
import { decideAgain } from '../../src/policy/again.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import type { Asker } from '../../src/policy/policy.ts';
import { alice, asker, copyOfShipped, create, replaceIn, request, run, service } from './sample.ts';

let folder: string;

beforeEach(() => {
  folder = copyOfShipped();
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Decides with the folder's policies and writes an entry as the ledger keeps it. */
function entry(change: Partial<CreateRequest> = {}, who: Asker = asker(alice)): string {
  const file = join(folder, 'entry.json');
  const decision = loadPolicy(folder).decide(who, create(change));
  const content = {
    ...who.caller,
    event: 'INTENT',
    onBehalfOf: who.onBehalfOf,
    reason: who.hasReason ? 'because' : null,
    time: new Date(who.now).toISOString(),
    request: { ...request, ...change },
    decision,
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

test.each<[string, Partial<CreateRequest>]>([
  ['allowed', {}],
  ['denied by guardrails', { serviceAccount: 'default', tags: [] }],
  ['denied by default', { namespace: 'orders', roleArn: 'arn:aws:iam::111122223333:role/pods/orders/x' }],
  ['denied for the cluster', { clusterName: 'apps-test' }],
])('a decision that was %s comes out the same', (_what, change) => {
  const { same, report } = decideAgain(entry(change), folder);
  expect(same).toBe(true);
  expect(report).toContain('The same decision, by the same policies.');
});

test('all circumstances are taken from the entry', () => {
  writeFileSync(
    join(folder, 'own.cedar'),
    `@id("own") permit (principal is PodIdentity::Service, action, resource) when {
       context has onBehalfOf && context.onBehalfOf == "bob@example.com" && context.hasReason &&
       context.now == datetime("2026-11-02T09:00:00.123Z") &&
       context has sourceAddress && context.sourceAddress == ip("203.0.113.7") &&
       context has actor && context.actor == PodIdentity::Service::"front" };`,
  );
  const who = asker(service('https://issuer.example#chatops'), {
    actor: service('front'),
    onBehalfOf: 'bob@example.com',
    hasReason: true,
    now: Date.parse('2026-11-02T09:00:00.123Z'),
    sourceAddress: '203.0.113.7',
  });
  const { same, report } = decideAgain(entry({ clusterName: 'apps-prod' }, who), folder);
  expect(report).toContain('again:    allowed by own, owners-create');
  expect(same).toBe(true);
});

test('the recorded slice counts, not the inventory of today', () => {
  const file = entry();
  replaceIn(join(folder, 'inventory.json'), '["payments-team"]', '[]');
  expect(decideAgain(file, folder).same).toBe(true);
});

test('another decision by other policies is called so, and the command fails', () => {
  const file = entry();
  replaceIn(join(folder, 'guardrails.cedar'), 'serviceAccount == "default"', 'serviceAccount == "payments-api"');
  const { status, out } = run('again.ts', file, folder);
  expect(status).toBe(1);
  expect(out).toContain('recorded: allowed by owners-create');
  expect(out).toContain('again:    denied by no-default-service-account');
  expect(out).toContain('Another decision, by other policies.');
});

test('what is wrong with an entry is said, and that none is named', () => {
  const file = join(folder, 'entry.json');
  writeFileSync(file, JSON.stringify({ time: '2026-11-02T09:00:00.000Z' }));
  expect(() => decideAgain(file, folder)).toThrow('request: is missing');
  const { status, err } = run('again.ts');
  expect(status).toBe(1);
  expect(err).toContain('Name an entry');
});
