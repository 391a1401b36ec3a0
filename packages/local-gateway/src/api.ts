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

/** Operations of the simulated EKS, IAM and STS, for faults and the request log. */
export type EksOperation =
  | 'CreatePodIdentityAssociation'
  | 'DescribePodIdentityAssociation'
  | 'ListPodIdentityAssociations'
  | 'UpdatePodIdentityAssociation'
  | 'DeletePodIdentityAssociation'
  | 'TagResource'
  | 'UntagResource'
  | 'ListTagsForResource'
  | 'DescribeCluster'
  | 'ListClusters'
  | 'DescribeAddon'
  | 'ListAddons'
  | 'GetRole'
  | 'AssumeRole'
  | 'GetCallerIdentity';

/** A fault for the next requests of an operation; the README of eks-simulator describes the kinds. */
export interface EksFault {
  readonly operation: EksOperation;
  readonly kind:
    | 'error-before'
    | 'error-after'
    | 'cut-before'
    | 'cut-after'
    | 'late-effect'
    | 'delay'
    | 'delay-before'
    | 'throttle'
    | 'access-denied'
    | 'hang'
    | 'hang-after'
    | 'lag';
  /** How many requests it applies to; 1 when absent. */
  readonly times?: number;
  /** Only requests about these; any when absent. */
  readonly match?: { readonly namespace?: string; readonly serviceAccount?: string; readonly associationId?: string };
  /** Milliseconds, for the kinds that need it: `late-effect`, `delay`, `delay-before` and `lag`. */
  readonly delayMs?: number;
}

/** An association as the simulated EKS has it. */
export interface EksAssociation {
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
  readonly associationId: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A cluster of the simulated EKS. */
export interface EksCluster {
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
}

/** A role of the simulated IAM. */
export interface EksRole {
  readonly arn: string;
  readonly trustPolicy: {
    readonly Version?: string;
    readonly Statement: readonly {
      readonly Effect: 'Allow' | 'Deny';
      readonly Principal?: unknown;
      readonly Action?: unknown;
      readonly [element: string]: unknown;
    }[];
  };
  readonly tags?: Readonly<Record<string, string>>;
  /** ARN of a policy. */
  readonly permissionsBoundary?: string;
  /** An ISO 8601 time, or seconds after the start, from which EKS can use it. */
  readonly existsFrom?: string | number;
}

/** Settings of an association that is changed outside the gateway. */
export interface EksAssociationChange {
  readonly roleArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly disableSessionTags?: boolean;
  readonly targetRoleArn?: string | null;
  readonly policy?: string | null;
}

/** A request that the simulated EKS received. */
export interface EksRequest {
  readonly operation: EksOperation | null;
  /** `succeeded`, the name of the exception, `not-done` by a fault, or `pending`. */
  readonly outcome: string;
}

/**
 * The simulated EKS behind the gateway: its faults, its world and its requests. Changes are those of
 * others, such as a person with the AWS CLI. Invalid arguments throw an Error that names the field.
 */
export interface SimulatedEks {
  readonly addFault: (fault: EksFault) => void;
  /** Faults that are not used up; `times` is what remains. */
  readonly pendingFaults: () => readonly EksFault[];
  readonly clearFaults: () => void;
  /** Requests to EKS, or to one operation; oldest first. */
  readonly requests: (operation?: EksOperation) => readonly EksRequest[];
  readonly clearRequests: () => void;
  readonly associations: () => readonly EksAssociation[];
  readonly createAssociation: (
    association: Pick<EksAssociation, 'clusterName' | 'namespace' | 'serviceAccount' | 'roleArn'> &
      Partial<Pick<EksAssociation, 'accountId' | 'region' | 'tags'>>,
  ) => EksAssociation;
  /** Null for an unknown ID. */
  readonly updateAssociation: (associationId: string, changes: EksAssociationChange) => EksAssociation | null;
  /** False for an unknown ID. */
  readonly deleteAssociation: (associationId: string) => boolean;
  readonly clusters: () => readonly EksCluster[];
  /** Adds a cluster, or replaces the one of the same account, region and name. */
  readonly addCluster: (cluster: EksCluster) => void;
  /** False for an unknown cluster. */
  readonly deleteCluster: (cluster: EksCluster) => boolean;
  readonly roles: () => readonly EksRole[];
  /** Adds a role, or replaces the one of the same ARN. */
  readonly addRole: (role: EksRole) => void;
}

/**
 * The clock of the gateway, its services and the simulated EKS. Set it between requests. Tokens,
 * credentials and the delays of faults follow real time, so that clients need no clock of their
 * own.
 */
export interface GatewayClock {
  readonly now: () => Date;
  /**
   * Sets the clock forward by so many milliseconds, then runs the reconciler and carries out the
   * expiries that are due. Rejects where the option `folder` keeps data.
   */
  readonly advance: (ms: number) => Promise<void>;
  /** As `advance`, to a time; text is ISO 8601. Rejects for one in the past. */
  readonly set: (time: Date | string | number) => Promise<void>;
}

/** Who and what the gateway knows by its inventory; roles are in `eks.roles()`. */
export interface GatewayWorld {
  /** Account and region of requests that name none. */
  readonly accountId: string;
  readonly region: string;
  /** Names for `token`. */
  readonly principals: readonly { readonly name: string; readonly groups: readonly string[] }[];
  /** Of principals, and owners of namespaces. */
  readonly groups: readonly string[];
  readonly clusters: readonly (EksCluster & { readonly environment: string; readonly production: boolean })[];
  /** Names, or prefixes and `*`. */
  readonly namespaces: readonly { readonly name: string; readonly owners: readonly string[] }[];
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
  /** The simulated EKS: faults, world, requests. Null when the settings name another endpoint. */
  readonly eks: SimulatedEks | null;
  readonly clock: GatewayClock;
  readonly world: GatewayWorld;
  /**
   * Starts again from nothing at the same URLs: without associations, entries, faults and limits in
   * use, at real time. Tokens and credentials stay valid. Rejects where the option `folder` keeps data.
   */
  readonly reset: () => Promise<void>;
  /**
   * Answers the requests in progress, then stops everything and removes what was not to be kept.
   */
  readonly close: () => Promise<void>;
}

/** What a test runner calls before and after the tests of a file or a group. */
export interface TestHooks {
  readonly beforeAll: (start: () => Promise<void>) => void;
  readonly afterAll: (stop: () => Promise<void>) => void;
}

/**
 * A gateway for the tests of a file or a `describe`, which starts before them and is closed after
 * them. The result can be used inside tests and hooks.
 *
 * @param hooks those of the test runner; by default its globals, as Jest has them, and Vitest with
 *   `globals: true`
 */
export type UseLocalGateway = (options?: LocalGatewayOptions, hooks?: TestHooks) => LocalGateway;

/** Starts a gateway with a simulated EKS. Rejects with an Error that names the setting to fix. */
export type StartLocalGateway = (options?: LocalGatewayOptions) => Promise<LocalGateway>;
