import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultScanSettings, scan } from '../../../../src/observations/scan.ts';
import { openGateway, roleArn } from '../../../../test/support/gateway.ts';
import type { GatewayOptions } from '../../../../test/support/gateway.ts';
import { withStsAt } from '../../../../test/support/sts-server.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { runOnGateway } from '../run-on-gateway.ts';
import type { Terminal } from '../run-on-gateway.ts';
import type { Outcome } from '../host.ts';

/** A gateway with a ledger and files of its own, whose clusters a test scans. */
export async function startScannedGateway(options: Omit<GatewayOptions, 'ledger'> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'declaration-'));
  const ledger = makeSqliteLedger({ file: join(folder, 'ledger.db') });
  const gateway = await openGateway({ ledger, ...options });
  const { control } = gateway.simulator;

  /** Scans what is due: each time, every cluster. */
  const observe = async () => {
    gateway.clock.skip(11 * 60_000);
    const wait = () => Promise.resolve();
    const settings = { ...defaultScanSettings, maxAgeMs: 0, readsPerSecond: 1_000_000 };
    await withStsAt(gateway.simulator.url, () =>
      scan({ ...gateway.deps, observations: ledger, wait }, settings, gateway.clock.now() + 600_000),
    );
  };

  /** Runs a command line as a principal, at the gateway or a server in front of it. */
  const run = async (
    args: readonly string[],
    as = 'alice',
    terminal: Terminal = {},
    url = gateway.url,
  ): Promise<Outcome> => {
    const environment = { POD_IDENTITY_ENDPOINT_URL: url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) };
    return runOnGateway(args, { environment, ...terminal });
  };

  const pathOf = (name: string) => join(folder, name);
  const write = (name: string, text: string) => {
    writeFileSync(pathOf(name), text);
    return pathOf(name);
  };

  /** The requests to EKS that had an effect, as `Create api`, `Delete api`…, sorted. */
  const effects = () => {
    const changes = [
      'CreatePodIdentityAssociation',
      'UpdatePodIdentityAssociation',
      'DeletePodIdentityAssociation',
    ] as const;
    return changes
      .flatMap((operation) => control.requests(operation))
      .filter(({ outcome }) => outcome === 'succeeded')
      .map(
        ({ operation, serviceAccount, associationId }) =>
          `${operation?.slice(0, 6)} ${serviceAccount ?? associationId}`,
      )
      .sort();
  };

  const close = async () => {
    await gateway.close();
    ledger.close();
    rmSync(folder, { recursive: true });
  };
  return {
    gateway,
    control,
    observe,
    run,
    pathOf,
    write,
    read: (name: string) => readFileSync(pathOf(name), 'utf8'),
    effects,
    close,
  };
}

export type ScannedGateway = Awaited<ReturnType<typeof startScannedGateway>>;

/** A declaration of service accounts that have the role of the payments API in apps-dev. */
export function paymentsDeclaration(serviceAccounts: readonly string[], role = 'payments-api'): string {
  return `version: 1
name: payments
bindings:
  - roleArn: arn:aws:iam::{accountId}:role/pods/{namespace}/${role}
    clusters: [apps-dev]
    namespaces: [payments]
    serviceAccounts: ${JSON.stringify(serviceAccounts)}
    tags: { team: payments }
    reason: declared
`;
}

/** An association that another tool makes. */
export function outside(serviceAccount: string, role = 'payments/payments-api') {
  return {
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount,
    roleArn: roleArn(role),
    tags: { team: 'payments' },
  };
}
