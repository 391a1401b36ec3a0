import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { RegionMissingError } from './errors.ts';

/** A request to authenticate. */
export interface UnsignedRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Access key, secret key, and the session token of temporary credentials. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The service name of API Gateway in signatures. */
const service = 'execute-api';

/**
 * The headers of a request with its signature.
 *
 * @param region the region to sign for, where the host of the URL names none
 * @throws {@link RegionMissingError} when neither names a region
 */
export async function sign(
  { url, headers, body }: UnsignedRequest,
  credentials: AwsCredentials,
  region: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const signer = new SignatureV4({ service, region: regionOf(url, region), credentials, sha256: Sha256 });
  const signed = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { ...headers, host: url.host },
    body,
  });
  // The HTTP client sets it from the URL; browsers reject it.
  const { host: _, ...others } = signed.headers;
  return others;
}

/**
 * The region to sign for: of the host of a URL, or else a given one.
 *
 * @throws {@link RegionMissingError} when there is none
 */
export function regionOf(url: URL, region: string | undefined): string {
  const found = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(url.hostname)?.[1] ?? region;
  if (found === undefined)
    throw new RegionMissingError(`Signing a request to ${url.hostname} needs the region of the gateway.`);
  return found;
}
