import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gateway } from '../../../test/support/gateway.ts';
import type { Login } from '../src/login/store.ts';
import { startGateway } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import { browse, startIdentityProvider } from './identity-provider/identity-provider.ts';
import type { Choice } from './identity-provider/identity-provider.ts';
import { installPackages } from '../../../test/support/installed-package.ts';
import type { Consumer } from '../../../test/support/installed-package.ts';

export let provider: Awaited<ReturnType<typeof startIdentityProvider>>;
export let gateway: Gateway;
export let consumer: Consumer;
/** The folder of the user's settings, a new one for each test. */
export let folder: string;
/** The file of logins. */
export let file: string;

/** Opens an identity provider, a gateway that accepts its tokens, and the installed command for the calling file. */
export function openLoginGateway(): void {
  beforeAll(async () => {
    [provider, consumer] = await Promise.all([
      startIdentityProvider(),
      installPackages(join(tmpdir(), 'pod-identity-command'), ['pod-identity-command']),
    ]);
    const { issuer } = provider;
    const audiences = ['pod-identity-gateway'];
    gateway = await startGateway({ issuers: [{ issuer, audiences, keys: new URL(`${issuer}/jwks`) }] });
  });
  afterAll(async () => {
    await gateway.close();
    await provider.stop();
    consumer.remove();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'login-'));
    file = join(folder, 'pod-identity', 'logins.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
}

/** The environment of a command. */
export const settings = (changes: Readonly<Record<string, string>> = {}) => ({
  XDG_CONFIG_HOME: folder,
  POD_IDENTITY_ENDPOINT_URL: gateway.url,
  AWS_EC2_METADATA_DISABLED: 'true',
  ...changes,
});

/** The environment of the executable. */
export const processSettings = (changes: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env.PATH,
  AWS_CONFIG_FILE: '/dev/null',
  ...settings(changes),
});

export const firstLogin = () => ['login', '--issuer', provider.issuer, '--client-id', 'pod-identity'];
export const whoami = ['whoami', '--query', 'principal.[id, kind]', '--output', 'text'];

/** Runs a command line in this process, and opens what it prints to sign in at as a browser does. */
export async function pod(
  args: readonly string[],
  changes: Readonly<Record<string, string>> = {},
  choice: Choice = 'allow',
) {
  const pages: Promise<string>[] = [];
  const onError = (text: string) => {
    const url = /(http:\S+[?&](?:state|user_code)=\S+)/.exec(text)?.[1];
    if (url !== undefined) pages.push(browse(url, choice));
  };
  const outcome = await runOnGateway(args, { environment: settings(changes), onError });
  return { ...outcome, pages: await Promise.all(pages) };
}

/** The logins in the file, by the URLs of their gateways. */
export const logins = () =>
  (JSON.parse(readFileSync(file, 'utf8')) as { readonly logins: Readonly<Record<string, Login>> }).logins;

export const setLogins = (all: Readonly<Record<string, Login>>) =>
  writeFileSync(file, JSON.stringify({ logins: all }), { mode: 0o600 });

/** The login to the gateway in the file. */
export const stored = () => logins()[gateway.url];

/** Changes the login to the gateway in the file. */
export function changeStored(change: Partial<Login>): void {
  const login = stored();
  if (login) setLogins({ [gateway.url]: { ...login, ...change } });
}
