import { createHmac } from 'node:crypto';

/** Builds an opaque, signed `nextToken` that continues a list after the given association id. */
export function pageToken(afterId: string, listName: string, secret: string): string {
  const seal = createHmac('sha256', secret).update(`${afterId} ${listName}`).digest('base64url');
  return Buffer.from(`${afterId} ${seal}`).toString('base64url');
}

/**
 * The association id to continue after. Null unless the token was made for this list with this
 * secret.
 */
export function readPageToken(token: string, listName: string, secret: string): string | null {
  const [afterId = ''] = Buffer.from(token, 'base64url').toString().split(' ');
  return token === pageToken(afterId, listName, secret) ? afterId : null;
}
