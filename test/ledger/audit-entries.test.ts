import { auditContextOfReconciler, findIntent, makeEntry, recordEntry } from '../../src/ledger/audit-entry.ts';
import { bytesOf } from '../../src/ledger/entry-size.ts';
import { asAnswered, isHidden } from '../../src/ledger/hidden-entry.ts';
import type { HiddenAssociation } from '../../src/ledger/hidden-entry.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditContext, AuditEntry } from '../../src/model/audit.ts';
import type { Decision } from '../../src/model/decision.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openLedgerForAllTests } from '../support/each-test.ts';
import { appendAll, association, auditEntry, biggestTags, request } from '../support/ledger-samples.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import { admittedCreate, dependenciesOn } from '../support/mutations.ts';

describe('sizes of entries', () => {
  /** The most bytes of an entry of a request that changed nothing, and of one of a change. */
  const [maxBytes, maxChangeBytes] = [16_384, 262_144];

  const roleArn = `arn:aws-us-gov:iam::111122223333:role/${'p'.repeat(510)}/${'r'.repeat(64)}`;
  // JSON needs two bytes for each of these characters.
  const sessionPolicy = '"'.repeat(2_048);
  const longestSettings = { roleArn, targetRoleArn: roleArn, policy: sessionPolicy, tags: biggestTags() };
  const clusterName = 'c'.repeat(100);
  const longestTarget = { clusterName, namespace: 'n'.repeat(63), serviceAccount: 's'.repeat(253) };

  const decision: Decision = {
    allowed: true,
    failed: false,
    now: 0,
    policyIds: ['owners-create'],
    violations: [],
    policySetHash: 'a'.repeat(64),
    inventoryHash: 'b'.repeat(64),
    slice: {
      cluster: {
        ...{ accountId: '111122223333', region: 'eu-central-1', clusterName },
        ...{ environment: 'production', production: true, targetRoleAccounts: [] },
      },
      namespace: { name: 'shop', owners: ['shop'], system: false, rolePaths: [], roleArns: [] },
      services: [],
      timeZone: 'UTC',
    },
  };

  const { principal, target } = auditEntry();

  /** The largest context of a valid request: an update would have no tags of its own, so this is more than any request needs. */
  const largest: AuditContext = {
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    principal: {
      ...principal,
      id: 'i'.repeat(2_048),
      groups: Array.from({ length: 50 }, (_, index) => `group-${index}`),
    },
    actor: { ...principal, id: 'a'.repeat(2_048) },
    onBehalfOf: '🦜'.repeat(256),
    sourceAddress: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    userAgent: 'u'.repeat(10_240),
    apiRequestId: 'JKJaXmPLvHcESHA=',
    target: target && { ...target, ...longestTarget },
    request: request({ ...longestSettings, ...longestTarget }),
    before: association({ ...longestSettings, ...longestTarget, ownerArn: roleArn, externalId: 'e'.repeat(64) }),
    invalidInput: null,
    findings: [],
    reason: '🦜'.repeat(1_024),
    declaration: '🦜'.repeat(128),
    decision,
  };

  let ledger: Ledger;
  openLedgerForAllTests((opened) => ({ ledger } = opened));

  const operationId = '01J00000000000000000000000';
  const message = '🦜'.repeat(100_000);
  const changeOf = (context: AuditContext) =>
    makeEntry(dependenciesOn(ledger), context, { operationId, event: 'INTENT', fence: 1, message });
  const requestOf = (context: AuditContext, event: AuditEntry['event'] = 'DENIED') =>
    makeEntry(dependenciesOn(ledger), context, { operationId, event, message });

  test('the largest valid change takes 183 KB, of which nothing but overlong texts of others is cut', () => {
    const entry = changeOf(largest);
    expect(Math.round(bytesOf(entry) / 1_000)).toBe(183);
    expect(bytesOf(entry)).toBeLessThan(maxChangeBytes);
    const { userAgent, ...context } = largest;
    expect(entry).toMatchObject({ ...context, omitted: [] });
    expect(changeOf({ ...largest, userAgent: `u${'🦜'.repeat(400)}` }).userAgent).toBe(`u${'🦜'.repeat(255)}…`);
    expect([userAgent?.length, entry.userAgent]).toEqual([10_240, `${'u'.repeat(512)}…`]);
    expect(entry.message).toBe(`${'🦜'.repeat(512)}…`);
  });

  test('the same request takes at most 16 KB if it changes nothing, and says what its entry leaves out', () => {
    const entry = requestOf(largest);
    expect(bytesOf(entry)).toBeLessThanOrEqual(maxBytes);
    expect(entry.omitted).toEqual([
      'request.tags',
      'request.policy',
      'principal.groups',
      'decision.slice',
      'actor.groups',
      'before',
    ]);
    expect(entry).toMatchObject({
      target: longestTarget,
      request: { roleArn, tags: [], policy: null },
      decision: { policyIds: ['owners-create'] },
    });
    expect(entry.message).toContain(`[Left out of this entry for its size: ${entry.omitted.join(', ')}.]`);
  });

  test('of a request with the most and largest tags, the entry leaves out only the tags', () => {
    const tags = biggestTags();
    const { request: _, ...fields } = auditEntry({ before: association({ tags }), decision });
    const entry = requestOf({ ...fields, request: request({ tags }) } as AuditContext);
    expect(entry.omitted).toEqual(['before.tags', 'request.tags']);
    expect(entry).toMatchObject({
      decision,
      request: { ...request(), tags: [] },
      before: { ...association(), tags: [] },
    });
  });

  test('a typical request is recorded whole', () => {
    const { request: usual, ...fields } = auditEntry({ before: association(), decision });
    const entry = requestOf({ ...fields, request: usual } as AuditContext);
    expect(entry).toMatchObject({ request: usual, before: association(), decision, omitted: [] });
  });

  test('a namespace with thousands of roles or owners costs the slice of the decision, in a change too', () => {
    const roleArns = Array.from({ length: 5_000 }, (_, index) => `${roleArn}${index}`);
    const owners = Array.from({ length: 20_000 }, (_, index) => `owner-${index}`);
    for (const many of [{ roleArns }, { owners }]) {
      const namespace = { name: 'shop', owners: [], system: false, rolePaths: [], roleArns: [], ...many };
      const context = { ...largest, decision: { ...decision, slice: { ...decision.slice, namespace } } };
      const entry = changeOf(context);
      expect(bytesOf(entry)).toBeLessThanOrEqual(maxChangeBytes);
      expect(entry).toMatchObject({ request: largest.request, before: largest.before, omitted: ['decision.slice'] });
      expect(bytesOf(requestOf(context))).toBeLessThanOrEqual(maxBytes);
    }
  });

  test('many votes cost their comments and groups, and many needs the last of them, in a change too', () => {
    const text = 't'.repeat(300);
    const needs = Array.from({ length: 300 }, (_, index) => ({
      ...{
        policyId: `held-${index}`,
        policyHash: 'c'.repeat(64),
        message: text,
        advice: text,
        group: 'security',
        count: 5,
      },
    }));
    const vote = { actor: null, vote: 'APPROVE', policyIds: ['held-0'], isOwnRequest: false } as const;
    const votes = Array.from({ length: 30 }, (_, index) => ({
      ...vote,
      comment: '🦜'.repeat(1_024),
      time: '2026-11-27T12:00:00.000Z',
      principal: { ...principal, id: `approver-${index}`, groups: ['security'] },
    }));
    const approval = { approvalId: 'approval-1', votes };
    const entry = changeOf({ ...largest, decision: { ...decision, needs: needs.slice(0, 1), approval } });
    expect(bytesOf(entry)).toBeLessThanOrEqual(maxChangeBytes);
    expect(entry.omitted).toEqual(['decision.approval']);
    expect(entry.decision?.approval?.votes.map(({ principal: { id } }) => id)).toEqual(
      votes.map(({ principal: { id } }) => id),
    );
    const held = changeOf({ ...largest, decision: { ...decision, needs } });
    expect(bytesOf(held)).toBeLessThanOrEqual(maxChangeBytes);
    expect(held).toMatchObject({ request: largest.request, omitted: ['decision.needs'] });
    expect(held.decision?.needs).toEqual(needs.slice(0, 5));
  });

  test('an entry has at most 16 KB whatever is large in a request that changes nothing', () => {
    const text = 't'.repeat(300);
    const finding = { path: 'tags.3.key', rule: 'tag-characters', message: text, advice: text };
    const violation = { policyId: 'no-such-role', message: text, advice: text };
    const groups = Array.from({ length: 1_000 }, (_, index) => `a-group-with-a-long-name-${index}`);
    const large: Partial<AuditEntry>[] = [
      { findings: Array.from({ length: 1_000 }, () => finding), request: null },
      { decision: { ...decision, allowed: false, violations: Array.from({ length: 500 }, () => violation) } },
      { principal: { ...principal, groups }, actor: { ...principal, groups } },
    ];
    for (const fields of [...large, Object.assign({}, ...large) as Partial<AuditEntry>]) {
      const entry = requestOf({ ...largest, ...fields } as AuditContext, 'INVALID');
      expect(bytesOf(entry)).toBeLessThanOrEqual(maxBytes);
    }
  });

  describeOnEachLedger('in $name', ({ open }) => {
    test('the largest entries are stored, and larger ones are rejected as a bug', async () => {
      const opened = await open();
      const deps = dependenciesOn(opened.ledger);
      const change = await recordEntry(deps, largest, { operationId, event: 'INTENT', fence: 1, message });
      const denied = await recordEntry(deps, largest, { operationId, event: 'DENIED', message });
      expect(await opened.ledger.operationEntries(operationId)).toEqual([change, denied]);
      for (const [fence, most] of [
        [null, maxBytes],
        [1, maxChangeBytes],
      ] as const) {
        const entry = auditEntry({ fence, message: '' });
        const exact = { ...entry, message: 'm'.repeat(most - bytesOf(entry)) };
        await opened.ledger.appendEntry(exact);
        const appending = opened.ledger.appendEntry({ ...auditEntry({ fence }), message: `${exact.message}m` });
        await expect(appending).rejects.toThrow(`has ${most + 1} bytes; at most ${most} are allowed.`);
      }
      await opened.close();
    });
  });
});

