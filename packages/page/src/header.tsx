import type { ViewerQuery } from './generated/api.ts';
import { hrefOf, useRoute } from './route.ts';
import { shortened } from './ui/arn.tsx';
import { views } from './views.tsx';

interface HeaderProps {
  /** Null while it is not known. */
  readonly viewer: ViewerQuery['viewer'] | null;
  readonly isUtc: boolean;
  readonly onUtc: (isUtc: boolean) => void;
  readonly onSignOut: () => void;
}

/** The navigation, and who is signed in. */
export function Header({ viewer, isUtc, onUtc, onSignOut }: HeaderProps) {
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
          </a>
        ))}
      </nav>
      <div class="viewer">
        <label title="Show times in UTC">
          <input type="checkbox" checked={isUtc} onChange={(event) => onUtc(event.currentTarget.checked)} /> UTC
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

/** The fragment of the URL names the view, so a link into the page can't be one. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
