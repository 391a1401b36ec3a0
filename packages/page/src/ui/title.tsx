import { useEffect } from 'preact/hooks';

const page = 'Pod Identity';
const announcerId = 'announcer';
let [title, count] = ['', ''];

function write(): void {
  document.title = [count && `(${count})`, title && `${title} ·`, page].filter(Boolean).join(' ');
}

/** The heading of a view, which is the title of the tab too, and is announced to screen readers. */
export function Title({ children }: { readonly children: string }) {
  useEffect(() => {
    title = children;
    write();
    const announcer = document.getElementById(announcerId);
    if (announcer) announcer.textContent = children;
  }, [children]);
  return <h1>{children}</h1>;
}

/** Shows in the title of the tab how much waits for the person; empty: nothing. */
export function useTitleCount(text: string): void {
  useEffect(() => {
    count = text;
    write();
  }, [text]);
}

/** Takes away what the title of the tab says of a view: it is not for who comes next. */
export function clearTitle(): void {
  [title, count] = ['', ''];
  write();
}

/** Where titles are announced: it has to be there before the first one. */
export function Announcer() {
  return <div id={announcerId} class="sr-only" aria-live="polite" />;
}