const operationId = '01J00000000000000000000000';
const deps = { clock: () => 0, ulid: () => '01J00000000000000000000001' };

const decision: Decision = {
  allowed: false,
  failed: false,
  policyIds: [],
  violations: [{ policyId: 'default-deny', message: 'No rule lets you view it.', advice: null }],
  policySetHash: 'a'.repeat(64),
  inventoryHash: 'b'.repeat(64),
  now: 0,
  slice: { cluster: null, namespace: null, services: [], timeZone: 'UTC' },
};
const roleArns = Array.from(
  { length: 100 },
  (_, index) => `arn:aws:iam::111122223333:role/pods/payments/role-${index}`,
);
const namespace = { name: 'payments', owners: ['payments-team'], system: false, rolePaths: [], roleArns };
const large = {
  association: association({ tags: biggestTags(), policy: 'p'.repeat(2_048) }),
  decision: { ...decision, slice: { ...decision.slice, namespace } },
};

const groups = (count: number) => Array.from({ length: count }, (_, index) => `group-${index}`);
const contextOf = (groupCount: number, reason: string | null) => {
  const { principal, ...context } = auditEntry({ target: null, before: null, decision: null });
  return { ...context, reason, principal: { ...principal, groups: groups(groupCount) } } as AuditEntry;
};

