import type { ComponentChildren } from 'preact';
import { Title } from './title.tsx';

interface HeadProps {
  readonly title: string;
  /** What is read, and how much. */
  readonly status: ComponentChildren;
  readonly isBusy?: boolean;
  readonly onRefresh: () => void;
  /** More that can be done with all of it. */
  readonly children?: ComponentChildren;
}

/** The head of a view: its title, how much there is, and a way to read it again. */
export function Head({ title, status, isBusy, onRefresh, children }: HeadProps) {
  return (
    <div class="title">
      <Title>{title}</Title>
      <span class="muted" role="status">
        {status}
      </span>
      <button type="button" onClick={onRefresh} disabled={isBusy}>
        Refresh
      </button>
      {children}
    </div>
  );
}
