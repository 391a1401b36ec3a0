import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { ulid } from 'ulid';
import type { CreateInputs } from './naive/recorded.ts';

/** A request of the SDK: the operation of DynamoDB, null for EKS; and its body. */
interface SentRequest {
  readonly operation: string | null;
  readonly body: string;
}

/** The requests that a piece of code sends over HTTP. */
async function sentBy(run: () => Promise<unknown>): Promise<SentRequest[]> {
  const sent: SentRequest[] = [];
  const onCreated = (message: unknown) => {
    const { request } = message as { readonly request: ClientRequest };
    const end = request.end.bind(request) as (...args: unknown[]) => ClientRequest;
    request.end = (...args: unknown[]) => {
      const target = request.getHeader('x-amz-target');
      const [chunk] = args;
      // The SDK passes a body whole, as text or bytes.
      const body = typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.toString() : '';
      sent.push({ operation: typeof target === 'string' ? (target.split('.')[1] ?? '') : null, body });
      return end(...args);
    };
  };
  subscribe('http.client.request.created', onCreated);
  try {
    await run();
  } finally {
    unsubscribe('http.client.request.created', onCreated);
  }
  return sent;
}

/**
 * Records the calls of a create by the gateway, and returns what makes the inputs of equal calls
 * for another service account: they have the same items and fields, with ids and keys of their own.
 * Both names must have the same length, so that the calls have the same bytes.
 *
 * @param run sends the create
 * @param recorded name of its service account
 * @param clusterName of its cluster, which the body of EKS's request lacks
 */
export async function recordCreate(
  run: () => Promise<unknown>,
  recorded: string,
  clusterName: string,
): Promise<(serviceAccount: string) => CreateInputs> {
  const sent = await sentBy(run);
  const [before, after, ...more] = sent.filter(({ operation }) => operation === 'TransactWriteItems');
  const [create, ...others] = sent.filter(({ operation }) => operation === null);
  if (!before || !after || !create || more.length + others.length > 0)
    throw new Error(`A create has other calls than two transactions and one of EKS: ${JSON.stringify(sent)}`);
  const text = JSON.stringify([before.body, create.body, after.body]);
  // The key of the record is a hash, those of entries and of the operation are ULIDs.
  const [keys, ids] = [/\b[0-9a-f]{64}\b/g, /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g].map((pattern) => [
    ...new Set(text.match(pattern)),
  ]);
  const key = keys?.find((one) => before.body.includes(`"idempotencyKey":{"S":"${one}"}`));
  if (key === undefined || !ids || ids.length === 0) throw new Error(`A create has no record: ${text}`);
  return (serviceAccount) => {
    const replaced = [key, ...ids].reduce(
      (changed, one) => changed.replaceAll(one, one === key ? sha256(serviceAccount) : ulid()),
      text.replaceAll(recorded, serviceAccount),
    );
    const [first, second, third] = (JSON.parse(replaced) as string[]).map((body) => JSON.parse(body) as object);
    return { before: first, create: { ...second, clusterName }, after: third } as CreateInputs;
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
