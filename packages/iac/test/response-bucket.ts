import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { closeAtEnd } from '../../../test/support/left-open.ts';

export const missingOpenSsl = spawnSync('openssl', ['version']).error ? 'there is no openssl' : null;

/** The bucket of a region, as in the URLs of CloudFormation. */
export const bucketHost = 'cloudformation-custom-resource-response-eucentral1.s3.eu-central-1.amazonaws.com';

/** What a bucket received. */
interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** How a bucket answers: with a status, with a redirect, or not at all. */
export type Reply = number | 'lost' | 'silent';

export type ResponseBucket = Awaited<ReturnType<typeof openResponseBucket>>;

/** Of all buckets of a file: a process makes it. */
let certificate: ReturnType<typeof makeCertificate> | undefined;

/**
 * Starts a bucket that CloudFormation reads responses from: an https server on this machine with a certificate for the host of
 * the bucket, and an agent that connects there, whatever the host is. Names and certificates are checked as always.
 */
export async function openResponseBucket() {
  const { key, cert } = (certificate ??= makeCertificate());
  const received: Received[] = [];
  const replies: Reply[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, text: Buffer.concat(chunks).toString() });
      const reply = replies.shift() ?? 200;
      if (reply === 'lost') request.socket.destroy();
      else if (reply !== 'silent') response.writeHead(reply, { location: `https://${bucketHost}/elsewhere` }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  class LocalAgent extends Agent {
    override createConnection(options: ConnectionOptions) {
      return connect({ ...options, host: '127.0.0.1', port, ca: cert });
    }
  }
  const agent = new LocalAgent();
  const close = closeAtEnd(async () => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  /** The responses, parsed. */
  const responses = () => received.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
  return { url: `https://${bucketHost}/stack?X-Amz-Signature=abc`, agent, received, replies, responses, close };
}

function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'bucket-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=s3', '-addext', `subjectAltName=DNS:${bucketHost}`];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}
