import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PageParams as Params } from '../../../client/src/client/page-links.ts';
import { setParams, useRoute } from '../route.ts';
import { Select } from '../ui/filters.tsx';
import type { SelectProps } from '../ui/filters.tsx';
import { fromInput, toInput, zoneName } from '../ui/time-text.ts';
import { UtcContext } from '../ui/time.tsx';
import { groupings } from './groups.ts';
import { filterFields } from './rows.ts';
import type { Row } from './rows.ts';
import type { Fleet } from './use-fleet.ts';

const labels: Readonly<Record<(typeof filterFields)[number], string>> = {
  accountId: 'Account',
  region: 'Region',
  clusterName: 'Cluster',
  namespace: 'Namespace',
  serviceAccount: 'Service account',
  roleArn: 'Role',
  origin: 'Origin',
  declaration: 'Declaration',
};

const origins = {
  '': 'all',
  OPERATION: 'by the gateway',
  ADOPTED: 'adopted',
  ADD_ON: 'EKS add-on',
  OUTSIDE: 'made outside',
};

const groupWords = { '': 'nothing', ...groupings };

/** More suggestions than this do not help. */
const maxSuggestions = 500;

/** Fields that narrow the list, its time, and its grouping. All of them are in the URL. */
export function Filters({ fleet: { filters, asOf, connection } }: { readonly fleet: Fleet }) {
  const [isOpen] = useState(() => matchMedia('(min-width: 601px)').matches);
  const active = filterFields.filter((name) => filters[name] !== undefined).length + (asOf === null ? 0 : 1);
  // Only links set it: the search finds service accounts.
  const isShown = (name: (typeof filterFields)[number]) => name !== 'serviceAccount' || filters[name] !== undefined;
  const nothing: Params = { ...Object.fromEntries(filterFields.map((name) => [name, null])), asOf: null };
  return (
    <details class="fleet-filters" open={isOpen}>
      <summary>Filters{active > 0 && ` (${active})`}</summary>
      <div class="filters">
        {filterFields
          .filter(isShown)
          .map((name) =>
            name === 'origin' ? (
              <Choice key={name} label={labels[name]} words={origins} name={name} />
            ) : (
              <Field key={name} value={filters[name]} rows={connection.nodes} name={name} />
            ),
          )}
        <AsOf asOf={asOf} />
        <Choice label="Group by" words={groupWords} name="group" />
        <button type="button" disabled={active === 0} onClick={() => setParams(nothing)}>
          Clear
        </button>
      </div>
    </details>
  );
}

interface FieldProps {
  readonly name: Exclude<(typeof filterFields)[number], 'origin'>;
  readonly value: string | undefined;
  /** What is loaded, for suggestions. */
  readonly rows: readonly Row[];
}

function Field({ name, value, rows }: FieldProps) {
  const [isUsed, setUsed] = useState(false);
  const suggestions = useMemo(
    () => (isUsed ? [...new Set(rows.map((row) => row[name]).filter((one) => one !== null))].sort() : []),
    [isUsed, rows, name],
  );
  // The field keeps what is typed into it while rows arrive; another value from the URL makes
  // another field.
  return (
    <label key={value}>
      {labels[name]}
      <input
        list={`fleet-${name}`}
        defaultValue={value ?? ''}
        placeholder="all"
        maxLength={2048}
        onFocus={() => setUsed(true)}
        onChange={(event) => setParams({ [name]: event.currentTarget.value.trim() })}
      />
      <datalist id={`fleet-${name}`}>
        {suggestions.slice(0, maxSuggestions).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </label>
  );
}

/** A year that is still being typed is not taken. */
const firstYear = 2000;

function AsOf({ asOf }: { readonly asOf: string | null }) {
  const isUtc = useContext(UtcContext);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current && input.current !== document.activeElement) input.current.value = toInput(asOf, isUtc);
  }, [asOf, isUtc]);
  const onChange = ({ currentTarget: { value } }: { readonly currentTarget: HTMLInputElement }) => {
    if (value !== '' && Number(value.slice(0, 4)) < firstYear) return;
    // While a time is put together, its parts are not steps to go back to.
    setParams({ asOf: fromInput(value, isUtc) }, { replace: asOf !== null });
  };
  return (
    <label>
      As of, {zoneName(isUtc)}
      <input ref={input} type="datetime-local" onChange={onChange} />
    </label>
  );
}

function Choice({ name, ...select }: Pick<SelectProps, 'label' | 'words'> & { readonly name: string }) {
  const value = useRoute().params.get(name) ?? '';
  return <Select {...select} value={value} onChange={(chosen) => setParams({ [name]: chosen, sort: null })} />;
}
