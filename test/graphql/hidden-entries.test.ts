import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idempotencyKeyOf } from '../../src/idempotency/record.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { RequestIdentity } from '../../src/model/principal.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { WholeAssociation } from '../support/documents.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openBeside, openGateway, roleArn, withoutRateLimit, withoutRequestIds } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { appendAll } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import { copyOfShipped, overflow, replaceIn } from '../support/policy-sample.ts';
import { associationArn, document, entryAt, idsOf, namespace, newestFirst, user } from './trail-samples.ts';
import type { Trail } from './trail-samples.ts';

describe('hidden entries', () => {
  let policies: string;
  let ledger: Ledger;
  let gateway: Gateway;
  let others: Gateway[];
  /** An association of payments, which alice created. */
  let association: WholeAssociation;

  beforeEach(async () => {
    policies = copyOfShipped();
    ledger = makeSqliteLedger({ file: ':memory:' });
    gateway = await openGateway({ ledger, change: withoutRateLimit });
    others = [];
    const created = await gateway.create();
    if (!created.association) throw new Error('The create of the example failed.');
    ({ association } = created);
  });

  afterEach(async () => {
    for (const one of [...others, gateway]) await one.close();
    ledger.close();
    rmSync(policies, { recursive: true });
  });

  /** The same ledger and EKS under the policies of the folder. */
  async function openOther(): Promise<Gateway> {
    const other = await openBeside(gateway, { policies, change: withoutRateLimit });
    others.push(other);
    return other;
  }

  interface Entry {
    readonly id: string;
    readonly event: string;
    readonly associationArn: string | null;
  }

  const fields = `id event refusalCode message associationArn target { namespace serviceAccount }
  before { roleArn } decision { allowed violations { policyId } } principal { principalId }`;

  async function trail(scope: string, as: string, filter = 'events: [DENIED, REFUSED]'): Promise<readonly Entry[]> {
    const query = `{ auditTrail(scope: {${scope}}, ${filter}) { nodes { ${fields} } } }`;
    const { data, errors } = await gateway.send<{ auditTrail: { nodes: readonly Entry[] } | null }>(query, {}, as);
    if (!data?.auditTrail) throw new Error(JSON.stringify(errors));
    return data.auditTrail.nodes;
  }

  const payments = 'cluster: {clusterName: "apps-dev", namespace: "payments"}';
  const ofBob = 'principalId: "https://issuer.example#bob"';

  describe('a change of an association that its principal may not view', () => {
    const full = () => ({
      event: 'DENIED',
      refusalCode: 'ASSOCIATION_NOT_FOUND',
      associationArn: association.associationArn,
      target: { namespace: 'payments', serviceAccount: 'api' },
      before: { roleArn: association.roleArn },
      decision: { allowed: false, violations: [{ policyId: 'default-deny' }] },
      principal: { principalId: 'https://issuer.example#bob' },
    });
    const answered = {
      event: 'REFUSED',
      refusalCode: 'ASSOCIATION_NOT_FOUND',
      associationArn: null,
      target: null,
      before: null,
      decision: null,
    };

    test('a change of an association that its principal may not view is shown in full to the owners of its namespace, among the denied requests', async () => {
      await gateway.remove({ associationId: association.associationId }, 'bob');
      expect(await trail(payments, 'alice', 'events: [DENIED]')).toMatchObject([full()]);
    });

    test.each([
      ['the whole trail', 'gateway: ALL_ENTRIES'],
      ['the trail of the principal', ofBob],
      ['the namespace', payments],
    ])(
      'a change of an association that its principal may not view is shown in full to auditors, and matched as a denial: in %s',
      async (_, scope) => {
        await gateway.remove({ associationId: association.associationId }, 'bob');
        expect(await trail(scope, 'olivia', 'events: [DENIED]')).toMatchObject([full()]);
      },
    );

    test('a change of an association that its principal may not view is shown to its principal as if the association did not exist, and matched as a refusal', async () => {
      await gateway.remove({ associationId: association.associationId }, 'bob');
      expect(await trail(ofBob, 'bob', 'events: [REFUSED]')).toMatchObject([answered]);
      expect(await trail(ofBob, 'bob', 'events: [DENIED]')).toEqual([]);
      expect(await trail(ofBob, 'bob', 'policyId: "default-deny"')).toEqual([]);
    });

    test('a change of an association that its principal may not view is shown in full by its id to those who may read the namespace, and only to them', async () => {
      const { auditEntry } = await gateway.remove({ associationId: association.associationId }, 'bob');
      const query = `query ($id: ID!, $operation: ID!) {
      auditEntry(id: $id) { ${fields} }
      operation(id: $operation) { target { namespace } associationArn entries { event } }
    }`;
      const variables = { id: auditEntry.id, operation: auditEntry.operationId };
      const read = async (as: string) => (await gateway.send<object>(query, variables, as)).data;
      const operation = { target: { namespace: 'payments' }, associationArn: association.associationArn };
      expect(await read('alice')).toMatchObject({ auditEntry: full(), operation });
      expect(await read('bob')).toMatchObject({
        auditEntry: answered,
        operation: { target: null, associationArn: null },
      });
      expect(await read('carol')).toEqual({ auditEntry: null, operation: null });
    });

    test('does not use up its token: it is sent again once the principal may view and change the association', async () => {
      const change = { associationId: association.associationId, clientRequestToken: 'later' };
      expect(await gateway.remove(change, 'bob')).toMatchObject({ refusal: { code: 'ASSOCIATION_NOT_FOUND' } });
      replaceIn(join(policies, 'inventory.json'), '["payments-team"]', '["payments-team", "search-team"]');
      expect(await (await openOther()).remove(change, 'bob')).toMatchObject({ status: 'SUCCEEDED' });
    });
  });

  describe('a principal that may no longer view an association', () => {
    const update = { roleArn: roleArn('payments/payments-worker'), clientRequestToken: 'before' };

    /** alice, whose team owned payments until now. */
    async function afterLoss(): Promise<Gateway> {
      replaceIn(join(policies, 'inventory.json'), '["payments-team"]', '["search-team"]');
      return openOther();
    }

    test('gets the answer of an id that does not exist to a repetition of its update', async () => {
      const { associationId } = association;
      expect(await gateway.update({ associationId, ...update })).toMatchObject({ status: 'SUCCEEDED' });
      const later = await afterLoss();
      expect(await later.update({ associationId, ...update })).toMatchObject({
        status: 'REFUSED',
        refusal: { code: 'ASSOCIATION_NOT_FOUND' },
        replayed: false,
      });
    });

    test('gets it also to a repetition of its delete, which the record of the token remembers', async () => {
      const change = { associationId: association.associationId, clientRequestToken: 'before' };
      expect(await gateway.remove(change)).toMatchObject({ status: 'SUCCEEDED' });
      const later = await afterLoss();
      expect(await later.remove(change)).toMatchObject({
        status: 'REFUSED',
        refusal: { code: 'ASSOCIATION_NOT_FOUND' },
        replayed: false,
      });
    });
  });

  test('a principal that may change and not view an association is answered that it does not exist', async () => {
    const action = 'PodIdentity::Action::"DeletePodIdentityAssociation"';
    writeFileSync(join(policies, 'own.cedar'), `@id("own") permit (principal, action == ${action}, resource);`);
    const other = await openOther();
    const { associationId } = association;
    expect(await other.remove({ associationId }, 'bob')).toMatchObject({ refusal: { code: 'ASSOCIATION_NOT_FOUND' } });
  });

  test('a policy that can’t be evaluated is not answered as an association that does not exist', async () => {
    const head = '@id("own") @message("Never.") @advice("None.") forbid (principal, action, resource)';
    writeFileSync(join(policies, 'own.cedar'), `${head} when { ${overflow} };`);
    const other = await openOther();
    for (const associationId of [association.associationId, 'a-00000000000000000']) {
      for (const as of ['alice', 'bob']) {
        expect(await other.remove({ associationId }, as)).toMatchObject({
          status: 'REFUSED',
          refusal: { code: 'POLICY_EVALUATION_FAILED', retryable: true, owners: [] },
        });
      }
    }
  });
});

