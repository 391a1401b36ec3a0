import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { bearer } from '../../../client/src/client/auth.ts';
import { makeGatewayClient } from '../../../client/src/client/client.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { PageConfig, Session } from '../config.ts';
import type { ViewerQuery } from '../generated/api.ts';

/** What the views work with. */
export interface Gateway {
  /** Sends operations as the person who is signed in, and retries as the contract says. */
  readonly client: GatewayClient;
  readonly viewer: ViewerQuery['viewer'];
  readonly deployment: ViewerQuery['gateway'];
  /** Aborted when the person has signed out: nothing is sent with their token any more. */
  readonly signedOut: AbortSignal;
}

/** The client for a session. */
export function makeClient({ graphql }: Pick<PageConfig, 'graphql'>, session: Session): GatewayClient {
  const url = new URL(graphql, location.href).href;
  return makeGatewayClient({ url, authentication: bearer(() => session.token()) });
}

/** The gateway of the page; null before sign-in. */
export const GatewayContext = createContext<Gateway | null>(null);

/** The gateway, in a view. */
export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext);
  if (gateway === null) throw new Error('Views are shown to people who have signed in.');
  return gateway;
}
