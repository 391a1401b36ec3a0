import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, input, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { association } from '../support/ledger-samples.ts';
import type { openSqlite } from '../support/ledgers.ts';
import { copyOfShipped } from '../support/policy-sample.ts';

describe('drift', () => {
  const document = `query ($cluster: String!, $namespace: String) {
  associationDrift(clusterName: $cluster, namespace: $namespace) {
    nodes { kind associationArn association { associationId roleArn } differences { field requested existing } lastEntry { event } }
    edges { cursor node { associationArn } }
    pageInfo { hasNextPage endCursor }
  }
}`;

  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway } = opened));

  const readDrift = (variables: object, as?: string) =>
    gateway.send<{ associationDrift: { nodes: object[] } | null }>(document, { cluster: 'apps-dev', ...variables }, as);

  test('associationDrift returns an association created outside the gateway to owners, administrators and auditors', async () => {
    await gateway.create();
    const { clusterName, namespace, roleArn } = input;
    const { associationId } = gateway.simulator.control.createAssociation({
      clusterName,
      namespace,
      serviceAccount: 'other',
      roleArn,
    });
    for (const as of ['alice', 'pat', 'olivia']) {
      const { data } = await readDrift({ namespace }, as);
      expect(data?.associationDrift?.nodes).toMatchObject([
        { kind: 'UNMANAGED', association: { associationId, roleArn }, lastEntry: null },
      ]);
    }
  });

  test.each([
    ['a namespace that the principal may not list', { namespace: 'search' }, 'FORBIDDEN'],
    ['the whole cluster, for the owner of a namespace', {}, 'FORBIDDEN'],
    ['a cluster outside the inventory', { cluster: 'apps-none' }, 'FORBIDDEN'],
    ['an invalid namespace', { namespace: '*' }, 'BAD_USER_INPUT'],
  ])('associationDrift of %s fails with an error code', async (_, variables, code) => {
    const { data, errors } = await readDrift(variables);
    expect({ data, code: errors?.[0]?.extensions.code }).toEqual({ data: { associationDrift: null }, code });
  });
});

