import { createHash, createHmac } from 'node:crypto';
import type { SeenRequest } from '../../../test/support/answering-server.ts';

/** The header of a signed request, calculated as the documentation of Signature Version 4 describes it. */
export function expectedSignature(
  seen: SeenRequest | undefined,
  { accessKeyId, secretAccessKey }: { readonly accessKeyId: string; readonly secretAccessKey: string },
  region: string,
): string {
  const { headers = {}, path = '', body = '' } = seen ?? {};
  const time = String(headers['x-amz-date']);
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join('');
  const canonical = ['POST', path, '', lines, names.join(';'), hash(body)].join('\n');
  const scope = `${time.slice(0, 8)}/${region}/execute-api/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
  const hmac = (key: string | Buffer, part: string) => createHmac('sha256', key).update(part).digest();
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}
