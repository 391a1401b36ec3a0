import { useEffect, useRef } from 'preact/hooks';
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
import { useConnection } from './use-connection.ts';
import type { Connection } from './use-connection.ts';

/** What is known of a query. While it is sent again, the last data stay. */
export interface Loaded<Data> extends Pick<Connection<Data, never>, 'error' | 'isLoading' | 'loadedAt' | 'reload'> {
  readonly data: Data | null;
}

const noPages = () => null;

/**
 * Sends a query when a component is shown, and when its variables change: data of other variables
 * are never shown.
 *
 * @param variables null: nothing is sent
 */
export function useQuery<Data, Variables extends object>(
  document: GatewayDocument<Data, Variables>,
  variables: Variables | null,
): Loaded<Data> {
  const { pages, ...loaded } = useConnection<Data, Variables & { after?: unknown }, never>(
    document,
    variables,
    noPages,
  );
  return { ...loaded, data: pages[0] ?? null };
}

/** The longest pause between two readings that fail, in milliseconds. */
const longestPauseMs = 300_000;

/**
 * Reads a query again some time after each answer; null: it is not read again. The pause doubles
 * with each failure.
 */
export function usePolling({ data, error, isLoading, reload }: Loaded<unknown>, everyMs: number | null): void {
  const failures = useRef(0);
  useEffect(() => {
    if (everyMs === null || isLoading) return;
    failures.current = error === null ? 0 : failures.current + 1;
    const timer = setTimeout(reload, Math.min(everyMs * 2 ** failures.current, longestPauseMs));
    return () => clearTimeout(timer);
  }, [data, error, isLoading, everyMs, reload]);
}
