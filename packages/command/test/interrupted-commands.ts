import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { lock } from '../src/login/lock.ts';
import type { Login } from '../src/login/store.ts';
import { startFaultyRoute } from '../../client/test/gateway.ts';
import type { FaultyRoute } from '../../client/test/gateway.ts';
import { browse } from './identity-provider/identity-provider.ts';
import {
  consumer,
  file,
  firstLogin,
  gateway,
  logins,
  openLoginGateway,
  pod,
  processSettings,
  provider,
  setLogins,
  whoami,
} from './login-gateway.ts';

/** A server in front of the gateway. */
export let route: FaultyRoute;

/** Opens what {@link openLoginGateway} opens, and a route to the gateway. */
export function openInterruptedCommands(): void {
  openLoginGateway();
  beforeAll(async () => {
    route = await startFaultyRoute(gateway.url);
  });
  afterAll(() => route.close());
  beforeEach(() => (route.seen.length = 0));
}

/** The environment of commands that use the route. */
export const endpoint = () => ({ POD_IDENTITY_ENDPOINT_URL: route.url });
/** The login by the route. */
export const stored = () => (existsSync(file) ? logins()[route.url] : undefined);

/** Lets the access token of the login expire, which is made if there is none. */
export async function expiredLogin(): Promise<void> {
  if (stored() === undefined) await pod(firstLogin(), endpoint());
  const login = stored();
  if (login) setLogins({ [route.url]: { ...login, expiresAt: new Date(0).toISOString() } });
}

/** Starts a command. */
function start(args: readonly string[]) {
  const child = spawn(consumer.bin, args, { env: processSettings(endpoint()), stdio: 'pipe' });
  closeAtEnd(async () => child.kill('SIGKILL'));
  const seen = { stderr: '' };
  child.stderr.on('data', (chunk) => (seen.stderr += String(chunk)));
  child.stdout.resume();
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  const says = async (words: RegExp) => {
    while (!words.test(seen.stderr) && child.exitCode === null && child.signalCode === null) await sleep(10);
  };
  return { child, seen, closed, says };
}

/** When a command is ended: what is under way, and what happens if it goes on. */
export interface Moment {
  readonly name: string;
  readonly args: () => readonly string[];
  /** Resolves when the command is there, to what lets it go on. */
  readonly reach: (started: () => ReturnType<typeof start>) => Promise<() => unknown>;
}

const login = () => [...firstLogin(), '--no-browser'];
const pageOf = ({ stderr }: { readonly stderr: string }) => /http:\S+[?&]state=\S+/.exec(stderr)?.[0] ?? '';
const nothing = () => undefined;

/** Signs in with a browser, whose last page waits for the command. */
async function signInHere({ says, seen }: ReturnType<typeof start>): Promise<void> {
  await says(/state=\S+\n/);
  browse(pageOf(seen)).catch(nothing);
}

/** Resolves when a command tries to lock the logins. */
async function untilLocking(): Promise<void> {
  for await (const { filename } of watch(dirname(file))) if (filename?.endsWith('.new') === true) return;
}

async function untilSeen(): Promise<void> {
  while (route.seen.length === 0) await sleep(10);
}

/** The moment at which an interrupt could lose the login. */
export const renews = 'the issuer renews the token';

export const moments: readonly Moment[] = [
  {
    name: '`login` waits for the browser',
    args: login,
    reach: async (started) => {
      await started().says(/state=\S+\n/);
      return nothing;
    },
  },
  {
    name: '`login` asks the issuer for tokens',
    args: login,
    reach: async (started) => {
      await provider.hold('/token', 'after');
      await signInHere(started());
      await provider.held();
      return provider.release;
    },
  },
  {
    name: '`login` asks the gateway about the token',
    args: login,
    reach: async (started) => {
      route.faults.push('held answer');
      await signInHere(started());
      await untilSeen();
      return nothing;
    },
  },
  {
    name: 'a command waits for another one that renews',
    args: () => whoami,
    reach: async (started) => {
      await expiredLogin();
      const unlock = await lock(`${file}.lock`);
      const locking = untilLocking();
      started();
      await locking;
      return unlock;
    },
  },
  {
    name: "a command reads the issuer's endpoints",
    args: () => whoami,
    reach: async (started) => {
      await expiredLogin();
      await provider.hold('/.well-known/openid-configuration', 'before');
      started();
      await provider.held();
      return provider.release;
    },
  },
  {
    name: renews,
    args: () => whoami,
    reach: async (started) => {
      await expiredLogin();
      await provider.hold('/token', 'after');
      started();
      await provider.held();
      return provider.release;
    },
  },
  {
    name: 'the renewed token is used',
    args: () => whoami,
    reach: async (started) => {
      await expiredLogin();
      route.seen.length = 0;
      route.faults.push('held answer');
      started();
      await untilSeen();
      return nothing;
    },
  },
];

/** How commands are ended. */
export const ends = ['SIGINT', 'twice', 'SIGKILL'] as const;

/** Ends a command at a moment, and tells what is left. */
export async function end({ args, reach }: Moment, how: (typeof ends)[number] | 'SIGTERM' | 'SIGHUP'): Promise<string> {
  const starts: ReturnType<typeof start>[] = [];
  let before: Login | undefined;
  for (const each of [route.seen, route.faults]) each.length = 0;
  const goOn = await reach(() => {
    before = stored();
    const started = start(args());
    starts.push(started);
    return started;
  });
  const [{ child, closed, says } = start([])] = starts;
  child.kill(how === 'twice' ? 'SIGINT' : how);
  if (how !== 'SIGKILL') {
    // Both the terminal and npm send the first one.
    await Promise.race([closed, says(/is being renewed/), sleep(2_000)]);
    if (how === 'twice') {
      await sleep(300);
      child.kill('SIGINT');
      await closed;
    }
  }
  await goOn();
  const [code, signal] = await closed;
  expect([code, signal]).toEqual(how === 'SIGKILL' ? [null, 'SIGKILL'] : [130, null]);
  return left(before);
}

async function left(before: Login | undefined): Promise<string> {
  const after = stored();
  if (after === undefined) return 'not signed in';
  const isRenewed = after.refreshToken !== before?.refreshToken;
  route.faults.length = 0;
  const { code, stderr } = await pod(whoami, endpoint());
  if (code !== 0) return stderr.endsWith('Sign in again: pod-identity login\n') ? 'sign in again' : stderr;
  return isRenewed ? 'the new login' : 'the login';
}
