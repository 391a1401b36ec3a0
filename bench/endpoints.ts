import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onCore } from './process.ts';

/**
 * Endpoints over TLS, as AWS has them: over plain HTTP, the SDK loads code that it never needs on
 * AWS.
 */
export interface Endpoints {
  readonly eks: string;
  readonly dynamoDb: string;
  readonly sts: string;
  /** File of the certificate, for NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE. */
  readonly certificate: string;
  /** Removes all associations and items. */
  readonly clear: () => Promise<void>;
  readonly stop: () => void;
}

/** How the servers run. */
export interface EndpointSettings {
  /** Folder for the key and the certificate. */
  readonly folder: string;
  /** The core of the servers; null: any. */
  readonly core: number | null;
  /** How long answers wait, in milliseconds. */
  readonly delays?: { readonly dynamoDb: number; readonly eks: number; readonly sts: number };
}

/**
 * Starts the EKS simulator, a DynamoDB and an STS in another process, with a certificate of their
 * own. Requires openssl.
 */
export async function startEndpoints({ folder, core, delays }: EndpointSettings): Promise<Endpoints> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
  ]);
  const servers = join(import.meta.dirname, 'servers.ts');
  const { dynamoDb = 0, eks = 0, sts = 0 } = delays ?? {};
  const [program, ...args] = onCore(core, [
    process.execPath,
    servers,
    key,
    certificate,
    ...[dynamoDb, eks, sts].map(String),
  ]);
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [urls] = (await once(child, 'message')) as [Pick<Endpoints, 'eks' | 'dynamoDb' | 'sts'>];
  const clear = async () => {
    child.send('clear');
    await once(child, 'message');
  };
  return { ...urls, certificate, clear, stop: () => child.disconnect() };
}
