import fc from 'fast-check';
import { leastRetentionMs } from '../../../../src/idempotency/times.ts';
import { keyOf } from '../../src/declaration/declaration.ts';
import { expand } from '../../src/declaration/expand.ts';
import { inverseDeclaration } from '../../src/declaration/inverse.ts';
import { isTooOld, planRefusal, planText, readPlan, tokenOf } from '../../src/declaration/plan-file.ts';
import type { PlanContent } from '../../src/declaration/plan-file.ts';
import { readDeclaration } from '../../src/declaration/read.ts';
import { declarationText } from '../../src/declaration/write.ts';

const target = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
};
const state = {
  roleArn: 'arn:aws:iam::111122223333:role/a',
  targetRoleArn: null,
  disableSessionTags: false,
  policy: null,
  tags: { team: 'payments' },
};
const now = Date.parse('2026-11-27T10:00:00Z');
const change = {
  ...({ action: 'update', target, associationId: 'a-1', before: state, reason: null, expectedRevision: null } as const),
  after: { ...state, roleArn: 'arn:aws:iam::111122223333:role/b' },
  expectedModifiedAt: '2026-11-27T09:00:00.000Z',
};
const content: PlanContent = {
  planId: 'one',
  createdAt: '2026-11-27T10:00:00.000Z',
  gateway: 'https://gateway.example',
  principalId: 'https://issuer.example#alice',
  onBehalfOf: null,
  declaration: 'payments',
  changes: [change],
  denied: [],
  unchanged: [{ target: { ...target, serviceAccount: 'worker' }, state }],
  leftOver: [],
  clusterSizes: {},
};
const alice = { gateway: content.gateway, principalId: content.principalId, now };

test('a plan is read as it was written, in any layout of its JSON', () => {
  const plan = readPlan(planText(content));
  expect(plan).toMatchObject(content);
  expect(readPlan(JSON.stringify(JSON.parse(planText(content))))).toEqual(plan);
});

test('a plan is too old before any gateway forgets the results of its tokens, also with clocks that are an hour wrong', () => {
  const clockError = 3_600_000;
  const plan = { createdAt: new Date(now + clockError).toISOString() };
  expect(isTooOld(plan, now + leastRetentionMs - clockError)).toBe(true);
  expect(isTooOld(plan, now + leastRetentionMs - clockError - 1)).toBe(false);
});

test.each([
  ['an edited role', (text: string) => text.replace('role/b', 'role/admin')],
  ['a later time', (text: string) => text.replace('2026-11-27T10', '2026-11-28T10')],
  ['another principal', (text: string) => text.replace('#alice', '#bob')],
  ['an edited id', (text: string) => text.replace('"one"', '"two"')],
  ['another format', (text: string) => text.replace('plan/1', 'plan/2')],
  ['a truncated file', (text: string) => text.slice(0, -10)],
  ['no plan', () => '[]'],
])('a plan with %s is rejected', (_, edit) => {
  expect(() => readPlan(edit(planText(content)))).toThrow(/plan/);
});

test.each([
  ['its principal within a day', {}, null],
  ['its principal just before a day is over', { now: now + 86_399_999 }, null],
  ['its principal after a day', { now: now + 86_400_000 }, 'older than 24 hours'],
  ['its principal with a clock of yesterday', { now: now - 86_400_000 }, 'older than 24 hours'],
  ['another principal', { principalId: 'https://issuer.example#bob' }, 'plan again'],
  ['its principal at another gateway', { gateway: 'https://other.example' }, 'https://other.example'],
])('a plan is checked for %s', (_, given, refusal) => {
  const found = planRefusal(readPlan(planText(content)), { ...alice, ...given });
  if (refusal === null) expect(found).toBeNull();
  else expect(found).toContain(refusal);
});

test('a plan with a change that is permitted as a dry run only cannot be applied, by anyone', () => {
  const plan = readPlan(planText({ ...content, changes: [change, { ...change, onlyAsDryRun: true }] }));
  for (const given of [{}, { principalId: 'https://issuer.example#bob' }]) {
    expect(planRefusal(plan, { ...alice, ...given })).toBe(
      'Policy allowed https://issuer.example#alice to plan 1 of the changes, and not to make them: plan again as a principal who may.',
    );
  }
});

