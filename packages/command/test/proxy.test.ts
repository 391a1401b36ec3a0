import { createHash } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConnectProxy } from '../../../test/support/connect-proxy.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import { credentialProvider } from '../src/gateway/credentials/credentials.ts';
import { proxyOf } from '../src/gateway/proxy.ts';
import { runOnGateway } from './run-on-gateway.ts';

const answer = '{"data":{"viewer":{"id":"x","kind":"USER","groups":[]}}}';
const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A proxy that is closed at the end of the file. */
async function startProxy(...behaviour: Parameters<typeof startConnectProxy>) {
  const proxy = await startConnectProxy(...behaviour);
  closeAtEnd(proxy.stop);
  return proxy;
}

/** The URL of a proxy with a user and a password. */
const signedIn = (url: string) => url.replace('//', '//robot:geheim%40@');

const whoami = (url: string, environment: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  runOnGateway(['whoami', '--endpoint-url', url, '--token', 't', ...args], { environment });

const missingOpenSsl = spawnSync('openssl', ['version']).error ? 'there is no openssl' : null;

describeUnless(missingOpenSsl)('a gateway behind a proxy', () => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const url = 'https://gateway.example/graphql';
  let proxy: Awaited<ReturnType<typeof startConnectProxy>>;

  beforeAll(async () => {
    const subject = ['-subj', '/CN=gateway.example', '-addext', 'subjectAltName=DNS:gateway.example'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate], {
      stdio: 'pipe',
    });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) =>
      response.end(answer),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeAtEnd(async () => server.close().closeAllConnections());
    proxy = await startProxy({ port: (server.address() as AddressInfo).port });
  });

  test.each([
    ['HTTPS_PROXY', (proxyUrl: string) => ({ HTTPS_PROXY: proxyUrl })],
    ['https_proxy', (proxyUrl: string) => ({ https_proxy: proxyUrl, HTTPS_PROXY: 'http://127.0.0.1:1' })],
    ['HTTPS_PROXY without a scheme', (proxyUrl: string) => ({ HTTPS_PROXY: proxyUrl.replace('http://', '') })],
  ])('is reached through a tunnel of %s', async (_, environmentOf) => {
    const { code, stderr } = await whoami(url, environmentOf(proxy.url), '--ca-bundle', certificate);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(proxy.asked.at(-1)).toEqual({ target: 'CONNECT gateway.example:443', credentials: null });
  });

  test('the proxy gets user and password of its URL', async () => {
    await whoami(url, { HTTPS_PROXY: signedIn(proxy.url) }, '--ca-bundle', certificate);
    expect(proxy.asked.at(-1)?.credentials).toBe('robot:geheim@');
  });
});

describe('an error names the proxy, and neither its user nor its password', () => {
  test('when the proxy refuses the user', async () => {
    const proxy = await startProxy({ status: 407 });
    for (const url of ['https://gateway.example/graphql', 'http://gateway.example/graphql']) {
      const environment = { HTTPS_PROXY: signedIn(proxy.url), HTTP_PROXY: signedIn(proxy.url) };
      const { code, stderr } = await whoami(url, environment, '--debug');
      expect(code).toBe(255);
      expect(stderr).toContain(
        `(GeneralError): The proxy ${proxy.url} refused the connection with status 407: it asks for another user or password.\n`,
      );
      expect(stderr).not.toMatch(/robot|geheim/);
    }
    expect(proxy.asked).toHaveLength(2);
  });

  test('when the proxy does not listen', async () => {
    const proxy = await startConnectProxy();
    await proxy.stop();
    const { code, stderr } = await whoami('https://gateway.example', { HTTPS_PROXY: signedIn(proxy.url) });
    expect(code).toBe(255);
    expect(stderr).toContain(`(GeneralError): Failed to connect to proxy URL: "${proxy.url}"\n`);
    expect(stderr).not.toMatch(/robot|geheim/);
  });

  test('when the proxy does not answer in time', async () => {
    const silent = createTcpServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closeAtEnd(async () => silent.close());
    const proxy = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const stop = new AbortController();
    const { stderr } = await runOnGateway(
      ['whoami', '--endpoint-url', 'https://gateway.example/graphql', '--token', 't', '--cli-connect-timeout', '1'],
      {
        environment: { HTTPS_PROXY: signedIn(proxy) },
        signal: stop.signal,
        onError: () => stop.abort(new Error('end')),
      },
    );
    expect(stderr).toContain(
      `: Connect timeout on endpoint URL: "https://gateway.example/graphql" through the proxy ${proxy}\n`,
    );
    expect(stderr).not.toMatch(/robot|geheim/);
  });

  test.each(['socks5://robot:geheim@127.0.0.1:1080', 'http://robot:geheim@:x', 'http://'])(
    'when it is not the URL of a proxy: %s',
    async (HTTPS_PROXY) => {
      const { code, stderr } = await whoami('https://gateway.example', { HTTPS_PROXY });
      expect(code).toBe(255);
      expect(stderr).toContain('HTTPS_PROXY is not the URL of a proxy: http://HOST:PORT or https://HOST:PORT.\n');
      expect(stderr).not.toMatch(/robot|geheim/);
    },
  );
});

