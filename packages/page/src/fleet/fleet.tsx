import { useCallback, useMemo } from 'preact/hooks';
import type { PageParams as Params } from '../../../client/src/client/page-links.ts';
import { Ready } from '../approvals/ready.tsx';
import { hrefOf, setParams, useRoute } from '../route.ts';
import { Boundary, Problem } from '../ui/problem.tsx';
import { sortRows } from '../ui/sort.ts';
import { Table } from '../ui/table.tsx';
import { Title } from '../ui/title.tsx';
import { Adopt } from './adopt.tsx';
import { groupColumns, latestColumns, pastColumns } from './columns.tsx';
import { Details } from './details.tsx';
import { Filters } from './filters.tsx';
import { groupRows, groupings, readGrouping } from './groups.ts';
import type { Grouping } from './groups.ts';
import { Nothing } from './nothing.tsx';
import { Picture } from './picture.tsx';
import { placeOf, readPlace } from './rows.ts';
import type { Row } from './rows.ts';
import { Search } from './search.tsx';
import { Status } from './status.tsx';
import { useFleet } from './use-fleet.ts';
import type { Fleet as FleetData } from './use-fleet.ts';

/** Who has what: the associations of all clusters that the viewer may see, now or as of a time. */
export function Fleet() {
  const { params } = useRoute();
  const show = params.get('show');
  const grouping = readGrouping(params.get('group'));
  const fleet = useFleet(params);
  const open = readPlace(params.get('open'));
  const { connection, rows, coverage, asOf, filters } = fleet;
  return (
    <>
      <div class="fleet-head">
        <Title>Who has what</Title>
        <Search fleet={fleet} />
        <nav aria-label="Form" class="fleet-forms">
          {(
            [
              [null, 'List'],
              ['picture', 'Picture'],
            ] as const
          ).map(([value, label]) => (
            <a
              key={label}
              href={hrefOf('fleet', { ...Object.fromEntries(params), show: value })}
              aria-current={show === value ? 'true' : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
      </div>
      <Ready />
      <Filters fleet={fleet} />
      <Status fleet={fleet} />
      {filters.origin === 'OUTSIDE' && asOf === null && <Adopt rows={rows} onAdopted={connection.reload} />}
      <div class={open ? 'split is-open' : 'split'}>
        {connection.error && connection.nodes.length === 0 ? (
          <div class="fleet-problem">
            <Problem error={connection.error} retry={connection.reload} />
          </div>
        ) : rows.length === 0 && coverage !== null && !connection.hasMore && !connection.isLoading ? (
          <Nothing fleet={fleet} />
        ) : show === 'picture' ? (
          <Picture rows={rows} />
        ) : grouping !== null ? (
          <Groups fleet={fleet} grouping={grouping} />
        ) : (
          <List fleet={fleet} />
        )}
        {open && (
          <Boundary key={placeOf(open)}>
            <Details place={open} asOf={asOf} />
          </Boundary>
        )}
      </div>
    </>
  );
}

function List({ fleet: { rows, asOf } }: { readonly fleet: FleetData }) {
  const { params } = useRoute();
  const columns = asOf === null ? latestColumns : pastColumns;
  const sorting = params.get('sort');
  const sorted = useMemo(() => sortRows(rows, columns, sorting), [rows, columns, sorting]);
  const href = useCallback(
    (row: Row) => hrefOf('fleet', { ...Object.fromEntries(params), open: placeOf(row) }),
    [params],
  );
  return (
    <Table
      label="Associations"
      columns={columns}
      rows={sorted}
      keyOf={placeOf}
      hrefOf={href}
      selected={params.get('open')}
      sorting={sorting}
      onSort={sortBy}
    />
  );
}

function Groups({ fleet: { rows }, grouping }: { readonly fleet: FleetData; readonly grouping: Grouping }) {
  const { params } = useRoute();
  const sorting = params.get('sort');
  const groups = useMemo(() => groupRows(rows, grouping), [rows, grouping]);
  const sorted = useMemo(() => sortRows(groups, groupColumns, sorting), [groups, sorting]);
  const ungrouped: Params = { ...Object.fromEntries(params), group: null, sort: null, open: null };
  return (
    <Table
      label={`Associations by ${groupings[grouping].toLowerCase()}`}
      columns={groupColumns}
      rows={sorted}
      keyOf={({ key }) => key}
      hrefOf={({ filters }) => hrefOf('fleet', { ...ungrouped, ...filters })}
      sorting={sorting}
      onSort={sortBy}
    />
  );
}

function sortBy(sorting: string | null): void {
  setParams({ sort: sorting }, { replace: true });
}
