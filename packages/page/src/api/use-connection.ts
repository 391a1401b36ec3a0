import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
import { useGateway } from './gateway.ts';

/** A page of a connection of the API. */
interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The pages of a connection that are loaded. */
export interface Connection<Data, Node> {
  readonly nodes: readonly Node[];
  /** The data of each page, for what is beside its nodes. */
  readonly pages: readonly Data[];
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** Why the last page could not be loaded; null if it could. */
  readonly error: Error | null;
  /** When the first page came. Milliseconds since the epoch. */
  readonly loadedAt: number | null;
  /** Loads the next page. Does nothing while a page is loading, after an error, and after the last one. */
  readonly loadMore: () => void;
  /** Loads what failed once more. */
  readonly retry: () => void;
  /** Starts again with the first page. */
  readonly reload: () => void;
}

type Known = 'pages' | 'hasMore' | 'isLoading' | 'error' | 'loadedAt';

interface State<Data> extends Pick<Connection<Data, never>, Known> {
  readonly key: string | null;
  /** Null: no page is loaded, or none follows. */
  readonly cursor: string | null;
}

const nothing = { pages: [], cursor: null, hasMore: true, isLoading: false, error: null, loadedAt: null };

/** How a connection is loaded. */
export interface ConnectionOptions {
  /**
   * Loads pages until there are so many nodes, without being asked; 1: the first page that has any.
   */
  readonly atLeast?: number;
  /**
   * The `first` of the pages after the first one, which is small so that something is there soon.
   * By default that of the variables.
   */
  readonly laterFirst?: number | undefined;
}

/**
 * The nodes of a connection, page by page: the first page when a component is shown and when its
 * variables change, others when they are asked for.
 *
 * @param variables without `after`; null: nothing is loaded
 * @param pageOf the connection in the data of a page; must not change
 */
export function useConnection<Data, Variables extends { after?: unknown }, Node>(
  document: GatewayDocument<Data, Variables>,
  variables: Omit<Variables, 'after'> | null,
  pageOf: (data: Data) => Page<Node> | null,
  { atLeast = 1, laterFirst }: ConnectionOptions = {},
): Connection<Data, Node> {
  const { client } = useGateway();
  const key = variables === null ? null : JSON.stringify(variables);
  const [state, setState] = useState<State<Data>>({ ...nothing, key: null });
  const [round, setRound] = useState(0);
  const abort = useRef(new AbortController());

  const load = useCallback(
    function load(after: string | null, wanted: string, loaded: number) {
      const { signal } = abort.current;
      setState((last) => ({ ...last, isLoading: true, error: null }));
      const later = after !== null && { after, ...(laterFirst !== undefined && { first: laterFirst }) };
      client.request(document, { ...(JSON.parse(wanted) as Variables), ...later }, { signal }).then(
        (data) => {
          if (signal.aborted) return;
          const page = pageOf(data);
          const { hasNextPage: hasMore = false, endCursor: cursor = null } = page?.pageInfo ?? {};
          const known = loaded + (page?.nodes.length ?? 0);
          const isMore = hasMore && cursor !== null && known < atLeast;
          if (isMore) load(cursor, wanted, known);
          const draw = () => {
            if (signal.aborted) return;
            setState((last) => ({
              ...last,
              key: wanted,
              cursor,
              hasMore,
              isLoading: isMore && last.isLoading,
              pages: after === null ? [data] : [...last.pages, data],
              loadedAt: after === null ? Date.now() : last.loadedAt,
            }));
          };
          // The gateway makes the next page while this one is drawn: its request is sent before.
          setTimeout(draw);
        },
        (error: unknown) => {
          if (!signal.aborted) setState((last) => ({ ...last, error: error as Error, isLoading: false }));
        },
      );
    },
    [client, document, pageOf, laterFirst, atLeast],
  );

  useEffect(() => {
    abort.current = new AbortController();
    setState((last) => (last.key === key ? last : { ...nothing, key }));
    if (key !== null) load(null, key, 0);
    return () => abort.current.abort();
  }, [key, round, load]);

  const shown = state.key === key ? state : { ...nothing, isLoading: key !== null };
  const { pages } = shown;
  const nodes = useMemo(() => pages.flatMap((page) => pageOf(page)?.nodes ?? []), [pages, pageOf]);
  const { cursor, hasMore, isLoading, error } = state;
  const loadMore = useCallback(() => {
    // What failed is not asked for by itself: the client has tried it for a minute.
    if (state.key !== null && hasMore && !isLoading && error === null) load(cursor, state.key, nodes.length);
  }, [load, state.key, cursor, hasMore, isLoading, error, nodes.length]);
  const retry = () => {
    if (state.key !== null && !isLoading) load(cursor, state.key, nodes.length);
  };

  const reload = useCallback(() => setRound((last) => last + 1), []);
  return { ...shown, nodes, loadMore, retry, reload };
}
