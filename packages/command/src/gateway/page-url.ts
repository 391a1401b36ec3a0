import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { pageLink } from '../../../client/src/client/page-links.ts';

/** The link to an approval on the page; null without a page. */
export type LinkOf = (approvalId: string) => Promise<string | null>;

/**
 * Makes links to approvals. The address is read with the first one; a gateway that does not tell
 * it, such as an earlier version, has none.
 */
export function makeLinkOf(client: Pick<GatewayClient, 'pageUrl'>, options?: CallOptions): LinkOf {
  let url: Promise<string | null> | undefined;
  return async (approvalId) => {
    url ??= client.pageUrl(options).catch(() => null);
    const known = await url;
    return known === null ? null : pageLink(known, 'approval', approvalId);
  };
}
