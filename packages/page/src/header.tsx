import { useEffect } from 'preact/hooks';
import type { ViewerQuery } from './generated/api.ts';
import type { TurnsQuery } from './generated/approvals.ts';
import { readPlace } from './fleet/rows.ts';
import { hrefOf, setParams, useRoute } from './route.ts';
import type { Route } from './route.ts';
import { countText, useTurns } from './approvals/turns.ts';
import { shortened } from './ui/arn.tsx';
import { useTitleCount } from './ui/title.tsx';
import { views } from './views.tsx';

interface HeaderProps {
  /** Null while it is not known. */
  readonly viewer: ViewerQuery['viewer'] | null;
  readonly isUtc: boolean;
  readonly onSignOut: () => void;
  /** Called with whose turn it is, whenever it was read. */
  readonly onTurns: (turns: TurnsQuery | null) => void;
}

/** The navigation, and who is signed in. */
export function Header({ viewer, isUtc, onSignOut, onTurns }: HeaderProps) {
  const route = useRoute();
  const { view } = route;
  return (
    <header>
      <a class="skip" href="#main" onClick={focusMain}>
        Skip to the content
      </a>
      <strong class="product">Pod Identity</strong>
      <nav aria-label="Views">
        {Object.entries(views).map(([name, [label]]) => (
          <a
            key={name}
            href={hrefOf(name, name === 'bind' ? placeOf(route) : {})}
            aria-current={view.split('/', 1)[0] === name ? 'page' : undefined}
          >
            {label}
            {name === 'approvals' && viewer && <Count onTurns={onTurns} />}
          </a>
        ))}
      </nav>
      <div class="viewer">
        <label title="Show times in UTC">
          <input type="checkbox" checked={isUtc} onChange={setUtc} /> UTC
        </label>
        {viewer && (
          <span title={[viewer.id, ...viewer.groups].join('\n')}>
            <bdi>{shortened(viewer.id.split('#').at(-1) ?? viewer.id, 24)}</bdi>
          </span>
        )}
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      </div>
    </header>
  );
}

/** How much waits for the person, also in the title of the tab. */
function Count({ onTurns }: Pick<HeaderProps, 'onTurns'>) {
  const turns = useTurns();
  useEffect(() => onTurns(turns), [turns]);
  const text = turns === null ? '' : countText(turns, Date.now());
  useTitleCount(text);
  if (text === '') return null;
  return (
    <>
      {' '}
      <span class="count">
        {text}
        <span class="sr-only"> waiting for you</span>
      </span>
    </>
  );
}

/** The cluster and the namespace that are looked at: a role is most likely wanted there. */
function placeOf({ view, params }: Route) {
  if (view === 'bind') return {};
  const open = view === 'fleet' ? readPlace(params.get('open')) : null;
  const clusterName = params.get('clusterName');
  if (open === null && !clusterName) return {};
  const [accountId, region, namespace] = ['accountId', 'region', 'namespace'].map((name) => params.get(name));
  const { serviceAccount: _, ...place } = open ?? { accountId, region, clusterName, namespace, serviceAccount: null };
  return place;
}

function setUtc({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void {
  setParams({ utc: currentTarget.checked ? '1' : '' }, { replace: true });
}

/** The fragment of the URL names the view, so a link into the page can't be one. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
