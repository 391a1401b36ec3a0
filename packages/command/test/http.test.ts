import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import type { Connection } from '../src/aws/settings.ts';
import { makeFetch } from '../src/gateway/http.ts';
import { runOnGateway } from './run-on-gateway.ts';

const answer = '{"data":{"viewer":{"id":"x","kind":"USER","groups":[]}}}';

const connection: Connection = {
  endpointUrl: null,
  region: null,
  gatewayRegion: null,
  token: null,
  tokenFile: null,
  profile: null,
  missingProfile: null,
  signRequest: true,
  verifySsl: true,
  caBundle: null,
  readTimeoutMs: 5_000,
  connectTimeoutMs: 5_000,
  debug: false,
};

/** Sends a request with these settings. */
const post = (url: string, settings: Partial<Connection>, send = makeFetch({ ...connection, ...settings }, {})) =>
  send(url, { method: 'POST', headers: {}, body: '{}', redirect: 'manual', signal: new AbortController().signal });

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Runs `whoami` on a gateway. */
const whoami = (url: string, ...args: readonly string[]) =>
  runOnGateway(['whoami', '--endpoint-url', url, '--token', 't', ...args]);

test('requests of a command share a connection', async () => {
  const ports = new Set<number | undefined>();
  const server = await startAnsweringServer((response) => {
    ports.add(response.socket?.remotePort);
    response.end(answer);
  });
  const send = makeFetch(connection, {});
  for (let count = 0; count < 20; count += 1)
    expect(await post(server.endpoint, {}, send)).toMatchObject({ status: 200 });
  expect(ports.size).toBe(1);
  await server.stop();
});

test('an answer that does not come within --cli-read-timeout is asked for again', async () => {
  const server = await startAnsweringServer((response) => {
    if (server.seen.length > 1) response.end(answer);
  });
  const { code, stderr } = await whoami(server.endpoint, '--cli-read-timeout', '1');
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^Attempt 2 in \d\.\d s: Read timeout on endpoint URL: "http:\/\/127\.0\.0\.1:\d+\/graphql"\n$/,
  );
  await server.stop();
});

test('a connection that is not established within the timeout is a failure', async () => {
  // A server that accepts connections and never answers a TLS handshake.
  const server = createServer();
  const url = `https://127.0.0.1:${await listen(server)}`;
  await expect(post(url, { connectTimeoutMs: 100 })).rejects.toThrow(`Connect timeout on endpoint URL: "${url}`);
  server.close();
});

test('a proxy of the environment gets the request', async () => {
  const proxy = await startAnsweringServer((response) => response.end(answer));
  const send = makeFetch(connection, { HTTP_PROXY: proxy.endpoint });
  const response = await post('http://gateway.example/graphql', {}, send);
  expect(await response.text()).toBe(answer);
  expect(proxy.seen[0]?.path).toBe('http://gateway.example/graphql');
  await proxy.stop();
});

test('a bundle of certificates that does not exist ends the command', async () => {
  const { code, stderr } = await whoami('https://127.0.0.1:1', '--ca-bundle', '/none.pem');
  expect(code).toBe(255);
  expect(stderr).toContain('Could not find a suitable TLS CA certificate bundle, invalid path: /none.pem');
});

const missingOpenSsl = spawnSync('openssl', ['version']).error ? 'there is no openssl' : null;

describeUnless(missingOpenSsl)('a gateway with a certificate of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  let server: ReturnType<typeof createTlsServer>;
  let url = '';

  beforeAll(async () => {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate], {
      stdio: 'pipe',
    });
    server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) =>
      response.end(answer),
    );
    url = `https://127.0.0.1:${await listen(server)}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  test('a certificate of an unknown authority is not trusted, and the server is not called again', async () => {
    const { code, stderr } = await whoami(url);
    expect(code).toBe(255);
    expect(stderr).toMatch(
      /^\n.*SSL validation failed for https:\/\/127\.0\.0\.1:\d+\/graphql self-signed certificate.*\n$/,
    );
  });

  test('a certificate of an own authority is trusted with --ca-bundle, and with AWS_CA_BUNDLE', async () => {
    expect(await whoami(url, '--ca-bundle', certificate)).toMatchObject({ code: 0, stderr: '' });
    const environment = { AWS_CA_BUNDLE: certificate };
    const args = ['whoami', '--endpoint-url', url, '--token', 't'];
    expect(await runOnGateway(args, { environment })).toMatchObject({ code: 0, stderr: '' });
  });

  test('any certificate is accepted with --no-verify-ssl', async () => {
    expect(await whoami(url, '--no-verify-ssl')).toMatchObject({ code: 0, stderr: '' });
  });
});
