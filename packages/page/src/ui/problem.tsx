import { GatewayError } from '../../../client/src/client/errors.ts';
import { errorWords } from './error-words.ts';

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
