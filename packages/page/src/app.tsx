import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { EnvironmentsContext, useEnvironments } from './api/environments.ts';
import { GatewayContext, makeClient } from './api/gateway.ts';
import type { Gateway } from './api/gateway.ts';
import { TurnsContext } from './approvals/turns.ts';
import { forgetLastCluster } from './bind/pending.ts';
import { loadConfig } from './config.ts';
import type { PageConfig, Session } from './config.ts';
import { Viewer } from './generated/api.ts';
import type { TurnsQuery } from './generated/approvals.ts';
import { Header } from './header.tsx';
import { isUtcLink, useRoute } from './route.ts';
import type { Route } from './route.ts';
import { forgetSignIn, SignIn } from './sign-in/sign-in.tsx';
import { MangledLink } from './ui/mangled-link.tsx';
import { onEscape } from './ui/panel.tsx';
import { Boundary, Empty, Problem } from './ui/problem.tsx';
import { UtcContext } from './ui/time.tsx';
import { Announcer, Title } from './ui/title.tsx';
import { viewOf } from './views.tsx';

/** The page: sign-in first, then the view that the URL names. */
export function App() {
  const [config, setConfig] = useState<PageConfig | Error | null>(null);
  const [session, setSession] = useState<Session | null>(null);
  const [hasEnded, setEnded] = useState(false);
  useEffect(() => void loadConfig().then(setConfig, (error: unknown) => setConfig(error as Error)), []);
  if (config === null) return <p class="starting">Pod Identity is starting…</p>;
  if (config instanceof Error) return <Problem error={config} retry={() => location.reload()} />;
  if (session === null) {
    const onEnded = () => {
      setEnded(true);
      setSession(null);
    };
    return <SignIn config={config} hasEnded={hasEnded} onSignedIn={setSession} onEnded={onEnded} />;
  }
  const signOut = () => {
    forgetSignIn();
    forgetLastCluster();
    void session.signOut().finally(() => {
      setEnded(false);
      setSession(null);
    });
  };
  return <SignedIn config={config} session={session} onSignOut={signOut} />;
}

interface SignedInProps {
  readonly config: PageConfig;
  readonly session: Session;
  readonly onSignOut: () => void;
}

function SignedIn({ config, session, onSignOut }: SignedInProps) {
  const client = useMemo(() => makeClient(config, session), [config, session]);
  const [gateway, setGateway] = useState<Gateway | Error | null>(null);
  const [turns, setTurns] = useState<TurnsQuery | null>(null);
  const [round, setRound] = useState(0);
  const route = useRoute();
  const isUtc = isUtcLink();
  const expiry = useMemo(() => new AbortController(), [client]);
  useEffect(() => () => expiry.abort(), [expiry]);
  useEffect(() => {
    client.request(Viewer, {}).then(
      (data) => setGateway({ client, viewer: data.viewer, deployment: data.gateway, signedOut: expiry.signal }),
      (error: unknown) => setGateway(error as Error),
    );
  }, [client, expiry, round]);
  const retry = () => setRound((last) => last + 1);
  const known = gateway instanceof Error ? null : gateway;
  return (
    <UtcContext.Provider value={isUtc}>
      <GatewayContext.Provider value={known}>
        <Announcer />
        <Header viewer={known?.viewer ?? null} isUtc={isUtc} onSignOut={onSignOut} onTurns={setTurns} />
        <main id="main" tabIndex={-1} onKeyDown={onEscape}>
          {gateway instanceof Error && <Problem error={gateway} retry={retry} />}
          <TurnsContext.Provider value={turns}>{known !== null && <Shown route={route} />}</TurnsContext.Provider>
        </main>
      </GatewayContext.Provider>
    </UtcContext.Provider>
  );
}

/** The view that a link names, or what is wrong with the link. */
function Shown({ route }: { readonly route: Route }) {
  const View = viewOf(route.view);
  if (View === null)
    return (
      <>
        <Title>No view</Title>
        <Empty>There is no such view: choose one above.</Empty>
      </>
    );
  if (route.problems.length > 0) return <MangledLink {...route} />;
  return (
    <Environments>
      <Boundary key={route.view}>
        <View />
      </Boundary>
    </Environments>
  );
}

/** While clusters arrive, only what shows environments is drawn again. */
function Environments({ children }: { readonly children: ComponentChildren }) {
  return <EnvironmentsContext.Provider value={useEnvironments()}>{children}</EnvironmentsContext.Provider>;
}
