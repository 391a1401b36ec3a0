import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { GatewayError, LostAnswerError } from '../../../client/src/client/errors.ts';
import { refusalWordsOf } from '../../../client/src/client/refusal-words.ts';

/** What failed, what the operators need to find it, and a way to try again. */
export function Problem({ error, retry }: { readonly error: Error; readonly retry?: (() => void) | undefined }) {
  const advice = error instanceof GatewayError ? error.extensions.advice : null;
  return (
    <div class="problem" role="alert">
      <p>{errorWords(error)}</p>
      {typeof advice === 'string' && <p>{advice}</p>}
      {error instanceof GatewayError && (
        <p class="muted">
          {error.code}
          {error.requestId !== null && (
            <>
              , request <code>{error.requestId}</code>
            </>
          )}
        </p>
      )}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What would be here, and how to get it. */
export function Empty({ children }: { readonly children: preact.ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

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

/** What browsers call a failed connection: Chromium, Firefox, Safari. */
const noConnection = /Failed to fetch|NetworkError|Load failed|network error/i;

const noAnswer = 'The gateway does not answer. Check the connection of this device, then try again.';

/** An error in words for a person. */
export function errorWords(error: Error): string {
  return error instanceof LostAnswerError || noConnection.test(error.message) ? noAnswer : error.message;
}

/** Why a request is sent again, from a code or a message of the client. */
export function reasonWords(reason: string): string {
  if (noConnection.test(reason)) return 'no connection';
  if (!/^[A-Z_]+$/.test(reason)) return reason.replace(/\.$/, '');
  const { title } = refusalWordsOf(reason);
  return title === refusalWordsOf('').title ? reason.toLowerCase().replaceAll('_', ' ') : title;
}
