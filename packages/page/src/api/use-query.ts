import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
import { useGateway } from './gateway.ts';

/** What is known of a query. While it is sent again, the last data stay. */
export interface Loaded<Data> {
  readonly data: Data | null;
  /** Why the last attempt failed; null if it did not. */
  readonly error: Error | null;
  readonly isLoading: boolean;
  /** When the data came. Milliseconds since the epoch. */
  readonly loadedAt: number | null;
  /** Sends the query again. */
  readonly reload: () => void;
}

type State<Data> = Omit<Loaded<Data>, 'reload'> & { readonly key: string | null };

const nothing = { data: null, error: null, isLoading: false, loadedAt: null, key: null };

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
  const { client } = useGateway();
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State<Data>>(nothing);
  const key = variables === null ? null : JSON.stringify(variables);
  useEffect(() => {
    if (key === null) {
      setState(nothing);
      return;
    }
    const abort = new AbortController();
    setState((last) => ({ ...(last.key === key ? last : nothing), key, isLoading: true }));
    client.request(document, JSON.parse(key) as Variables, { signal: abort.signal }).then(
      (data) => setState({ data, error: null, isLoading: false, loadedAt: Date.now(), key }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState((last) => ({ ...last, error: error as Error, isLoading: false }));
      },
    );
    return () => abort.abort();
  }, [client, document, key, round]);
  const reload = useCallback(() => setRound((last) => last + 1), []);
  const shown = state.key === key ? state : { ...nothing, isLoading: key !== null };
  return { ...shown, reload };
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
