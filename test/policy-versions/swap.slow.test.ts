// No quick test.
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { PolicyVersion } from '../../src/policy-versions/policy-version.ts';
import { openGateway, input, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { openPolicyTable, publish, versionOf, shippedVersion, versionWith } from '../support/policy-versions.ts';

/**
 * Two versions in which alice's create is allowed for opposite reasons: she owns the namespace and owners may create, or she
 * does not own it and only others may. So policies of one with the inventory of the other deny it.
 */
const shipped = shippedVersion();
const owner = versionWith({});
const stranger = versionWith(
  {
    'access.cedar': (shipped.policies['access.cedar'] ?? '').replace(
      /@id\("owners-create"\)[^]*?;/,
      `@id("others-create") permit (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
       unless { principal in resource.namespace.owners };`,
    ),
  },
  shipped.inventory.replaceAll('"payments-team"', '"other-team"'),
);

/** What may be seen of one request: all of it is of one version. */
const view = (version: typeof owner, permit: string, groups: readonly string[]) => {
  const { policySetHash, inventoryHash } = versionOf(1, version);
  return JSON.stringify({ policySetHash, inventoryHash, allowed: true, policyIds: [permit], groups });
};
const views = [view(owner, 'owners-create', ['payments-team']), view(stranger, 'others-create', [])];

interface Entry {
  readonly decision: Pick<PolicyVersion, 'policySetHash' | 'inventoryHash'> & { allowed: boolean; policyIds: string[] };
  readonly principal: { readonly groups: readonly string[] };
}

const entryFields = `auditEntry {
  decision { policySetHash inventoryHash allowed policyIds }
  principal { groups }
}`;

const viewOf = ({ decision, principal: { groups } }: Entry) => {
  const { policySetHash, inventoryHash, allowed, policyIds } = decision;
  return JSON.stringify({ policySetHash, inventoryHash, allowed, policyIds, groups });
};

const check = `query ($input: CreatePodIdentityAssociationInput!) {
  check: checkCreatePodIdentityAssociation(input: $input) { ${entryFields} }
  namespaces(clusterName: "apps-dev") { nodes { name } }
  gateway { policySetHash inventoryHash policyVersion { number } }
}`;

const createDocument = `mutation ($input: CreatePodIdentityAssociationInput!) {
  createPodIdentityAssociation(input: $input) { status ${entryFields} }
}`;

interface Checked {
  readonly check: { readonly auditEntry: Entry };
  /** Those that alice owns. */
  readonly namespaces: { readonly nodes: readonly unknown[] };
  readonly gateway: Pick<PolicyVersion, 'policySetHash' | 'inventoryHash'> & { policyVersion: { number: number } };
}

describeOnDynamoDb('A change of policies and inventory', () => {
  let table: Awaited<ReturnType<typeof openPolicyTable>>;
  let ledger: Ledger;
  let gateway: Gateway;
  beforeEach(async () => {
    table = await openPolicyTable();
    ledger = makeSqliteLedger({ file: ':memory:' });
    await publish(table.store, 1, owner);
  });
  afterEach(async () => {
    await gateway.close();
    ledger.close();
    await table.close();
  });

  const { tags: _, ...withoutTags } = input;
  const checkInput = { ...withoutTags, tags: input.tags, clientRequestToken: undefined };

  it('a new policy version is used by whole requests: under load, no request is judged by a mix of two versions', async () => {
    gateway = await openGateway({
      ledger,
      versions: { store: table.store, settings: { refreshMs: 1, maxAgeMs: 10_000 } },
    });
    const versions = 10;
    const seen = new Map<string, number>();
    const numbers = new Set<number>();
    let isOver = false;
    let sent = 0;
    const note = (one: string) => seen.set(one, (seen.get(one) ?? 0) + 1);
    const checks = async () => {
      while (!isOver) {
        const { data, errors } = await gateway.send<Checked>(check, { input: checkInput });
        if (!data) throw new Error(JSON.stringify(errors));
        const { namespaces, gateway: about } = data;
        const { auditEntry } = data.check;
        note(viewOf(auditEntry));
        const { policySetHash, inventoryHash, policyIds } = auditEntry.decision;
        expect(about).toMatchObject({ policySetHash, inventoryHash });
        expect(namespaces.nodes).toHaveLength(policyIds.includes('owners-create') ? 2 : 0);
        numbers.add(about.policyVersion.number);
      }
    };
    const creates = async () => {
      while (!isOver) {
        sent += 1;
        const serviceAccount = `sa-${sent}`;
        const own = { serviceAccount, clientRequestToken: serviceAccount, roleArn: roleArn('payments/payments-api') };
        const variables = { input: { ...input, ...own } };
        // The second is a replay, which is authorized again, maybe by another version.
        for (let time = 0; time < 2; time += 1) {
          const { data, errors } = await gateway.send<{
            createPodIdentityAssociation: { auditEntry: Entry; status: string };
          }>(createDocument, variables);
          if (!data) throw new Error(JSON.stringify(errors));
          expect(data.createPodIdentityAssociation.status).toBe('SUCCEEDED');
          note(viewOf(data.createPodIdentityAssociation.auditEntry));
        }
      }
    };
    const publishing = async () => {
      for (let number = 2; number <= versions; number += 1) {
        await publish(table.store, number, number % 2 === 0 ? stranger : owner);
        while (!numbers.has(number))
          await gateway.send(check, { input: checkInput }).then(({ data }) => {
            numbers.add((data as Checked | null)?.gateway.policyVersion.number ?? 0);
          });
      }
      isOver = true;
    };
    await Promise.all([publishing(), ...Array.from({ length: 6 }, checks), ...Array.from({ length: 3 }, creates)]);
    expect([...seen.keys()].sort()).toEqual([...views].sort());
    for (const count of seen.values()) expect(count).toBeGreaterThan(versions);
    const lines = gateway.logged.filter(({ message }) => message === 'Request answered.').map(({ fields }) => fields);
    const named = lines.map((line) => [Number(line.policyVersion) % 2, line.policySetHash, line.inventoryHash].join());
    expect([...new Set(named)].sort()).toEqual(
      [stranger, owner].map((version, index) => {
        const { policySetHash, inventoryHash } = versionOf(1, version);
        return [index, policySetHash, inventoryHash].join();
      }),
    );
    const changes = gateway.logged.filter(({ message }) => message === 'Policies changed.');
    expect(changes.length).toBeGreaterThanOrEqual(versions - 2);
  });

  it('leaves a request with what it began with, to its end', async () => {
    /** Publishes the other version while the request below is between its decision and its effect. */
    const swap = async () => {
      await publish(table.store, 2, stranger);
      while ((await gateway.current()).about.policyVersion?.number !== 2) await Promise.resolve();
    };
    let swaps = 0;
    gateway = await openGateway({
      ledger,
      versions: { store: table.store, settings: { refreshMs: 1, maxAgeMs: 10_000 } },
      change: (deps) => ({
        ...deps,
        ledger: {
          ...ledger,
          getLocks: async () => {
            swaps += 1;
            if (swaps === 1) await swap();
            return await ledger.getLocks();
          },
        },
      }),
    });
    const { auditEntry } = await gateway.create();
    expect(swaps).toBe(1);
    const [hashes] = views.map((one) => JSON.parse(one) as Pick<PolicyVersion, 'policySetHash' | 'inventoryHash'>);
    const entries = await ledger.operationEntries(auditEntry.operationId);
    expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'SUCCEEDED']);
    for (const { decision, principal } of entries) {
      if (decision !== null) expect(decision).toMatchObject({ inventoryHash: hashes?.inventoryHash });
      expect(principal.groups).toEqual(['payments-team']);
    }
    expect(entries.some(({ decision }) => decision !== null)).toBe(true);
    const { data } = await gateway.send<Checked>(check, { input: { ...checkInput, serviceAccount: 'next' } });
    expect(data && viewOf(data.check.auditEntry)).toBe(views[1]);
  });

  it('fails requests that begin while it is not known what is in force, in a way that can be retried', async () => {
    const missing = { ...table.store, versions: () => Promise.reject(new Error('AccessDeniedException')) };
    gateway = await openGateway({ ledger, versions: { store: missing, settings: { refreshMs: 1, maxAgeMs: 10_000 } } });
    const answered = await gateway.send('{ viewer { id } }');
    expect(answered).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: 'POLICIES_UNAVAILABLE', retryable: true, retryAfterSeconds: 5 } }],
    });
    expect(JSON.stringify(answered)).not.toContain('AccessDenied');
    const [line] = gateway.logged.filter(({ message }) => message === 'Request answered.');
    expect(line).toMatchObject({
      level: 'error',
      fields: { detail: expect.stringContaining('AccessDenied') as string },
    });
  });
});
