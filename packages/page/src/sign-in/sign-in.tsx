import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { LocalSignIn, OidcSignIn, PageConfig, Session } from '../config.ts';
import { Problem } from '../ui/problem.tsx';
import { clearTitle } from '../ui/title.tsx';
import { keepLast, readLast } from './kept.ts';
import { signInLocally } from './local.ts';
import { isReturn, leaveForIssuer, returnFromIssuer } from './oidc.ts';

interface SignInProps {
  readonly config: PageConfig;
  /** Whether an earlier sign-in has ended by itself. */
  readonly hasEnded: boolean;
  readonly onSignedIn: (session: Session) => void;
  /** Called when the session has ended by itself. */
  readonly onEnded: () => void;
}

interface WayProps<Way> extends Omit<SignInProps, 'config'> {
  readonly signIn: Way;
}

/**
 * The first thing that people see who have not signed in. A reload, or another tab, signs in again
 * until they sign out, as long as the issuer agrees.
 */
export function SignIn({ config: { signIn }, ...rest }: SignInProps) {
  useLayoutEffect(clearTitle, []);
  return (
    <main class="sign-in">
      <h1>Pod Identity</h1>
      {signIn.kind === 'local' ? <Principals signIn={signIn} {...rest} /> : <AtIssuer signIn={signIn} {...rest} />}
    </main>
  );
}

/** Forgets how a reload would sign in. */
export function forgetSignIn(): void {
  keepLast(null);
}

/** The example principals of a local gateway. */
function Principals({ signIn: { principals }, hasEnded, onSignedIn, onEnded }: WayProps<LocalSignIn>) {
  const last = principals.find(({ name }) => name === readLast());
  const [isBusy, setBusy] = useState(last !== undefined);
  const [error, setError] = useState<Error | null>(null);
  const choose = (name: string) =>
    signInLocally(name, onEnded)
      .then((session) => {
        keepLast(name);
        onSignedIn(session);
      })
      .catch((reason: unknown) => {
        setBusy(false);
        setError(reason as Error);
      });
  useEffect(() => {
    if (last !== undefined) void choose(last.name);
  }, []);
  if (isBusy) return <p class="starting">Signing in…</p>;
  return (
    <>
      <p>{hasEnded ? ended : 'This gateway runs on this machine, with a simulated EKS. Choose who you are.'}</p>
      {error && <Problem error={error} />}
      <ul>
        {principals.map(({ name, description }) => (
          <li key={name}>
            <button type="button" onClick={() => void choose(name)}>
              <strong>{name}</strong> <span class="muted">{description}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The issuer of the gateway's tokens. */
function AtIssuer({ signIn, hasEnded, onSignedIn, onEnded }: WayProps<OidcSignIn>) {
  const [isBusy, setBusy] = useState(() => isReturn() || (readLast() === signIn.issuer && !hasEnded));
  const [error, setError] = useState<Error | null>(null);
  const fail = (reason: unknown) => {
    // So that a reload shows the button again, and does not go back and forth.
    keepLast(null);
    setBusy(false);
    setError(reason as Error);
  };
  const leave = () => {
    setBusy(true);
    setError(null);
    leaveForIssuer(signIn).catch(fail);
  };
  useEffect(() => {
    if (isReturn()) {
      returnFromIssuer(signIn, onEnded).then((session) => {
        keepLast(signIn.issuer);
        onSignedIn(session);
      }, fail);
    } else if (isBusy) leave();
  }, []);
  if (isBusy) return <p class="starting">Signing in…</p>;
  return (
    <>
      <p>{hasEnded ? ended : 'Who has which IAM roles in EKS, why, and what changed.'}</p>
      {error && <Problem error={error} />}
      <p>
        <button type="button" class="primary" onClick={leave}>
          Sign in
        </button>
      </p>
      <p class="muted">
        At <bdi>{new URL(signIn.issuer).host}</bdi>. You come back to the view of this address.
      </p>
    </>
  );
}

const ended = 'Your sign-in has ended. Sign in again: you come back to what you saw.';
