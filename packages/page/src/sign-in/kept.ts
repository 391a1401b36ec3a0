/**
 * What a sign-in needs after the redirect. It is in the storage of the tab until then, and of no
 * use without the issuer's answer.
 */
export interface PendingSignIn {
  readonly state: string;
  readonly verifier: string;
  /** Null: no ID token is requested. */
  readonly nonce: string | null;
  /** The fragment of the URL, with the view that the person wanted. */
  readonly fragment: string;
}

const pendingKey = 'pod-identity.sign-in';
const lastKey = 'pod-identity.signed-in-as';

/** Keeps a sign-in until the issuer sends the person back. */
export function keepPending(pending: PendingSignIn): void {
  sessionStorage.setItem(pendingKey, JSON.stringify(pending));
}

/** The sign-in that this tab has begun, which is removed; null if it has begun none. */
export function takePending(): PendingSignIn | null {
  const text = sessionStorage.getItem(pendingKey);
  sessionStorage.removeItem(pendingKey);
  return text === null ? null : (JSON.parse(text) as PendingSignIn);
}

/**
 * With what a reload or another tab signs in again: the name of an example principal, or the
 * issuer, where the person still has a session. Not a credential. Null after signing out.
 */
export function keepLast(name: string | null): void {
  for (const storage of [sessionStorage, localStorage]) {
    if (name === null) storage.removeItem(lastKey);
    else storage.setItem(lastKey, name);
  }
}

/** The name of {@link keepLast}: that of this tab, or else of the browser. */
export function readLast(): string | null {
  return sessionStorage.getItem(lastKey) ?? localStorage.getItem(lastKey);
}
