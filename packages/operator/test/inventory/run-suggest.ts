import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOperator } from '../run-operator.ts';
import { environmentAt, ownAccount, startOrganization } from './fake-organization.ts';
import type { Call, World } from './fake-organization.ts';

export const shop = '444455556666';
export const lake = '777788889999';
const closed = '222233334444';

/** The inventory with which the command compares. */
export const inventory = {
  accounts: [{ accountId: ownAccount, name: 'apps', regions: ['eu-central-1'] }],
  clusters: [
    { accountId: ownAccount, region: 'eu-central-1', clusterName: 'apps-dev', environment: 'dev' },
    { accountId: ownAccount, region: 'eu-central-1', clusterName: 'apps-old', environment: 'dev' },
  ],
  environments: [{ name: 'dev', production: false }],
  namespaces: [{ name: 'payments-*', owners: ['payments-team'] }],
  systemNamespaces: ['kube-*'],
  services: [],
  permissionSets: [],
};

/** What exists. */
export const world: World = {
  accounts: [
    { id: shop, name: 'shop' },
    { id: closed, name: 'closed', state: 'SUSPENDED' },
    { id: ownAccount, name: 'apps' },
    { id: lake, name: 'data lake' },
  ],
  clusters: {
    [`${ownAccount}/eu-central-1/apps-dev`]: {},
    [`${ownAccount}/eu-central-1/apps-old`]: {},
    [`${ownAccount}/us-east-1/apps-us`]: { stage: 'us' },
    [`${shop}/eu-central-1/shop-1`]: { environment: 'dev', stage: 'one' },
    [`${shop}/eu-central-1/shop-2`]: {},
    [`${shop}/eu-central-1/shop-3`]: { environment: 'production' },
    [`${closed}/eu-central-1/closed-1`]: {},
  },
};

/** The cluster of this name in the account of the credentials. */
export function own(name: string): World['clusters'] {
  return { [`${ownAccount}/eu-central-1/${name}`]: {} };
}

/** All that exists is in the inventory. */
export const complete: World = { ...world, accounts: [], clusters: { ...own('apps-dev'), ...own('apps-old') } };

interface Circumstances {
  /** Whether standard error is a terminal. */
  readonly isTTY?: boolean;
  /** Of the inventory. */
  readonly content?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the command in a world, with an inventory in a folder of its own. `lines` are those of standard error. */
export async function suggest(
  there: World,
  words: string,
  { isTTY = false, content = inventory, env = {} }: Circumstances = {},
) {
  const organization = await startOrganization(there);
  const folder = mkdtempSync(join(tmpdir(), 'suggest-'));
  const file = join(folder, 'inventory.json');
  writeFileSync(file, JSON.stringify(content));
  try {
    const args = ['inventory', 'suggest', '--inventory', file, ...words.split(' ').filter((word) => word !== '')];
    const finished = await runOperator(args, { ...environmentAt(organization.endpoint), ...env }, { isTTY });
    const suggested = () => JSON.parse(finished.stdout) as { accounts: object[]; clusters: Record<string, string>[] };
    const { calls, mostOpen } = organization;
    const lines = finished.stderr.trimEnd().split('\n');
    return { ...finished, calls, mostOpen, suggested, lines, files: readdirSync(folder) };
  } finally {
    rmSync(folder, { recursive: true });
    await organization.stop();
  }
}

/** The calls of an action. */
export function callsOf(calls: readonly Call[], action: string): readonly Call[] {
  return calls.filter((call) => call.action === action);
}
