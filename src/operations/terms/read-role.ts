import type { CallBounds, EksFor, RoleResult } from '../../eks/eks.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { Directory } from '../../policy/inventory/directory.ts';
import { parseRoleArn } from '../../validation/role-arns.ts';

/** How the roles of all accounts of the inventory are read. */
export interface RoleReader {
  readonly eksFor: EksFor;
  readonly directory: Directory;
}

/**
 * Reads a role with the credentials for its account: that of the cluster, or of another cluster in
 * the inventory. Fails without a call for a role of any other account.
 */
export async function readRole(
  { eksFor, directory }: RoleReader,
  cluster: ClusterRef,
  roleArn: string,
  bounds: CallBounds,
): Promise<RoleResult> {
  const account = parseRoleArn(roleArn)?.accountId;
  const place = [cluster, ...directory.clusters].find(({ accountId }) => accountId === account);
  if (place) return eksFor(place).readRole(roleArn, bounds);
  const message = `The gateway serves no cluster in account ${account}, so it has no access to IAM there.`;
  return { kind: 'failed', error: { exception: 'AccountNotServed', message, requestId: null } };
}
