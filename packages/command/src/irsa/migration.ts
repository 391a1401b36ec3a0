import type { Written } from '../declaration/fold.ts';
import { addOnOf } from './add-ons.ts';
import type { IrsaAccount } from './service-accounts.ts';
import { trustStatements } from './trust-statements.ts';
import type { TrustStatement } from './trust-statements.ts';
import type { InventoryLine } from '../inventory-lines.ts';
import type { Answer, Asked } from './ask.ts';

/** What a move from IRSA to Pod Identity takes. */
export interface Migration {
  /** The associations to declare. */
  readonly associations: readonly Written[];
  /** The statements that the trust policy of each role needs beside those it has. */
  readonly roles: readonly RoleTrust[];
  /** What the inventory of the gateway needs first; null if the gateway was not asked. */
  readonly inventory: readonly InventoryLine[] | null;
  /** What has to be restarted once the associations exist. */
  readonly restarts: readonly Restart[];
  /** Service accounts that are left out, and why. */
  readonly kept: readonly Kept[];
}

export interface RoleTrust {
  readonly roleArn: string;
  /** The clusters whose pods use the role. */
  readonly clusterNames: readonly string[];
  readonly statements: readonly TrustStatement[];
}

export interface Restart {
  readonly clusterName: string;
  readonly namespace: string;
  readonly workload: string;
}

export interface Kept {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly reason: string;
}

const roleArn = /^arn:aws[a-z-]*:iam::(\d{12}):role\/.+$/;

/**
 * Plans the move of service accounts. An add-on, a role of another account, and pods where Pod
 * Identity does not run stay with IRSA.
 *
 * @param accountId the account of the clusters; null if it is not known, so that roles of other
 *   accounts are not found
 * @param answer what the gateway says of those of {@link movable}; null if it was not asked
 */
export function planMigration(
  accounts: readonly IrsaAccount[],
  accountId: string | null,
  answer: Answer | null = null,
): Migration {
  const asked = answer?.asked ?? new Map<IrsaAccount, Asked>();
  const judged = accounts.map((account) => {
    return { account, reason: reasonToKeep(account, accountId) ?? asked.get(account)?.reason ?? null };
  });
  const moved = judged.filter(({ reason }) => reason === null).map(({ account }) => account);
  const byRole = new Map<string, IrsaAccount[]>();
  for (const account of moved) {
    const same = byRole.get(account.roleArn);
    if (same) same.push(account);
    else byRole.set(account.roleArn, [account]);
  }
  return {
    associations: moved.map((account) => writtenOf(account, asked.get(account))),
    inventory: answer?.inventory ?? null,
    roles: [...byRole].map(([arn, users]) => ({
      roleArn: arn,
      clusterNames: [...new Set(users.map(({ clusterName }) => clusterName))].sort(),
      statements: trustStatements(users, accountId),
    })),
    restarts: restartsOf(moved),
    kept: judged.flatMap(({ account: { clusterName, namespace, serviceAccount }, reason }) =>
      reason === null ? [] : [{ clusterName, namespace, serviceAccount, reason }],
    ),
  };
}

/** Those that can use Pod Identity, whatever the gateway says. */
export function movable(accounts: readonly IrsaAccount[], accountId: string | null): readonly IrsaAccount[] {
  return accounts.filter((account) => reasonToKeep(account, accountId) === null);
}

function reasonToKeep(
  { roleArn: arn, namespace, serviceAccount, pods }: IrsaAccount,
  accountId: string | null,
): string | null {
  const [, roleAccount] = roleArn.exec(arn) ?? [];
  if (roleAccount === undefined) return `${JSON.stringify(arn)} is not the ARN of a role.`;
  const addOn = addOnOf(namespace, serviceAccount);
  if (addOn !== null) {
    return `The EKS add-on ${addOn} uses this name. Move it through the add-on: aws eks update-addon --addon-name ${addOn} --pod-identity-associations serviceAccount=${serviceAccount},roleArn=${arn}. If you installed it yourself, add the binding by hand.`;
  }
  if (accountId !== null && roleAccount !== accountId) {
    return `The role is in account ${roleAccount}. Pod Identity needs a role in the account of the cluster, and this one as targetRoleArn: create that role, and add the binding by hand.`;
  }
  const places = [...new Set(pods.flatMap(({ unsupported }) => (unsupported === null ? [] : [unsupported])))].sort();
  if (places.length === 0) return null;
  const some = pods.some(({ unsupported }) => unsupported === null) ? 'Some of its pods' : 'Its pods';
  return `${some} run on ${places.join(' and ')}, where Pod Identity does not: keep IRSA, or give the others a service account of their own.`;
}

function writtenOf(
  { clusterName, namespace, serviceAccount, roleArn: arn }: IrsaAccount,
  asked: Asked | undefined,
): Written {
  const tags = asked?.tags ?? {};
  const state = { roleArn: arn, targetRoleArn: null, disableSessionTags: false, policy: null, tags };
  return { target: asked?.target ?? { clusterName, namespace, serviceAccount }, state };
}

/** Each workload once. */
function restartsOf(accounts: readonly IrsaAccount[]): readonly Restart[] {
  const restarts = accounts.flatMap(({ clusterName, namespace, pods }) =>
    pods.map(({ workload }) => ({ clusterName, namespace, workload })),
  );
  return [...new Map(restarts.map((restart) => [JSON.stringify(restart), restart])).values()];
}
