import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';
import { defaultScanSettings, scan } from '../../../src/observations/scan.ts';
import type { ObservationStore } from '../../../src/ledger/cluster-scan.ts';
import type { Association } from '../../../src/model/association.ts';
import { openGateway, roleArn } from '../../../test/support/gateway.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { copyOfShipped } from '../../../test/support/policy-sample.ts';
import { runOperator } from './run-operator.ts';

/** An association that another tool makes; `roleArn` follows the convention of its namespace. */
export function makeDirectly(gateway: Gateway, namespace: string, serviceAccount: string, fields: object = {}) {
  return gateway.simulator.control.createAssociation({
    ...{ clusterName: 'apps-dev', namespace, serviceAccount, roleArn: roleArn(`${namespace}/api`) },
    ...{ tags: { team: namespace }, ...fields },
  });
}

/** Scans all clusters of the inventory. */
export function scanAll({ deps, clock }: Gateway, observations: ObservationStore, settings: object = {}) {
  const wait = () => Promise.resolve();
  return scan({ ...deps, observations, wait }, { ...defaultScanSettings, ...settings }, clock.now() + 50_000);
}

/** Stores an association as a scan that found it would. */
export async function storeSeen(observations: ObservationStore, seen: Association): Promise<void> {
  const { accountId, region, clusterName, namespace, serviceAccount, associationId, modifiedAt } = seen;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  const at = Date.parse(modifiedAt);
  const sight = { associationId, modifiedAt, isGone: false };
  const origin = 'OUTSIDE' as const;
  const observed = { at, revision: 1, sight, origin, association: seen, driftId: null };
  const version = {
    target,
    association: seen,
    origin,
    operationId: null,
    declaration: null,
    seenAt: at,
    seenOtherwiseAt: null,
  };
  const change = { target, observed, version, openOperations: [], endedOperationIds: [] };
  if (!(await observations.observeAssociation(0, change, null))) throw new Error('It is stored already.');
}

/** A gateway with a ledger in a file, and a copy of the shipped policies that the test may change. */
export async function openFleet() {
  const folder = copyOfShipped();
  const file = join(folder, 'ledger.sqlite');
  const ledger = makeSqliteLedger({ file });
  const gateway = await openGateway({ ledger });
  const close = async () => {
    await gateway.close();
    ledger.close();
    rmSync(folder, { recursive: true });
  };
  return {
    ...{ folder, file, ledger, gateway, close },
    scanAll: (settings: object = {}) => scanAll(gateway, ledger, settings),
    makeDirectly: (namespace: string, serviceAccount: string, fields: object = {}) =>
      makeDirectly(gateway, namespace, serviceAccount, fields),
    run: (...words: readonly string[]) => runOperator(words, { LEDGER_FILE: file }),
  };
}
