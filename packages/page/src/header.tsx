import type { ViewerQuery } from './generated/api.ts';
import { hrefOf, setParams, useRoute } from './route.ts';
import { useTurns } from './approvals/turns.ts';
import { shortened } from './ui/arn.tsx';
import { useTitleCount } from './ui/title.tsx';
import { views } from './views.tsx';

interface HeaderProps {
  /** Null while it is not known. */
  readonly viewer: ViewerQuery['viewer'] | null;
  readonly isUtc: boolean;
  readonly onSignOut: () => void;
}

/** The navigation, and who is signed in. */
export function Header({ viewer, isUtc, onSignOut }: HeaderProps) {
  const { view } = useRoute();
  return (
    <header>
      <a class="skip" href="#main" onClick={focusMain}>
        Skip to the content
      </a>
      <strong class="product">Pod Identity</strong>
      <nav aria-label="Views">
        {Object.entries(views).map(([name, [label]]) => (
          <a key={name} href={hrefOf(name)} aria-current={view.split('/', 1)[0] === name ? 'page' : undefined}>
            {label}
            {name === 'approvals' && viewer && <Count />}
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
function Count() {
  const text = useTurns();
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

function setUtc({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void {
  setParams({ utc: currentTarget.checked ? '1' : '' }, { replace: true });
}

/** The fragment of the URL names the view, so a link into the page can't be one. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
