import { createHmac } from 'node:crypto';

/** An opaque `nextToken`: goes on after the given association in the list of that name. */
export function pageToken(afterId: string, listName: string, secret: string): string {
  const seal = createHmac('sha256', secret).update(`${afterId} ${listName}`).digest('base64url');
  return Buffer.from(`${afterId} ${seal}`).toString('base64url');
}

/** Where to go on; null when the token is not one that was made for this list with this secret. */
export function readPageToken(token: string, listName: string, secret: string): string | null {
  const [afterId = ''] = Buffer.from(token, 'base64url').toString().split(' ');
  return token === pageToken(afterId, listName, secret) ? afterId : null;
}
