import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { AssociationState } from '../../src/ledger/association-state.ts';
import type { StateChange } from '../../src/ledger/state-store.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, input, roleArn, withoutRateLimit } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const document = `query ($source: DriftSource) {
  associationDrift(clusterName: "apps-dev", namespace: "payments", source: $source) {
    nodes { kind differences { field } }
  }
}`;
interface Data {
  readonly associationDrift: {
    readonly nodes: readonly { readonly kind: string; readonly differences: readonly { readonly field: string }[] }[];
  };
}

const target = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: input.serviceAccount };
const worker = roleArn('payments/payments-worker');
const hours = 3_600_000;

// Others changed an association directly at EKS, and can write the states of the ledger, but not the audit trail.
describeOnLedger('a forged state on $name hides from scans, and not from a comparison with EKS,', ({ open }) => {
  let gateway: Gateway;
  let ledger: Ledger & ObservationStore & AssociationReads;
  const times = { listLagMs: 0, clockErrorMs: 1_000 };
  openForEachTest((opened) => ({ gateway, ledger } = opened), { open, times, change: withoutRateLimit });

  const scanAll = async () => {
    gateway.clock.skip(25 * hours);
    const deps = { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() };
    await scan(deps, defaultScanSettings, gateway.clock.now() + 50_000);
  };
  const drift = async (source: 'SCAN' | 'EKS') => {
    const { data, errors } = await gateway.send<Data>(document, { source }, 'pat');
    if (!data) throw new Error(JSON.stringify(errors));
    return data.associationDrift.nodes.map(({ kind, differences }) => [kind, ...differences.map(({ field }) => field)]);
  };
  const state = async (): Promise<AssociationState> => {
    const stored = await ledger.getAssociationState(target);
    if (stored === null) throw new Error('There is no state.');
    return stored;
  };
  const forge = async (change: (stored: AssociationState) => Partial<StateChange>) => {
    const stored = await state();
    const forged = { target, openOperations: [], endedOperationIds: [], ...change(stored) };
    expect(await ledger.observeAssociation(stored.revision, forged, null)).toBe(true);
  };
  const create = async () => {
    const { association } = await gateway.create();
    if (association === null) throw new Error('Not created.');
    await scanAll();
    return association.associationId;
  };
  /** The association in EKS, as the state would have it after an operation of the gateway. */
  const confirmedNow = async (associationId: string): Promise<Pick<StateChange, 'confirmed'>> => {
    const described = await gateway.deps
      .eksFor(target)
      .describe(associationId, { deadline: gateway.clock.now() + 10_000 });
    const { confirmed } = await state();
    if (described.kind !== 'found' || confirmed === null) throw new Error('Not found.');
    return { confirmed: { ...confirmed, association: described.association } };
  };

  test('another role that the state says an operation left', async () => {
    const associationId = await create();
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    const forged = await confirmedNow(associationId);
    await forge(() => forged);
    await scanAll();
    expect({ SCAN: await drift('SCAN'), EKS: await drift('EKS') }).toEqual({
      SCAN: [],
      EKS: [['MODIFIED', 'roleArn']],
    });
  });

  test('tags that the state says an operation left', async () => {
    const associationId = await create();
    gateway.simulator.control.updateAssociation(associationId, { tags: { team: 'search' } });
    const forged = await confirmedNow(associationId);
    await forge(() => forged);
    await scanAll();
    expect({ SCAN: await drift('SCAN'), EKS: await drift('EKS') }).toEqual({
      SCAN: [],
      EKS: [['MODIFIED', 'tags.team']],
    });
  });

  test('an earlier role that the state says is still in force', async () => {
    const associationId = await create();
    const { confirmed: created } = await state();
    gateway.clock.skip(5_000);
    expect(await gateway.update({ associationId, roleArn: worker })).toMatchObject({ status: 'SUCCEEDED' });
    gateway.simulator.control.updateAssociation(associationId, { roleArn: input.roleArn });
    const { confirmed } = await confirmedNow(associationId);
    if (!created || !confirmed) throw new Error('Not confirmed.');
    await forge(() => ({ confirmed: { ...created, association: confirmed.association } }));
    await scanAll();
    expect({ SCAN: await drift('SCAN'), EKS: await drift('EKS') }).toEqual({
      SCAN: [],
      EKS: [['MODIFIED', 'roleArn']],
    });
  });

  test('another role that the state says an operation in doubt may have set', async () => {
    const associationId = await create();
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    const { confirmed } = await state();
    if (!confirmed) throw new Error('Not confirmed.');
    const { operationId } = confirmed;
    const inDoubtUntil = gateway.clock.now() + 1_000 * hours;
    const open = { operationId, requested: { roleArn: worker }, inDoubtUntil, closedAt: null, saw: null };
    await forge(() => ({ openOperations: [{ ...open, operation: 'UPDATE_POD_IDENTITY_ASSOCIATION' }] }));
    await scanAll();
    expect({ SCAN: await drift('SCAN'), EKS: await drift('EKS') }).toEqual({
      SCAN: [],
      EKS: [['MODIFIED', 'roleArn']],
    });
  });

  test('a change after which the state says a later version was seen', async () => {
    const associationId = await create();
    await forge(({ observed }) => {
      if (observed === null) throw new Error('Not observed.');
      return {
        observed: { ...observed, sight: { associationId, modifiedAt: '2999-01-01T00:00:00.000Z', isGone: false } },
      };
    });
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    await scanAll();
    expect({ SCAN: await drift('SCAN'), EKS: await drift('EKS') }).toEqual({
      SCAN: [],
      EKS: [['MODIFIED', 'roleArn']],
    });
  });

  test('a deletion that the state says an operation made', async () => {
    const associationId = await create();
    gateway.simulator.control.deleteAssociation(associationId);
    await forge(({ confirmed }) => {
      if (confirmed === null) throw new Error('Not confirmed.');
      return { confirmed: { ...confirmed, isDeleted: true } };
    });
    await scanAll();
    expect({ SCAN: await drift('SCAN'), EKS: await drift('EKS') }).toEqual({ SCAN: [], EKS: [['DELETED']] });
  });

  test('nothing, where the state is the one that operations left', async () => {
    const associationId = await create();
    await forge(() => ({}));
    expect(await drift('EKS')).toEqual([]);
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    await scanAll();
    const expected = [['MODIFIED', 'roleArn']];
    expect({ SCAN: await drift('SCAN'), EKS: await drift('EKS') }).toEqual({ SCAN: expected, EKS: expected });
  });
});
