import type { Agent } from 'node:http';
import type { Agent as TlsAgent } from 'node:https';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';

/** Time limit for establishing a connection. Milliseconds. */
export const connectionTimeoutMs = 2_000;

/** How a client of the SDK reaches AWS. */
export interface SdkSettings {
  readonly region: string;
  /** URL to use instead of the AWS endpoint of the region, e.g. that of the simulator. */
  readonly endpoint?: string | undefined;
  /** Default: the credential provider chain of the SDK. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
  /** Agents that go through a proxy. Default: those of the SDK, which go to AWS directly. */
  readonly agents?: SdkAgents | undefined;
}

/** What opens the connections of a client. */
interface SdkAgents {
  readonly httpAgent: Agent;
  readonly httpsAgent: TlsAgent;
}

/** Settings for a client, without undefined properties: the SDK reads those as set. */
export function sdkSettings({ region, endpoint, credentials }: SdkSettings) {
  return { region, ...(endpoint === undefined ? {} : { endpoint }), ...(credentials ? { credentials } : {}) };
}