test.each([
  ['gateway.example', true],
  ['example', true],
  ['.example', true],
  ['*.example', true],
  ['gateway.example:80', true],
  ['gateway.example:81', false],
  ['ample', false],
  ['other.example, GATEWAY.example', true],
  ['*', true],
  ['', false],
])('NO_PROXY=%j takes http://gateway.example from the proxy: %s', async (NO_PROXY, isDirect) => {
  const proxy = await startProxy();
  const environment = { HTTP_PROXY: proxy.url, NO_PROXY };
  expect(proxyOf('http://gateway.example', environment)).toBe(isDirect ? null : proxy.url);
  const stop = new AbortController();
  await runOnGateway(['whoami', '--endpoint-url', 'http://gateway.example', '--token', 't'], {
    environment,
    signal: stop.signal,
    onError: () => stop.abort(new Error('one attempt is enough')),
  });
  expect(proxy.asked).toHaveLength(isDirect ? 0 : 1);
});

describe('the credentials of AWS are asked for through the proxy', () => {
  const configFile = join(folder, 'config');
  const home = join(folder, 'home');

  beforeAll(() => {
    writeFileSync(
      configFile,
      `[profile role]
role_arn = arn:aws:iam::111122223333:role/admin
source_profile = keys
region = eu-central-1
[profile keys]
aws_access_key_id = AKIA
aws_secret_access_key = s
[profile identity]
role_arn = arn:aws:iam::111122223333:role/admin
web_identity_token_file = ${configFile}
region = eu-central-1
[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = Admin
[profile sso-session]
sso_session = team
sso_account_id = 111122223333
sso_role_name = Admin
[sso-session team]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
`,
    );
    const cache = join(home, '.aws/sso/cache');
    mkdirSync(cache, { recursive: true });
    const store = (name: string, validForMs: number) => {
      const expiresAt = new Date(Date.now() + validForMs).toISOString();
      const renewal = { clientId: 'c', clientSecret: 's', refreshToken: 'r' };
      const file = join(cache, `${createHash('sha1').update(name).digest('hex')}.json`);
      writeFileSync(file, JSON.stringify({ accessToken: 'a', expiresAt, ...renewal }));
    };
    store('https://example.awsapps.com/start', 3_600_000);
    // So soon that the token is renewed first.
    store('team', 60_000);
  });

  test.each([
    ['role', 'sts.eu-central-1.amazonaws.com:443'],
    ['identity', 'sts.eu-central-1.amazonaws.com:443'],
    ['sso', 'portal.sso.eu-west-1.amazonaws.com:443'],
    ['sso-session', 'oidc.eu-west-1.amazonaws.com:443'],
  ])('of the profile %s, at %s', async (profile, host) => {
    const proxy = await startProxy({ status: 403 });
    const environment = { HTTPS_PROXY: signedIn(proxy.url), AWS_CONFIG_FILE: configFile, HOME: home };
    const { message } = await credentialsOf(profile, environment, 'eu-central-1');
    expect(proxy.asked[0]).toEqual({ target: `CONNECT ${host}`, credentials: 'robot:geheim@' });
    expect(message).toContain(proxy.url);
    expect(message).not.toMatch(/robot|geheim/);
  });
});

/** Why there are no credentials of a profile. */
async function credentialsOf(
  profile: string,
  environment: Readonly<Record<string, string>>,
  region: string,
): Promise<Error> {
  const before = process.env;
  process.env = { ...before, AWS_EC2_METADATA_DISABLED: 'true', ...environment };
  try {
    await credentialProvider({ profile, environment: process.env, region })();
  } catch (error) {
    return error as Error;
  } finally {
    process.env = before;
  }
  throw new Error('There are credentials.');
}
