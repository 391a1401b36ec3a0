import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';

describeOnLedgers('a scan of an association with a forged ownership tag on $name', ({ open }) => {
  let gateway: Gateway;
  let ledger: Ledger;
  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  test.each([
    ['an empty value', ''],
    ['a value that is not an operation id', 'lock-01KASA3V5T0000000000000001'],
  ])('completes, and finds a change outside: %s', async (_, value) => {
    const { clusterName, namespace, serviceAccount, roleArn } = input;
    const tags = { 'pod-identity-gateway/operation': value };
    gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn, tags });
    gateway.clock.skip(60_000);
    const { deps, clock } = gateway;
    const observations = ledger as Ledger & ObservationStore;
    const result = await scan({ ...deps, observations }, defaultScanSettings, clock.now() + 60_000);
    expect(result).toMatchObject({ unreadable: 0, incomplete: 0, outside: 1 });
  });
});