/** The entry that is stored, and the one that is returned. */
async function recorded(event: 'REFUSED' | 'CHECKED', context: AuditEntry, hidden: HiddenAssociation | null) {
  let stored: AuditEntry | null = null;
  const appendEntry = (entry: AuditEntry) => {
    stored = entry;
    return Promise.resolve();
  };
  const details = { operationId, event, refusalCode: 'ASSOCIATION_NOT_FOUND', message: 'None.', hidden } as const;
  const returned = await recordEntry({ ...deps, ledger: { appendEntry } }, context, details);
  return { stored: stored as unknown as AuditEntry, returned };
}

describe('an entry that hides an association', () => {
  test.each([
    ['a small one', { association: association(), decision }, 1],
    ['a large one', large, 1],
    ['one of a principal with many groups', large, 1_400],
  ])(
    'an entry that hides an association is for its principal what the entry of an absent association is, whatever is hidden: %s',
    async (_, hidden, count) => {
      for (const event of ['REFUSED', 'CHECKED'] as const) {
        const context = contextOf(count, 'r'.repeat(1_024));
        const absent = makeEntry(deps, context, {
          operationId,
          event,
          refusalCode: 'ASSOCIATION_NOT_FOUND',
          message: 'None.',
        });
        const { stored, returned } = await recorded(event, context, hidden);
        expect(returned).toEqual({ ...absent, personal: returned.personal });
        expect(isHidden(stored)).toBe(true);
        expect(asAnswered(stored)).toEqual(returned);
        expect(bytesOf(stored)).toBeLessThanOrEqual(16_384);
      }
    },
  );

  test('has at most 4 KB more, and names what it leaves out', async () => {
    const { stored, returned } = await recorded('REFUSED', contextOf(1, null), large);
    expect(bytesOf(stored) - bytesOf(returned)).toBeLessThanOrEqual(4_096);
    expect(stored.omitted).toContain('before.tags');
    expect(stored).toMatchObject({ event: 'DENIED', target: { namespace: association().namespace } });
  });

  test('an entry that hides an association is told apart from every other entry', async () => {
    const { returned } = await recorded('REFUSED', contextOf(1, null), null);
    expect(isHidden(returned)).toBe(false);
    const notFound = auditEntry({ refusalCode: 'ASSOCIATION_NOT_FOUND', event: 'REFUSED', fence: 1 });
    expect(isHidden(notFound)).toBe(false);
    expect(asAnswered(notFound)).toBe(notFound);
    expect(isHidden({ ...notFound, event: 'REPLAYED' })).toBe(false);
  });
});

