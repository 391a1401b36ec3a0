import { ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import type { EKSClient, PodIdentityAssociationSummary } from '@aws-sdk/client-eks';
import type { ClusterRef } from '../model/association.ts';
import type { AssociationSummary, PageQuery, PageResult } from './eks.ts';
import { eksErrorOf } from './errors.ts';

/** EKS's limit for a page. Always the same: whether a token may be used with another size is not documented. */
export const eksPageSize = 100;

/** How EKS refuses a token. It gives no name of its own to that, and the rest of a request with one was fine before. */
const refusesToken: readonly string[] = [
  'InvalidParameterException',
  'InvalidRequestException',
  'InvalidTokenException',
  'ValidationException',
];

/** One page of EKS's list. Never throws for what EKS or the network does. */
export async function listPage(
  reader: EKSClient,
  cluster: ClusterRef,
  { namespace, serviceAccount, nextToken }: PageQuery,
  abortSignal: AbortSignal,
): Promise<PageResult> {
  try {
    const command = new ListPodIdentityAssociationsCommand({
      clusterName: cluster.clusterName,
      maxResults: eksPageSize,
      ...(namespace === null ? {} : { namespace }),
      ...(serviceAccount === null ? {} : { serviceAccount }),
      ...(nextToken === null ? {} : { nextToken }),
    });
    const output = await reader.send(command, { abortSignal });
    const summaries: AssociationSummary[] = [];
    for (const given of output.associations ?? []) {
      const summary = summaryFrom(given, cluster);
      if (summary === null) return { kind: 'failed', error: incomplete };
      summaries.push(summary);
    }
    return { kind: 'page', summaries, nextToken: tokenOf(output.nextToken) };
  } catch (error) {
    const eksError = eksErrorOf(error);
    const isRefusal = nextToken !== null && refusesToken.includes(eksError.exception);
    return { kind: isRefusal ? 'token-refused' : 'failed', error: eksError };
  }
}

const incomplete = {
  exception: 'IncompleteAnswer',
  message: 'EKS listed an association without its names.',
  requestId: null,
} as const;

/** A summary in the domain's form; null when EKS left out what it always tells. */
function summaryFrom(given: PodIdentityAssociationSummary, cluster: ClusterRef): AssociationSummary | null {
  const { namespace, serviceAccount, associationArn, associationId, ownerArn = null } = given;
  if (!namespace || !serviceAccount || !associationArn || !associationId) return null;
  const { accountId, region, clusterName } = cluster;
  return { accountId, region, clusterName, namespace, serviceAccount, associationArn, associationId, ownerArn };
}

/** An empty token is none. */
function tokenOf(token: string | undefined): string | null {
  return token === undefined || token === '' ? null : token;
}