describe('drift that scans observed', () => {
  const cluster = { ...home, clusterName: 'apps-dev' };
  const place = { clusterName: 'apps-dev', namespace: 'payments' };

  const document = `query ($source: DriftSource, $namespace: String, $first: Int, $after: String) {
  associationDrift(clusterName: "apps-dev", namespace: $namespace, source: $source, first: $first, after: $after) {
    nodes { kind association { serviceAccount } }
    coverage { failure }
    pageInfo { hasNextPage endCursor }
  }
}`;

  interface Page {
    readonly nodes: readonly { readonly association: { readonly serviceAccount: string } | null }[];
    readonly coverage: { readonly failure: string | null } | null;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  }

  let gateway: Gateway;
  let ledger: Awaited<ReturnType<typeof openSqlite>>['ledger'];
  openForEachTest((opened) => ({ gateway, ledger } = opened));

  const ask = (variables: object, as = 'pat', of = gateway) =>
    of.send<{ associationDrift: Page }>(document, variables, as);
  const createOutside = (serviceAccount: string) =>
    gateway.simulator.control.createAssociation({
      ...{ ...place, serviceAccount, roleArn: roleArn('payments/payments-api'), tags: {} },
    });
  const runScan = () => {
    gateway.clock.skip(60_000);
    const deps = { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() };
    return scan(deps, defaultScanSettings, gateway.clock.now() + 50_000);
  };
  /** Uses a second gateway on the same store and the same EKS. */
  const withGateway = async <Result>(
    options: { readonly policies?: string; readonly change?: (deps: Dependencies) => Dependencies },
    use: (other: Gateway) => Promise<Result>,
  ) => use(await openBeside(gateway, options));

  test.each(['EKS', 'SCAN'])(
    'drift from %s leaves out associations that the principal may not view',
    async (source) => {
      createOutside('hidden');
      createOutside('shown');
      await runScan();
      const policies = copyOfShipped();
      appendFileSync(
        join(policies, 'access.cedar'),
        `@id("hide") @message("This association is hidden.") @advice("Ask the owners.") forbid (principal, action == PodIdentity::Action::"DescribePodIdentityAssociation", resource) when { resource.serviceAccount == "hidden" };`,
      );
      const { data } = await withGateway({ policies }, (other) =>
        ask({ source, namespace: 'payments' }, 'alice', other),
      );
      rmSync(policies, { recursive: true });
      expect(data?.associationDrift.nodes).toEqual([{ kind: 'UNMANAGED', association: { serviceAccount: 'shown' } }]);
    },
  );

  test('a cluster whose first scan failed is an error that names the exception, not a page without drift', async () => {
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied', times: 50 });
    expect((await runScan()).unreadable).toBeGreaterThan(0);
    const { data, errors } = await ask({ source: 'SCAN' });
    expect(data).toEqual({ associationDrift: null });
    expect(errors?.[0]?.message).toMatch(
      /^No scan of apps-dev has been completed\. The last one failed with AccessDenied/,
    );
  });

  test('a later scan that failed is named beside what is known', async () => {
    createOutside('shown');
    await runScan();
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied', times: 50 });
    gateway.clock.skip(defaultScanSettings.intervalMs);
    await runScan();
    expect((await ask({ source: 'SCAN' })).data?.associationDrift).toMatchObject({
      nodes: [{ association: { serviceAccount: 'shown' } }],
      coverage: { failure: 'AccessDeniedException' },
    });
  });

  test('a page reads 100 service accounts with two calls of the store, as many as it compares, and calls EKS not at all', async () => {
    await runScan();
    const count = 1_150;
    for (let index = 0; index < count; index += 1) await observeOutside(index);
    gateway.simulator.control.clearRequests();
    const { calls, reads } = counted(ledger);
    await withGateway({ change: (deps) => ({ ...deps, associations: reads }) }, async (other) => {
      const first = (await ask({ source: 'SCAN', first: 1_000 }, 'pat', other)).data?.associationDrift;
      expect(first?.nodes).toHaveLength(1_000);
      expect(calls).toEqual({ scans: 1, lists: 10, batches: 10, states: 1_000 });
      const after = first?.pageInfo.endCursor;
      const second = (await ask({ source: 'SCAN', first: 1_000, after }, 'pat', other)).data?.associationDrift;
      expect(second).toMatchObject({ pageInfo: { hasNextPage: false } });
      const names = [...(first?.nodes ?? []), ...(second?.nodes ?? [])].map((node) => node.association?.serviceAccount);
      expect(new Set(names).size).toBe(count);
    });
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  /** Stores an association that a scan saw and that others made. */
  async function observeOutside(index: number) {
    const target = { ...cluster, namespace: 'payments', serviceAccount: `sa-${String(index).padStart(5, '0')}` };
    const seen = association({ ...target, associationId: `a-${index}`, tags: [] });
    const { modifiedAt, associationId } = seen;
    const at = gateway.clock.now();
    const sight = { associationId, modifiedAt, isGone: false };
    const observed = { at, revision: 1, sight, origin: 'OUTSIDE', association: seen, driftId: null } as const;
    const by = { origin: 'OUTSIDE', operationId: null, declaration: null, seenAt: at, seenOtherwiseAt: null } as const;
    const change = { target, observed, openOperations: [], endedOperationIds: [] };
    await ledger.observeAssociation(0, { ...change, version: { target, association: seen, ...by } }, null);
  }

  /** A store that counts what is asked of it. */
  function counted(store: typeof ledger) {
    const calls = { scans: 0, lists: 0, batches: 0, states: 0 };
    const reads: AssociationReads = {
      ...store,
      getClusterScans: (...given) => {
        calls.scans += 1;
        return store.getClusterScans(...given);
      },
      targetsInCluster: (...given) => {
        calls.lists += 1;
        return store.targetsInCluster(...given);
      },
      getAssociationStates: (targets) => {
        calls.batches += 1;
        calls.states += targets.length;
        return store.getAssociationStates(targets);
      },
    };
    return { calls, reads };
  }
});