const unsupported = { code: 'LEDGER_FORMAT_UNSUPPORTED', retryable: true, retryAfterSeconds: 60 };

describeOnLedger('an item in $name that a newer version of the gateway wrote', ({ open }) => {
  let ledger: Ledger;
  let edit: StoredItems;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger, edit } = opened), { open });

  test('refuses a request with the token of such a record, without an effect', async () => {
    const { association } = await gateway.create();
    const identity = { principal: user('alice'), actor: null } as unknown as RequestIdentity;
    const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';
    const { clientRequestToken } = input;
    const key = idempotencyKeyOf({ identity, onBehalfOf: null, operation, clientRequestToken });
    await edit.record(key, { v: 2 });
    await expect(gateway.create()).rejects.toThrow('LEDGER_FORMAT_UNSUPPORTED');
    expect(gateway.sent()).toBe(1);
    await edit.record(key, { v: 1 });
    expect(await gateway.create()).toMatchObject({ replayed: true, association });
  });

  test('fails the query of such an entry, with advice to retry and no details of the store', async () => {
    const entry = entryAt(0);
    await ledger.appendEntry(entry);
    await edit.entry(entry, { v: 2 });
    const id = `${entry.operationId}.${entry.entryId}`;
    const { status, errors } = await gateway.send('query ($id: ID!) { auditEntry(id: $id) { id } }', { id });
    expect([status, errors]).toMatchObject([200, [{ extensions: unsupported }]]);
    expect(JSON.stringify(errors)).not.toContain(entry.entryId);
    const [logged] = gateway.logged.filter(({ level }) => level === 'error');
    expect(JSON.stringify(logged)).toContain(`audit entry ${id} has format version 2`);
  });

  test('fails the page that begins with it, with a cursor for the older entries', async () => {
    const entries = [0, 1, 2, 3, 4].map((index) => entryAt(index));
    await appendAll(ledger, entries);
    if (entries[2]) await edit.entry(entries[2], { v: 2 });
    const read = (after: unknown) =>
      gateway.send<{ auditTrail: Trail }>(document, { scope: namespace, after }, 'alice');

    const first = (await read(null)).data?.auditTrail;
    expect(first && idsOf(first)).toEqual(newestFirst(entries.slice(3)));
    expect(first?.pageInfo.hasNextPage).toBe(true);
    const { data, errors } = await read(first?.pageInfo.endCursor);
    expect([data, errors]).toMatchObject([{ auditTrail: null }, [{ extensions: unsupported }]]);
    expect(errors?.[0]?.message).toContain('pass extensions.endCursor as after');
    const { endCursor } = (errors?.[0]?.extensions ?? {}) as unknown as { endCursor: string };
    const third = (await read(endCursor)).data?.auditTrail;
    expect(third && idsOf(third)).toEqual(newestFirst(entries.slice(0, 2)));
  });

  test('does not disclose itself to those who may not read its part of the trail', async () => {
    const entry = entryAt(0, { principal: user('alice') });
    await ledger.appendEntry(entry);
    const scopes = [{ associationArn }, { operationId: entry.operationId }, { principalId: user('alice').id }];
    for (const scope of scopes) {
      const before = withoutRequestIds(await gateway.send(document, { scope }, 'bob'));
      await edit.entry(entry, { v: 2 });
      expect(withoutRequestIds(await gateway.send(document, { scope }, 'bob'))).toEqual(before);
      expect((await gateway.send(document, { scope }, 'olivia')).errors).toMatchObject([{ extensions: unsupported }]);
      await edit.entry(entry, { v: 1 });
    }
  });
});
