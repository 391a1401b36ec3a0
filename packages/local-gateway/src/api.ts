/** Options of `startLocalGateway`; all have defaults. */
export interface LocalGatewayOptions {
  /** Port of the gateway on 127.0.0.1; 0, the default, picks a free one. */
  readonly port?: number;
  /** Port of the simulated EKS on 127.0.0.1; 0, the default, picks a free one. */
  readonly eksSimulatorPort?: number;
  /** World file of the simulator: clusters, roles and access keys. The example world when absent. */
  readonly eksSimulatorWorld?: string;
  /** Folder with `*.cedar` files, `schema.cedarschema`, `required-policies.json` and `inventory.json`. The example policies when absent. */
  readonly policiesDirectory?: string;
  /** Folder that keeps signing key, ledger and associations. When absent, nothing is kept after `close`. */
  readonly folder?: string;
  /** Further settings of `--help`, as environment variables, such as `{ RECONCILE_INTERVAL_MS: '1000' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Receives each line of the gateway's log, a JSON object; the lines are dropped when absent. */
  readonly onLogLine?: (line: string) => void;
}

/** The claims of a token. */
export interface TokenClaims {
  readonly sub: string;
  readonly groups?: readonly string[];
  /** Equal to `sub` in the token of a service. */
  readonly client_id?: string;
  /** The service that acts on behalf of `sub` (RFC 8693). */
  readonly act?: { readonly sub: string };
}

/** AWS credentials of the local gateway. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A running gateway. */
export interface LocalGateway {
  /** URL of the GraphQL API, e.g. `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Endpoint of the simulated EKS, for the AWS SDK and CLI; its control API is below `/_simulator/`. Null when the settings name another endpoint. */
  readonly eksUrl: string | null;
  /** A token, valid for an hour: of an example principal such as `alice`, or with the given claims. Rejects for an unknown name. */
  readonly token: (principal: string | TokenClaims) => Promise<string>;
  /**
   * Credentials that sign requests to `/iam/graphql`, for `execute-api` in the region of the gateway: of an example identity such as
   * `ci-deployer`. Rejects for an unknown name.
   */
  readonly credentials: (identity: string) => Promise<AwsCredentials>;
  /** Answers the requests in progress, then stops everything and removes what was not to be kept. */
  readonly close: () => Promise<void>;
}

/** Starts a gateway with a simulated EKS. Rejects with an Error that names the setting to fix. */
export type StartLocalGateway = (options?: LocalGatewayOptions) => Promise<LocalGateway>;
