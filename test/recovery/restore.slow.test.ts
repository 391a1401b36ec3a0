// No quick test.
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { reconcileNow, worker } from '../support/changes.ts';
import type { Payload, WholeAssociation } from '../support/documents.ts';
import { openGateway, openSimulator } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openTables } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { restoreTables } from '../support/restored-tables.ts';

const requests = {
  kept: { serviceAccount: 'kept', clientRequestToken: 'kept' },
  gone: { serviceAccount: 'gone', clientRequestToken: 'gone' },
  inDoubt: { serviceAccount: 'in-doubt', clientRequestToken: 'in-doubt' },
  later: { serviceAccount: 'later', clientRequestToken: 'later' },
} as const;

const done = ({ association }: Payload): WholeAssociation => {
  if (!association) throw new Error('The create did not succeed.');
  return association;
};

const trailOf = async (ledger: Ledger): Promise<readonly AuditEntry[]> => {
  const page = await ledger.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 1_000, before: null });
  return page.entries;
};

/** Kind of drift, by service account; null for an association that is not in EKS any more. */
async function driftOf(gateway: Gateway) {
  const document = `{ associationDrift(clusterName: "apps-dev", namespace: "payments") {
    nodes { kind association { serviceAccount } differences { field } } } }`;
  interface Drift {
    readonly associationDrift: { readonly nodes: { kind: string; association: { serviceAccount: string } | null }[] };
  }
  const { data } = await gateway.send<Drift>(document);
  if (!data) throw new Error('Drift could not be read.');
  return new Map(
    data.associationDrift.nodes.map(({ kind, association }) => [association?.serviceAccount ?? null, kind]),
  );
}

// The ledger is restored to a point after the creates of `kept` and `gone`, while the create of `inDoubt` was in doubt. Later,
// the gateway updated `kept`, deleted `gone` and created `later`, which only EKS remembers after the restore.
describeOnDynamoDb('a gateway on tables restored to an earlier time', () => {
  const closers: (() => Promise<void> | void)[] = [];
  let original: Ledger;
  let restored: Ledger;
  let gateway: Gateway;
  let kept: WholeAssociation;
  let inDoubt: Payload;
  let atRestorePoint: readonly AuditEntry[];

  beforeEach(async () => {
    const tables = await openTables();
    original = makeDynamoDbLedger({ client: tables.client, ...tables.names });
    const simulator = await openSimulator();
    const before = await openGateway({ ledger: original, simulator });

    kept = done(await before.create(requests.kept));
    const gone = done(await before.create(requests.gone));
    simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    inDoubt = await before.create(requests.inDoubt);
    atRestorePoint = await trailOf(original);
    const copy = await restoreTables(tables.client, tables.names);
    restored = copy.ledger;

    await before.update({ associationId: kept.associationId, roleArn: worker, clientRequestToken: 'update' });
    await before.remove({ associationId: gone.associationId, clientRequestToken: 'remove' });
    done(await before.create(requests.later));
    await lockOperations(original).lock({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#bob' });
    gateway = await openGateway({ ledger: restored, simulator });
    closers.push(before.close, gateway.close, () => simulator.close(), tables.close, copy.close);
  });

  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  test('has the audit trail up to the restore point, and nothing later', async () => {
    expect(atRestorePoint.map(({ event }) => event)).toContain('UNKNOWN');
    expect(await trailOf(restored)).toEqual(atRestorePoint);
    expect((await trailOf(original)).length).toBeGreaterThan(atRestorePoint.length);
  });

  test('replays what was answered before the restore point', async () => {
    expect(await gateway.create(requests.kept)).toMatchObject({
      status: 'SUCCEEDED',
      replayed: true,
      association: { associationId: kept.associationId, roleArn: kept.roleArn },
    });
  });

  test('answers a request that was answered later from EKS: it does nothing twice, but its answer is lost', async () => {
    expect(await gateway.create(requests.later)).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
    });
  });

  test('completes an operation that was in doubt at the restore point', async () => {
    expect(inDoubt.status).toBe('IN_PROGRESS');
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect(await gateway.create(requests.inDoubt)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
  });

  test('shows every change made after the restore point as drift', async () => {
    await reconcileNow(gateway);
    expect(await driftOf(gateway)).toEqual(
      new Map([
        ['kept', 'MODIFIED'],
        ['later', 'FORGED_TAG'],
        [null, 'DELETED'],
      ]),
    );
  });

  test('has lost the locks that were set after the restore point', async () => {
    expect((await original.getLocks()).locks).toHaveLength(1);
    expect((await restored.getLocks()).locks).toEqual([]);
  });

  test('shows no drift once the missing entries are copied from a trail that still exists', async () => {
    for (const entry of await trailOf(original)) await restored.appendEntry(entry);
    await reconcileNow(gateway);
    expect(await driftOf(gateway)).toEqual(new Map());
  });
});
