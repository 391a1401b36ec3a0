import { ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import type { EKSClient, ListPodIdentityAssociationsCommandOutput } from '@aws-sdk/client-eks';
import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type { Deadline } from '../runtime/deadline.ts';
import { summaryFrom } from './association.ts';
import type { AssociationSummary, CallBounds, Eks, ListResult, PageQuery, PageResult } from './eks.ts';
import { eksErrorOf, endlessList, isAbsent, unexpectedResponse } from './errors.ts';

/**
 * Summaries per page: the maximum of EKS. Constant, because EKS does not document a page token with
 * another size.
 */
const eksPageSize = 100;

/**
 * Exceptions that EKS can raise for an invalid page token. It documents none; the rest of the
 * request is known to be valid.
 */
const tokenExceptions: readonly string[] = [
  'InvalidParameterException',
  'InvalidRequestException',
  'InvalidTokenException',
  'ValidationException',
];

/**
 * One page of the associations of a cluster. Errors of EKS and of the network are results, not
 * exceptions.
 */
export async function listPage(
  reader: EKSClient,
  cluster: ClusterRef,
  query: PageQuery,
  abortSignal: Deadline,
): Promise<PageResult> {
  const { namespace, serviceAccount, nextToken } = query;
  try {
    const command = new ListPodIdentityAssociationsCommand({
      clusterName: cluster.clusterName,
      maxResults: eksPageSize,
      ...(namespace === null ? {} : { namespace }),
      ...(serviceAccount === null ? {} : { serviceAccount }),
      ...(nextToken === null ? {} : { nextToken }),
    });
    return pageFrom(await reader.send(command, { abortSignal }), cluster, query);
  } catch (error) {
    const eksError = eksErrorOf(error);
    if (isAbsent(error)) return { kind: 'cluster-not-found', error: eksError };
    const isTokenRefused = nextToken !== null && tokenExceptions.includes(eksError.exception);
    return { kind: isTokenRefused ? 'token-refused' : 'failed', error: eksError };
  }
}

/**
 * The page of a response. A response without a list, with an association of another cluster or with
 * the token of the page itself is a failure: an end of the list that EKS did not state would prove
 * that an association does not exist.
 */
function pageFrom(
  output: ListPodIdentityAssociationsCommandOutput,
  cluster: ClusterRef,
  { nextToken: ownToken }: PageQuery,
): PageResult {
  const { requestId = null } = output.$metadata;
  const failed = (message: string): PageResult => ({ kind: 'failed', error: unexpectedResponse(message, requestId) });
  // The SDK does not check the responses of EKS.
  const { associations, nextToken } = output as { readonly associations?: unknown; readonly nextToken?: unknown };
  if (!Array.isArray(associations)) return failed('The response has no list of associations.');
  const summaries: AssociationSummary[] = [];
  for (const listed of associations as readonly unknown[]) {
    const summary = summaryFrom(listed, cluster);
    if (summary === null) return failed('A listed association is incomplete, or belongs to another cluster.');
    summaries.push(summary);
  }
  if (nextToken === undefined || nextToken === null) return { kind: 'page', summaries, nextToken: null };
  const canFollow = typeof nextToken === 'string' && nextToken !== '' && nextToken !== ownToken;
  return canFollow ? { kind: 'page', summaries, nextToken } : { kind: 'failed', error: endlessList(requestId) };
}

/** Ids of the associations of one service account, from all pages. */
export async function listIds(
  { page }: Pick<Eks, 'page'>,
  { namespace, serviceAccount }: AssociationTarget,
  bounds: CallBounds,
): Promise<ListResult> {
  const associationIds: string[] = [];
  const tokens = new Set<string>();
  for (let nextToken: string | null = null; ;) {
    const read: PageResult = await page({ namespace, serviceAccount, nextToken }, bounds);
    if (read.kind === 'cluster-not-found') return read;
    if (read.kind !== 'page') return { kind: 'failed', error: read.error };
    const isOther = (one: AssociationSummary) => one.namespace !== namespace || one.serviceAccount !== serviceAccount;
    if (read.summaries.some(isOther)) return { kind: 'failed', error: otherAccount };
    associationIds.push(...read.summaries.map(({ associationId }) => associationId));
    if (read.nextToken === null) return { kind: 'listed', associationIds };
    if (tokens.has(read.nextToken)) return { kind: 'failed', error: endlessList(null) };
    tokens.add(read.nextToken);
    ({ nextToken } = read);
  }
}

const otherAccount = unexpectedResponse('A listed association belongs to another service account.', null);
