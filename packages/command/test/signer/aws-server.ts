import type { ServerResponse } from 'node:http';
import { startAnsweringServer } from '../../../../test/support/answering-server.ts';
import type { SeenRequest } from '../../../../test/support/answering-server.ts';

const expiration = '2099-01-01T00:00:00Z';

/** Whose credentials signed a request: access key, session token and region. */
function signerOf({ headers }: SeenRequest): string {
  const [, key = 'none', region = ''] = /Credential=([^/,]*)\/\d{8}\/([^/]*)\//.exec(headers.authorization ?? '') ?? [];
  const { 'x-amz-security-token': token = 'no token' } = headers;
  return `${key} (${String(token)}, ${region})`;
}

/**
 * A server that takes the requests of a gateway, of EKS, STS, IAM Identity Center, a container and
 * an instance. The keys that it gives name those who asked for them. It refuses all others, and
 * keeps who signed them.
 */
export async function startAwsServer() {
  const signers: string[] = [];
  const server = await startAnsweringServer((response, seen) => {
    if (!answerSource(response, seen)) {
      signers.push(signerOf(seen));
      refuse(response, seen);
    }
  });
  const takeSigners = () => signers.splice(0);
  return { url: server.endpoint, close: server.stop, takeSigners };
}

function answerSource(response: ServerResponse, seen: SeenRequest): boolean {
  const { path, body, method } = seen;
  if (path.startsWith('/federation/credentials')) {
    const role = new URLSearchParams(path.split('?')[1]).get('role_name');
    const keys = { accessKeyId: `SSO-${role}`, secretAccessKey: 's', sessionToken: 'of SSO' };
    json(response, { roleCredentials: { ...keys, expiration: Date.parse(expiration) } });
  } else if (path === '/container') json(response, temporary('CONTAINER'));
  else if (path === '/latest/api/token' && method === 'PUT') {
    response.writeHead(200, { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }).end('imds-token');
  } else if (/^\/latest\/meta-data\/iam\/security-credentials\/$/.test(path)) response.end('node');
  else if (path === '/latest/meta-data/iam/security-credentials/node') {
    json(response, {
      Code: 'Success',
      Type: 'AWS-HMAC',
      LastUpdated: '2026-01-01T00:00:00Z',
      ...temporary('INSTANCE'),
    });
  } else if (path === '/' && method === 'POST') answerSts(response, new URLSearchParams(body), seen);
  else return false;
  return true;
}

function temporary(key: string) {
  return { AccessKeyId: key, SecretAccessKey: 's', Token: `of ${key}`, Expiration: expiration };
}

function answerSts(response: ServerResponse, form: URLSearchParams, seen: SeenRequest): void {
  const action = form.get('Action') ?? '';
  const role = form.get('RoleArn')?.split('/').at(-1);
  const options = ['ExternalId', 'DurationSeconds'].map((name) => form.get(name) ?? '').join('');
  const by = action === 'AssumeRole' ? signerOf(seen).split(' ')[0] : form.get('WebIdentityToken');
  const key = `${role}-by-${by}${options}`;
  response
    .writeHead(200, { 'content-type': 'text/xml' })
    .end(
      `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>${key}</AccessKeyId>` +
        `<SecretAccessKey>s</SecretAccessKey><SessionToken>of ${key}</SessionToken><Expiration>${expiration}</Expiration></Credentials>` +
        `</${action}Result></${action}Response>`,
    );
}

function refuse(response: ServerResponse, { path }: SeenRequest): void {
  if (path.endsWith('/graphql')) {
    json(response, { errors: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] });
  } else {
    response.writeHead(403, { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' });
    response.end(JSON.stringify({ message: 'no' }));
  }
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