const ledger = makeSqliteLedger({ file: ':memory:' });
const entryDeps = dependenciesOn(ledger);
const { audit } = admittedCreate(0);
const details = { operationId: '01J00000000000000000000000', event: 'CHECKED' } as const;

test('a recorded entry is in the trail', async () => {
  const entry = await recordEntry(entryDeps, audit, details);
  expect(entry).toMatchObject({ ...audit, ...details });
  expect(await ledger.getEntry(entry)).toEqual(entry);
});

test('an entry about an existing association names it, even if the event does not', () => {
  const before = association();
  expect(makeEntry(entryDeps, { ...audit, before }, details).associationArn).toBe(before.associationArn);
  expect(makeEntry(entryDeps, audit, details).associationArn).toBeNull();
});

test('the entry with which an operation began is found behind more entries than a page has', async () => {
  const { operationId } = auditEntry();
  const contended = Array.from({ length: 250 }, () => auditEntry({ operationId, event: 'CONTENDED', fence: null }));
  const intent = auditEntry({ operationId });
  await appendAll(ledger, contended);
  expect(await findIntent(ledger, operationId)).toBeNull();
  await ledger.appendEntry(intent);
  expect(await findIntent(ledger, operationId)).toEqual(intent);
  expect(await findIntent(ledger, auditEntry().operationId)).toBeNull();
});

test('the reconciler records what the caller requested, as sent by itself', () => {
  const intent = auditEntry({ reason: 'because', onBehalfOf: 'alice' });
  const { principal, request, target, reason, onBehalfOf } = intent;
  expect(auditContextOfReconciler(intent, 'run-1')).toMatchObject({
    ...{ principal, request, target, reason, onBehalfOf },
    sourceAddress: null,
    userAgent: 'pod-identity-gateway/reconciler',
    apiRequestId: 'run-1',
  });
});

test('an unavailable ledger keeps its cause for the log', () => {
  const cause = new Error('connection refused');
  expect(new LedgerUnavailable(cause).cause).toBe(cause);
});
