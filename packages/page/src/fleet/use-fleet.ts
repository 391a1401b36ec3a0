import { useMemo } from 'preact/hooks';
import { useConnection } from '../api/use-connection.ts';
import type { Connection } from '../api/use-connection.ts';
import { FleetPage, FleetSearch } from '../generated/fleet.ts';
import type { FleetPageQuery, FleetSearchQuery } from '../generated/fleet.ts';
import { useSettled } from '../ui/use-settled.ts';
import { summaryOf } from './coverage.ts';
import type { CoverageSummary } from './coverage.ts';
import { filtersOf, foundRows, mergedRows, serverFilter } from './rows.ts';
import type { Filters, Row } from './rows.ts';

/** What is shown of the fleet. */
export interface Fleet {
  readonly filters: Filters;
  /** Null: now. */
  readonly asOf: string | null;
  /** What is searched for. */
  readonly text: string;
  readonly connection: Connection<FleetPageQuery, Row>;
  /** The rows that the search finds. */
  readonly rows: readonly Row[];
  /** Whether the server is asked for what the search names. */
  readonly isSearching: boolean;
  /** Null before the first page. */
  readonly coverage: CoverageSummary | null;
}

/** So many associations are loaded without being asked. */
export const enough = 10_000;

/** The rows of the first screen; later pages are as large as the API permits. */
const [firstRows, laterRows] = [100, 1_000];

const pageOf = ({ associations }: FleetPageQuery) => associations;
const foundOf = ({ associations }: FleetSearchQuery) => associations;

/** The associations that the URL names, page by page, and those that its search text finds. */
export function useFleet(params: URLSearchParams): Fleet {
  const filters = filtersOf(params);
  const [asOf, text] = [params.get('asOf'), params.get('q') ?? ''];
  const filter = serverFilter(filters);
  const variables = { filter, asOf, first: firstRows };
  const connection = useConnection(FleetPage, variables, pageOf, { atLeast: enough, laterFirst: laterRows });
  const word = useSettled(text.trim());
  const { hasMore, pages, nodes } = connection;
  const isName = hasMore && /^[a-z0-9][a-z0-9.-]*$/.test(word);
  const isRole = hasMore && /^arn:[\w-]+:iam::\d{12}:role\/\S+$/.test(word);
  const search = (field: keyof Filters, isIt: boolean) =>
    isIt && filters[field] === undefined ? { filter: { ...filter, [field]: word }, asOf } : null;
  const searches = [
    useConnection(FleetSearch, search('namespace', isName), foundOf),
    useConnection(FleetSearch, search('serviceAccount', isName), foundOf),
    useConnection(FleetSearch, search('clusterName', isName), foundOf),
    useConnection(FleetSearch, search('roleArn', isRole), foundOf),
  ];
  const found = searches.map((one) => one.nodes);
  const all = useMemo(() => mergedRows(nodes, found.flat()), [nodes, ...found]);
  const rows = useMemo(() => foundRows(all, text, filters), [all, text, filters.roleArn]);
  const coverage = useMemo(
    () => (pages.length === 0 ? null : summaryOf(pages.flatMap(({ associations }) => associations?.coverage ?? []))),
    [pages],
  );
  const isSearching = searches.some(({ isLoading }) => isLoading);
  return { filters, asOf, text, connection, rows, isSearching, coverage };
}
