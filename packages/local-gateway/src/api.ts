/**
 * Accounts, clusters, namespaces with their owners, roles and principals: the JSON of a world file.
 */
export interface LocalWorld {
  /** Account of clusters and requests that name none: 12 digits; `111122223333` when absent. */
  readonly accountId?: string;
  /** Region of clusters and requests that name none; `eu-central-1` when absent. */
  readonly region?: string;
  /** Clusters, by name or as objects. */
  readonly clusters: readonly (
    | string
    | {
        readonly clusterName: string;
        readonly accountId?: string;
        readonly region?: string;
        /** `dev` when absent. */
        readonly environment?: string;
      }
  )[];
  /**
   * Which environments are production; one that is not listed is. Only `dev` is not, when absent.
   */
  readonly environments?: readonly { readonly name: string; readonly production: boolean }[];
  /** A name, or a prefix and `*`. */
  readonly namespaces?: readonly {
    readonly name: string;
    /** Groups. */
    readonly owners: readonly string[];
    /**
     * Names of roles at the role path of the namespace, in each account with a cluster; or ARNs of
     * other roles that it may use.
     */
    readonly roles?: readonly string[];
  }[];
  /**
   * Roles with fields of their own, target roles, and roles of the namespaces above that differ
   * from the default.
   */
  readonly roles?: readonly {
    readonly arn: string;
    /** Trusts EKS Pod Identity when absent. */
    readonly trustPolicy?: object;
    readonly tags?: Readonly<Record<string, string>>;
    /** ARN of a policy. */
    readonly permissionsBoundary?: string;
    /** An ISO 8601 time, or seconds after the start, from which EKS can use it. */
    readonly existsFrom?: string | number;
  }[];
  /** `/pods/{namespace}/` when absent. */
  readonly rolePath?: string;
  /** People, for `token`. `names` are those by which services may name them in `onBehalfOf`. */
  readonly principals?: readonly {
    readonly name: string;
    readonly groups?: readonly string[];
    readonly names?: readonly string[];
  }[];
  /** Services, for `token` and `credentials`. */
  readonly services?: readonly {
    readonly name: string;
    readonly groups?: readonly string[];
    /** Whether `onBehalfOf` may name people; false when absent. */
    readonly mayNamePeople?: boolean;
  }[];
}

/** Options of `startLocalGateway`; all have defaults. */
export interface LocalGatewayOptions {
  /** Port of the gateway on 127.0.0.1; 0, the default, picks a free one. */
  readonly port?: number;
  /** Port of the simulated EKS on 127.0.0.1; 0, the default, picks a free one. */
  readonly eksSimulatorPort?: number;
  /**
   * Accounts, clusters, namespaces, roles and principals of your own, as in a world file. Those of
   * the examples when absent.
   */
  readonly world?: LocalWorld;
  /**
   * Folder with `*.cedar` files, `schema.cedarschema`, `required-policies.json` and, without a
   * world, `inventory.json`. The example policies when absent.
   */
  readonly policiesDirectory?: string;
  /**
   * Folder that keeps signing key, ledger and associations. When absent, nothing is kept after
   * `close`.
   */
  readonly folder?: string;
  /**
   * Further settings of `--help`, as environment variables, such as
   * `{ RECONCILE_INTERVAL_MS: '1000' }`.
   */
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
  /**
   * Endpoint of the simulated EKS, for the AWS SDK and CLI; its control API is below
   * `/_simulator/`. Null when the settings name another endpoint.
   */
  readonly eksUrl: string | null;
  /**
   * A token, valid for an hour: of a principal such as `alice`, or with the given claims. Rejects
   * for an unknown name.
   */
  readonly token: (principal: string | TokenClaims) => Promise<string>;
  /**
   * Credentials that sign requests to `/iam/graphql`, for `execute-api` in the region of the
   * gateway: of a service such as `ci-deployer`. Rejects for an unknown name.
   */
  readonly credentials: (identity: string) => Promise<AwsCredentials>;
  /**
   * Answers the requests in progress, then stops everything and removes what was not to be kept.
   */
  readonly close: () => Promise<void>;
}

/** Starts a gateway with a simulated EKS. Rejects with an Error that names the setting to fix. */
export type StartLocalGateway = (options?: LocalGatewayOptions) => Promise<LocalGateway>;
