import { ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import type { EKSClient, PodIdentityAssociationSummary } from '@aws-sdk/client-eks';
import type { ClusterRef } from '../model/association.ts';
import type { AssociationSummary, PageQuery, PageResult } from './eks.ts';
import { textOrNull } from './association.ts';
import { eksErrorOf, incompleteResponse } from './errors.ts';

/** Summaries per page: the maximum of EKS. Constant, because EKS does not document a page token with another size. */
const eksPageSize = 100;

/** Exceptions that EKS can raise for an invalid page token. It documents none; the rest of the request is known to be valid. */
const tokenExceptions: readonly string[] = [
  'InvalidParameterException',
  'InvalidRequestException',
  'InvalidTokenException',
  'ValidationException',
];

/** One page of the associations of a cluster. Errors of EKS and of the network are results, not exceptions. */
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
    for (const listed of output.associations ?? []) {
      const summary = summaryFrom(listed, cluster);
      if (summary === null) return { kind: 'failed', error: incompleteSummary };
      summaries.push(summary);
    }
    return { kind: 'page', summaries, nextToken: textOrNull(output.nextToken) };
  } catch (error) {
    const eksError = eksErrorOf(error);
    const isTokenRefused = nextToken !== null && tokenExceptions.includes(eksError.exception);
    return { kind: isTokenRefused ? 'token-refused' : 'failed', error: eksError };
  }
}

const incompleteSummary = incompleteResponse('A listed association lacks its names, ARN or id.', null);

/** A summary as a domain object; null if a field is missing that EKS always returns. */
function summaryFrom(listed: PodIdentityAssociationSummary, cluster: ClusterRef): AssociationSummary | null {
  const { namespace, serviceAccount, associationArn, associationId, ownerArn = null } = listed;
  if (!namespace || !serviceAccount || !associationArn || !associationId) return null;
  const { accountId, region, clusterName } = cluster;
  return { accountId, region, clusterName, namespace, serviceAccount, associationArn, associationId, ownerArn };
}
