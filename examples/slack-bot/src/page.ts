import type { GatewayClient } from 'pod-identity-client';
import { pageLink } from 'pod-identity-client';
import type { Button } from './blocks.ts';
import type { Store } from './store.ts';

const [key, keptSeconds] = ['page', 30 * 24 * 3_600];

/** The address of the page that was read last, for messages that no person asks for; null: none. */
export async function knownPageUrl(store: Store): Promise<string | null> {
  return (await store.get<{ readonly url: string }>(key))?.url ?? null;
}

/** Reads the address of the page with a person's client, and keeps it. A gateway that does not answer has the known one. */
export async function readPageUrl(store: Store, client: Pick<GatewayClient, 'pageUrl'>): Promise<string | null> {
  const known = await knownPageUrl(store);
  const url = await client.pageUrl().catch(() => known);
  if (url === null) await store.take(key);
  else if (url !== known) await store.set(key, { url }, keptSeconds);
  return url;
}

/** The button that opens an approval, an operation or an entry of the trail on the page; none without a page. */
export function pageButtons(
  pageUrl: string | null,
  kind: 'approval' | 'operation' | 'entry',
  id: string,
): readonly Button[] {
  if (pageUrl === null) return [];
  const text = kind === 'approval' ? 'Open on the page' : 'Show in the trail';
  return [{ text, action: 'open_page', url: pageLink(pageUrl, kind, id) }];
}
