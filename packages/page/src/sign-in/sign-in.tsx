import { useState } from 'preact/hooks';
import type { LocalSignIn, PageConfig } from '../config.ts';
import type { Session } from '../session.ts';
import { Problem } from '../ui/problem.tsx';

/** What a way of signing in is given. */
interface SignInProps {
  readonly config: PageConfig;
  readonly onSignedIn: (session: Session) => void;
}

/** The first thing that people see who have not signed in. */
export function SignIn({ config: { signIn }, onSignedIn }: SignInProps) {
  if (signIn.kind === 'local') return <Principals signIn={signIn} onSignedIn={onSignedIn} />;
  return <Problem error={new Error(`Signing in at ${signIn.issuer} is not possible yet.`)} />;
}

/** The example principals of a local gateway. */
function Principals({
  signIn: { principals },
  onSignedIn,
}: { readonly signIn: LocalSignIn } & Omit<SignInProps, 'config'>) {
  const [error, setError] = useState<Error | null>(null);
  const choose = (principal: string) =>
    requestToken(principal).then(
      (token) => onSignedIn({ token: () => Promise.resolve(token), signOut: () => Promise.resolve() }),
      (reason: unknown) => setError(reason as Error),
    );
  return (
    <main class="sign-in">
      <h1>Pod Identity</h1>
      <p>This gateway runs on this machine, with a simulated EKS. Whose eyes do you want to see it with?</p>
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
    </main>
  );
}

async function requestToken(principal: string): Promise<string> {
  const response = await fetch('/page/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ principal }),
  });
  const { token, message } = (await response.json()) as { token?: string; message?: string };
  if (token === undefined) throw new Error(message ?? `There is no token for ${principal}.`);
  return token;
}
