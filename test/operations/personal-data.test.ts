import { rmSync } from 'node:fs';
import { archiveLines } from '../../src/checkpoints/batch.ts';
import { archivePrefix } from '../../src/checkpoints/storage.ts';
import { makeExpireHandler } from '../../src/app/expire-handler.ts';
import { makeReconcileHandler } from '../../src/app/reconcile-handler.ts';
import { eventOf, isSelected } from '../../src/events/event.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { changeLocks } from '../../packages/operator/src/lock/change-locks.ts';
import { openLog } from '../support/checkpoint-log.ts';
import { createDocument } from '../support/documents.ts';
import { openForAllTests } from '../support/each-test.ts';
import { input } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { approvalIn, approvalsOf, withApprovals } from '../support/held-requests.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import type { LedgerUnderTest, StoredItem } from '../support/ledgers.ts';

type Opened = Awaited<ReturnType<LedgerUnderTest['open']>>;

/** A text that occurs nowhere else. Each place has its own, so that a leak names its source. */
const canary = (place: string) => `CANARY-${place}-7f3a`;

/** The name of a person whom a service may name, the name of one whom policy denies, and the address of the client. */
const known = ['alice@example.com', 'bob@example.com', '127.0.0.1', '192.0.2.1'];

/** The personal data in a value. */
function found(value: unknown): string[] {
  // The advice about a name that is not valid gives an example.
  const text = JSON.stringify([value]).replaceAll(/e\.g\. \\*"alice@example\.com/g, '');
  const names = known.filter((one) => text.includes(one));
  return [...new Set([...names, ...(text.match(/CANARY-[\w-]+?-7f3a/g) ?? [])])].sort();
}

const principal = { id: 'os:operator', kind: 'USER', groups: [], sessionName: null, otherGroups: null } as const;

/** A request of every kind, with personal data in each place that takes some. */
async function play(gateway: Gateway, { ledger }: Opened): Promise<void> {
  const post = async (fields: object, as = 'chatops') => {
    const headers = {
      authorization: `Bearer ${await gateway.tokenOf(as)}`,
      'user-agent': canary('agent'),
    };
    const body = { query: createDocument, variables: { input: { ...input, ...fields } } };
    await (await gateway.post(JSON.stringify(body), headers)).text();
  };
  const expiresAt = new Date(gateway.clock.now() + 3_600_000).toISOString();
  const of = (name: string, more: object = {}) => ({
    ...{ serviceAccount: name, clientRequestToken: name, reason: canary(`reason-${name}`) },
    ...{ onBehalfOf: 'alice@example.com', ...more },
  });
  for (const name of ['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7']) await post(of(name, { expiresAt }));
  await post(of('e1', { expiresAt }));
  await post(of('e1', { roleArn: `${input.roleArn}-other` }));
  await post(of('denied', { onBehalfOf: 'bob@example.com' }));
  await post(of('unknown', { onBehalfOf: canary('unknown-person') }));
  await post(of('invalid', { reason: canary('long').repeat(200), roleArn: canary('role') }));
  await post(of('invalid', { onBehalfOf: `${canary('invalid-person')}\n` }));
  await post({ ...of('by-alice'), onBehalfOf: null }, 'alice');
  await post(of('later', { expiresAt: new Date(gateway.clock.now() + 30 * 86_400_000).toISOString() }));
  gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
  await post(of('open'));
  const reconciler = makeReconcileHandler(() => Promise.resolve(gateway.deps), gateway.observations);
  const context = { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 };
  await reconciler({}, context);

  const { create, approve, reject } = approvalsOf(gateway);
  const ask = async (serviceAccount: string) => {
    const fields = { serviceAccount, clientRequestToken: serviceAccount, reason: canary(`reason-${serviceAccount}`) };
    return approvalIn(await create('alice', fields)).id;
  };
  await approve('nina', await ask('held-given'), canary('comment-approve'));
  await ask('held-given').catch(() => 'It is created.');
  await reject('nina', await ask('held-rejected'), canary('comment-reject'));
  for (let count = 0; count < 2; count += 1) await ask('held-rejected').catch(() => 'It is rejected.');
  await ask('held-expired');
  for (let count = 0; count < 12; count += 1) await post(of(`held-limit-${count}`));
  gateway.clock.skip(3_660_000);
  const stores = { observations: ledger, approvals: ledger };
  const expire = makeExpireHandler(() => Promise.resolve(gateway.deps), stores, defaultExpireSettings);
  await expire({}, context);
  gateway.clock.skip(24 * 3_600_000);
  for (let count = 0; count < 2; count += 1) await expire({}, context);

  const deps = { ledger, clock: gateway.clock.now, ulid: gateway.deps.ulid };
  const lock = { scope: { kind: 'ALL' }, operator: principal } as const;
  await changeLocks(deps, { ...lock, kind: 'lock', reason: canary('reason-lock') });
  await post(of('locked'));
  await changeLocks(deps, { ...lock, kind: 'lift', reason: canary('reason-lift') });
}

/** Items that expire, or that the next change of an operator replaces: the page on logs names them. */
function isKeptForATime({ table, key }: StoredItem): boolean {
  return table === 'approval' || (table === 'idempotency' && /^(approval\/|locks$|[0-9a-f]{64}$)/.test(key));
}

describeOnLedger('personal data on $name', ({ open }) => {
  let opened: Opened & { readonly gateway: Gateway };
  const policies = withApprovals();
  openForAllTests((one) => (opened = one), { open, policies });
  beforeAll(() => play(opened.gateway, opened));
  afterAll(() => rmSync(policies, { recursive: true }));

  const allEntries = async () => {
    const entries = [];
    for (let before: string | null | undefined; before !== null;) {
      const query = { ...noFilters, partition: { kind: 'all' }, limit: 250, before: before ?? null } as const;
      const page = await opened.ledger.readTrail(query);
      entries.push(...page.entries);
      before = page.next;
    }
    return entries;
  };

  test('every request is recorded with its personal data', async () => {
    const entries = await allEntries();
    const events = new Set(entries.map(({ event }) => event));
    const wanted = ['INVALID', 'DENIED', 'INTENT', 'SUCCEEDED', 'REPLAYED', 'TOKEN_REUSED', 'APPROVED', 'REJECTED'];
    expect([...events]).toEqual(
      expect.arrayContaining([...wanted, 'REFUSED', 'LOCKED', 'UNLOCKED', 'APPROVAL_EXPIRED', 'APPROVAL_REQUESTED']),
    );
    const all = found(entries);
    expect(all).toEqual(expect.arrayContaining([...known, ...['agent', 'unknown-person'].map(canary)]));
    const texts = ['reason-e1', 'reason-held-given', 'reason-lock', 'comment-approve', 'comment-reject'];
    expect(all).toEqual(expect.arrayContaining(texts.map(canary)));
  });

  test('no stored item has personal data but in the attribute of their own, or for a time', async () => {
    const items = await opened.edit.items();
    expect(items.flatMap(({ personal }) => (personal === undefined ? [] : found(personal)))).not.toEqual([]);
    const others = items.filter((item) => !isKeptForATime(item));
    const leaks = others.flatMap(({ personal: _, ...item }) => found(item).map((text) => [text, item]));
    expect(leaks).toEqual([]);
  });

  test('neither the signed log, nor its archive, nor an event has personal data', async () => {
    const log = openLog(opened.ledger);
    const entries = await allEntries();
    log.clock.now = Date.parse(entries.at(-1)?.time ?? '') + 60_000;
    await log.run();
    log.clock.now = opened.gateway.clock.now() + 60_000;
    await log.run();
    const objects: string[] = [];
    for await (const name of log.storage.list('')) objects.push((await log.storage.get(name))?.toString() ?? '');
    let lines = 0;
    for await (const name of log.storage.list(archivePrefix))
      lines += archiveLines((await log.storage.get(name)) ?? Buffer.alloc(0)).length;
    log.close();
    expect(lines).toBe(entries.length);
    expect(found(objects)).toEqual([]);
    const events = entries.filter((entry) => isSelected(entry, 1)).map((entry) => eventOf(entry, null));
    expect(events.length).toBeGreaterThan(10);
    expect(found(events)).toEqual([]);
  });

  test('no line of the log of a function has personal data', () => {
    const { logged } = opened.gateway;
    expect(logged.map(({ message }) => message)).toContain('Endings are held: many of one setter came due at once.');
    expect(logged.flatMap((line) => found(line).map((text) => [text, line]))).toEqual([]);
  });
});
