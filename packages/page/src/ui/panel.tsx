import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { setParams } from '../route.ts';

interface PanelProps {
  /** What is open: another key is another one. */
  readonly id: string;
  readonly heading: ComponentChildren;
  readonly children: ComponentChildren;
}

/** What is open beside a list. Escape closes it, and leads back to its row. */
export function Panel({ id, heading, children }: PanelProps) {
  const title = useRef<HTMLHeadingElement>(null);
  // Before it is painted, so that the next key stroke is already for it.
  useLayoutEffect(() => title.current?.focus(), [id]);
  return (
    <aside class="panel" aria-labelledby="panel-title">
      <div class="panel-head">
        <h2 id="panel-title" ref={title} tabIndex={-1}>
          {heading}
        </h2>
        <button type="button" onClick={closePanel}>
          Close
        </button>
      </div>
      {children}
    </aside>
  );
}

/** Closes what the parameter `open` has opened. */
function closePanel(): void {
  document.querySelector<HTMLElement>('.row-link[aria-current]')?.focus();
  setParams({ open: null });
}

/**
 * The Escape key, in each view alike: it closes the menu that is open, and then the panel. In a
 * field it is the field's own.
 */
export function onEscape(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  const menu = target.closest<HTMLDetailsElement>('details.menu[open]');
  if (menu) {
    menu.open = false;
    menu.querySelector('summary')?.focus();
  } else if (!target.matches('input:not([type=checkbox]), select, textarea') && document.querySelector('.panel')) {
    closePanel();
  }
}