test('tokens are the same for every run of a plan, and differ by plan, action and service account', () => {
  const [plan, later] = [{ planId: 'one' }, { planId: 'two' }];
  expect(tokenOf(plan, change)).toBe(tokenOf(readPlan(planText(content)), change));
  const other = { ...change, target: { ...target, serviceAccount: 'worker' } };
  const tokens = [
    tokenOf(plan, change),
    tokenOf(later, change),
    tokenOf(plan, other),
    tokenOf(plan, { action: 'delete', target }),
  ];
  expect(new Set(tokens).size).toBe(4);
  for (const token of tokens) expect(token).toMatch(/^plan-[0-9a-f]{64}$/);
});

/** The associations that a declaration's text wants in one cluster, by their keys. */
function wantedBy(text: string, clusterNames: readonly string[]) {
  const read = readDeclaration([{ file: 'a.yaml', text }]);
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
  const { accountId, region } = target;
  const clusters = clusterNames.map((clusterName) => ({
    accountId,
    region,
    clusterName,
    environment: 'dev',
    namespaces: [],
  }));
  const { desired, problems } = expand(read.declaration, clusters);
  expect(problems).toEqual([]);
  const states = desired.map(({ roleArn, targetRoleArn, disableSessionTags, policy, tags, ...one }) => {
    return [keyOf(one), { roleArn, targetRoleArn, disableSessionTags, policy, tags }] as const;
  });
  return new Map(states);
}

test('the inverse of a plan declares what was before, also of what stays, is denied or left over', () => {
  const created = { ...change, action: 'create' as const, target: { ...target, namespace: 'new' }, before: null };
  const others = ['denied', 'left-over'].map((serviceAccount) => ({ target: { ...target, serviceAccount }, state }));
  const denied = others
    .slice(0, 1)
    .map((one) => ({ target: one.target, before: state, action: null, reasons: ['No.'] }));
  const plan = readPlan(planText({ ...content, changes: [change, created], denied, leftOver: others.slice(1) }));
  const wanted = wantedBy(inverseDeclaration(plan), ['apps-dev']);
  expect([...wanted.keys()].map((key) => key.split('/').slice(3).join('/'))).toEqual([
    'payments/api',
    'payments/denied',
    'payments/left-over',
    'payments/worker',
  ]);
  expect([...wanted.values()]).toEqual([state, state, state, state]);
});

test('a written declaration means exactly the associations that were written', () => {
  const texts = fc.constantFrom('0123', 'true', '~', 'a: b', '# c', 'ü', '', 'payments', "it's", '1e3', '{x}');
  const states = fc.record({
    roleArn: fc.constantFrom('arn:aws:iam::111122223333:role/a', 'arn:aws:iam::111122223333:role/p/b'),
    targetRoleArn: fc.constantFrom(null, 'arn:aws:iam::444455556666:role/t'),
    disableSessionTags: fc.constant(true),
    policy: fc.constantFrom(null, '{"Statement": []}'),
    tags: fc.dictionary(
      texts.filter((text) => text !== ''),
      texts,
      { maxKeys: 3 },
    ),
  });
  const targets = fc.record({
    clusterName: fc.constantFrom('apps-dev', 'apps-prod', '1'),
    namespace: fc.constantFrom('payments', '0123', 'null'),
    serviceAccount: fc.constantFrom('api', '1e3', 'true', 'worker'),
  });
  const items = fc.record({ target: targets, state: states });
  const selector = (item: { target: object }) => JSON.stringify(item.target);
  fc.assert(
    fc.property(fc.uniqueArray(items, { selector, maxLength: 20 }), fc.boolean(), (written, isFull) => {
      const full = written.map((one) => ({ ...one, target: { ...target, ...one.target } }));
      const expected = full.map((one) => [keyOf(one.target), one.state] as const);
      const text = declarationText('n', isFull ? full : written);
      expect(wantedBy(text, ['apps-dev', 'apps-prod', '1'])).toEqual(new Map(expected));
    }),
  );
});
