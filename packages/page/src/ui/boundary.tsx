import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { Problem } from './problem.tsx';

/** Keeps an error of what it contains from reaching the rest; another link tries again. */
export function Boundary({ children }: { readonly children: ComponentChildren }) {
  const [error, reset] = useErrorBoundary() as [Error | undefined, () => void];
  useEffect(() => {
    if (error === undefined) return;
    addEventListener('hashchange', reset);
    return () => removeEventListener('hashchange', reset);
  }, [error, reset]);
  if (error === undefined) return <>{children}</>;
  const message = `This part of the page failed: ${error.message}`;
  return <Problem error={new Error(message)} retry={reset} />;
}
