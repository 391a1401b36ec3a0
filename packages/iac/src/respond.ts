import type { Agent } from 'node:https';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** What CloudFormation reads as the result of a request. */
export interface CloudFormationResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly [field: string]: unknown;
}

/** How a response is sent: by default on Node.js's own connections, and in how many milliseconds. */
type Sending = Readonly<{ agent?: Agent | undefined; remainingMs: () => number }>;

/** Limits of CloudFormation, and of one attempt. */
const [maxBytes, attemptMs, maxAttempts] = [4_096, 10_000, 4];

/**
 * The buckets that CloudFormation reads responses from, one in each region, e.g.
 * `cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com`. The endpoint has to
 * be of the bucket's region: anybody may create a bucket with the name of a region that does not
 * exist yet.
 */
const responseHost =
  /^cloudformation-custom-resource-response-([a-z0-9]+)\.s3(?:[.-]([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(\.cn)?$/;

/** Whether a URL is one that CloudFormation reads a response from, by https alone. */
export function isResponseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port, username, password } = new URL(text);
  // Only us-east-1 has an endpoint without its region.
  const [match, bucket, region = 'us-east-1', china] = responseHost.exec(hostname) ?? [];
  return (
    match !== undefined &&
    [protocol, port, username, password].join() === 'https:,,,' &&
    bucket === region.replaceAll('-', '') &&
    region.startsWith('cn-') === (china !== undefined)
  );
}

/** The text of a response: at most 4096 bytes, with as much of the reason as fits. */
export function responseText(response: CloudFormationResponse): string {
  const text = JSON.stringify(response);
  const { Reason: reason = '' } = response;
  if (Buffer.byteLength(text) <= maxBytes) return text;
  if (reason.length <= 1) throw new Error('The request has ids that are too long to be answered.');
  const beginning = reason.slice(0, Math.floor(reason.length * 0.9) - 1).toWellFormed();
  return responseText({ ...response, Reason: `${beginning}…` });
}

/**
 * Sends a response; again if it got no answer, or one that says to. Redirects are not followed.
 *
 * @throws if CloudFormation did not take it
 */
export async function respond(url: string, response: CloudFormationResponse, sending: Sending): Promise<void> {
  if (!isResponseUrl(url)) throw new Error('ResponseURL is not one of CloudFormation.');
  const text = responseText(response);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await put(new URL(url), text, sending).catch((error: unknown) => String(error));
    if (answer === 200) return;
    const mayPass = typeof answer === 'string' || answer === 429 || answer >= 500;
    const delayMs = 100 * 4 ** attempt;
    if (!mayPass || attempt === maxAttempts || sending.remainingMs() < delayMs + 1_000) {
      throw new Error(`CloudFormation did not take the response: ${answer}`);
    }
    await sleep(delayMs);
  }
}

/** The HTTP status of the answer. */
function put(url: URL, text: string, { agent, remainingMs }: Sending): Promise<number> {
  const signal = AbortSignal.timeout(Math.max(1, Math.min(attemptMs, remainingMs())));
  // The signature of the URL is for an empty content type.
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    request(url, { method: 'PUT', headers, signal, ...(agent && { agent }) })
      .on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .on('error', reject)
      .end(text);
  });
}
