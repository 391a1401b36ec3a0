import { useEffect, useRef } from 'preact/hooks';
import { useGateway } from '../api/gateway.ts';
import { go, hrefOf, setParams } from '../route.ts';
import { shortened } from '../ui/arn-parts.ts';
import { Icon } from '../ui/icon.tsx';
import { elsewhereOf } from './elsewhere.ts';
import { placeOf } from './rows.ts';
import type { Fleet } from './use-fleet.ts';

/** Finds rows per key stroke, and leads to what other views have. The slash key goes to it. */
export function Search({ fleet: { text, rows } }: { readonly fleet: Fleet }) {
  const { viewer } = useGateway();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isInField = (event.target as HTMLElement).closest('input, select, textarea') !== null;
      if (event.key !== '/' || isInField || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const elsewhere = elsewhereOf(text, viewer.id);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    const [found, another] = rows;
    const other = elsewhere.find(({ isCertain }) => isCertain);
    if (other) go(other.view, other.params);
    else if (found && !another) setParams({ open: placeOf(found) });
  };
  return (
    <form class="fleet-search" role="search" onSubmit={onSubmit}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Search"
        aria-describedby="search-hint"
        placeholder="Role, namespace, service account, cluster, person or operation id"
        value={text}
        maxLength={2048}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setParams({ q: event.currentTarget.value }, { replace: true })}
      />
      <p id="search-hint" class="muted">
        {elsewhere.length === 0
          ? 'A name or an ARN finds associations; a person or an operation id leads to the trail.'
          : elsewhere.map(({ label, view, params }) => (
              <a key={label} href={hrefOf(view, params)}>
                <bdi>{shortened(label)}</bdi> in {view.startsWith('trail') ? 'the trail' : 'the approvals'}
              </a>
            ))}
      </p>
    </form>
  );
}
