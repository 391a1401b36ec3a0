import { unused, versionOf, withErrors, withoutMembers, withPlainNames } from './module-edits.ts';
import type { Replacement } from './module-edits.ts';

/** The exceptions of the operations that the functions call, in the API references. */
const errorsOf = {
  dynamoDb: [
    'ConditionalCheckFailedException',
    'IdempotentParameterMismatchException',
    'InternalServerError',
    'ItemCollectionSizeLimitExceededException',
    'ProvisionedThroughputExceededException',
    'ReplicatedWriteConflictException',
    'RequestLimitExceeded',
    'ResourceNotFoundException',
    'ThrottlingException',
    'TransactionCanceledException',
    'TransactionConflictException',
    'TransactionInProgressException',
  ],
  eks: [
    'AccessDeniedException',
    'BadRequestException',
    'ClientException',
    'InvalidParameterException',
    'InvalidRequestException',
    'NotFoundException',
    'ResourceInUseException',
    'ResourceLimitExceededException',
    'ResourceNotFoundException',
    'ServerException',
    'ServiceUnavailableException',
    'ThrottlingException',
  ],
  iam: ['NoSuchEntityException', 'ServiceFailureException'],
  sts: [
    'ExpiredTokenException',
    'MalformedPolicyDocumentException',
    'PackedPolicyTooLargeException',
    'RegionDisabledException',
  ],
} as const;

/**
 * Types of members that no function sends or reads: a table, a cluster and an add-on have most of
 * them.
 */
export const unusedMembers = {
  dynamoDb: [
    'ArchivalSummary$',
    'AttributeUpdates',
    'BillingModeSummary$',
    'ConsumedCapacity$',
    'ConsumedCapacityMultiple',
    'ExpectedAttributeMap',
    'FilterConditionMap',
    'GlobalSecondaryIndexWarmThroughputDescription$',
    'GlobalTableWitnessDescriptionList',
    'ItemCollectionMetrics$',
    'ItemCollectionMetricsPerTable',
    'KeyConditions',
    'LocalSecondaryIndexDescriptionList',
    'OnDemandThroughput$',
    'ProvisionedThroughputDescription$',
    'ReplicaDescriptionList',
    'RestoreSummary$',
    'SSEDescription$',
    'TableClassSummary$',
    'TableWarmThroughputDescription$',
    'VectorIndexDescriptionList',
  ],
  eks: [
    'AccessConfigResponse$',
    'AddonHealth$',
    'AddonNamespaceConfigResponse$',
    'Certificate$',
    'ClusterHealth$',
    'ConnectorConfigResponse$',
    'ControlPlaneScalingConfig$',
    'EncryptionConfigList',
    'Identity$',
    'KubeApiServerConfigResponse$',
    'KubeControllerManagerConfigResponse$',
    'KubeSchedulerConfigResponse$',
    'KubernetesNetworkConfigResponse$',
    'Logging$',
    'MarketplaceInformation$',
    'OutpostConfigResponse$',
    'RemoteNetworkConfigResponse$',
    'StorageConfigResponse$',
    'UpgradePolicyResponse$',
    'VpcConfigResponse$',
    'ZonalShiftConfigResponse$',
  ],
} as const;

/** Replacements of modules of the AWS SDK: see replacements.ts. */
export const sdkReplacements: readonly Replacement[] = [
  {
    name: 'web-streams',
    why: 'tests for web streams, which loads them (a tenth of a cold start): responses of Node.js are never web streams',
    path: /@smithy\/core\/dist-es\/submodules\/serde\/util-stream\/stream-type-check\.js$/,
    contents: 'export const isReadableStream = () => false; export const isBlob = () => false;',
  },
  {
    name: 'credential-chain',
    why: 'looks for credentials in files, processes and at metadata services: Lambda passes them by environment variables',
    path: /@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/,
    // Each request asks for them several times. Lambda does not change them while a function runs.
    contents: `import { fromEnv } from '@aws-sdk/credential-provider-env';
      import { memoize } from '@smithy/core/config';
      export const defaultProvider = (init) => memoize(fromEnv(init));`,
  },
  {
    name: 'config-files',
    why: 'reads files in the home directory, of which functions have none: settings come from environment variables',
    path: /@smithy\/core\/dist-es\/submodules\/config\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/,
    contents: `export { CONFIG_PREFIX_SEPARATOR } from './constants';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  },
  {
    name: 'event-streams',
    why: 'streams of events: no call of the gateway has one',
    path: /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/,
    contents: unused('The event streams of the SDK'),
  },
  {
    name: 'stream-collector',
    why: "reads answers by a pipe, which creates the streams of the process's output",
    path: /@smithy\/core\/dist-es\/submodules\/serde\/util-stream\/stream-collector\.js$/,
    contents: `import { concatBytes } from '../concatBytes';
      export const streamCollector = (stream) => new Promise((resolve, reject) => {
        const chunks = [];
        stream.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('end', () => resolve(concatBytes(chunks)));
      });`,
  },
  {
    name: 'uuid',
    why: 'takes a random UUID from the cryptography of the web, which loads it: Node.js has the same function',
    path: /@smithy\/core\/dist-es\/submodules\/serde\/uuid\/v4\.js$/,
    contents: "import { randomUUID } from 'node:crypto'; export const bindV4 = () => () => randomUUID();",
  },
  {
    name: 'eks-names',
    why: 'describes all operations, exceptions and settings of EKS',
    path: /@aws-sdk\/client-eks\/dist-es\/schemas\/schemas_0\.js$/,
    contents: (text) => withoutMembers(withErrors(withPlainNames(text), errorsOf.eks), unusedMembers.eks),
  },
  {
    name: 'iam-names',
    why: 'describes all exceptions of IAM, of which the gateway calls one operation',
    path: /@aws-sdk\/client-iam\/dist-es\/schemas\/schemas_0\.js$/,
    contents: (text) => withErrors(withPlainNames(text), errorsOf.iam),
  },
  {
    name: 'dynamodb-names',
    why: 'describes all operations, exceptions and settings of DynamoDB',
    path: /@aws-sdk\/client-dynamodb\/dist-es\/schemas\/schemas_0\.js$/,
    contents: (text) => withoutMembers(withErrors(withPlainNames(text), errorsOf.dynamoDb), unusedMembers.dynamoDb),
  },
  {
    name: 'sts-names',
    why: 'describes all operations and exceptions of STS, of which the gateway calls two operations',
    path: /@aws-sdk\/client-sts\/dist-es\/schemas\/schemas_0\.js$/,
    contents: (text) => withErrors(withPlainNames(text), errorsOf.sts),
  },
  {
    name: 'client-packages',
    why: 'describes the package of a client, of which the SDK uses the version',
    path: /@aws-sdk\/client-[a-z-]+\/package\.json$/,
    contents: versionOf,
  },
  {
    name: 'endpoint-cache',
    why: 'keeps endpoints that DynamoDB was asked for: the clients use those of the region',
    path: /@aws-sdk\/endpoint-cache\/dist-es\/EndpointCache\.js$/,
    contents: `export class EndpointCache { get() { ${unused('The cache of endpoints')} } }`,
  },
  {
    name: 'many-regions',
    why: 'signs for several regions at once: each client signs for one',
    path: /@aws-sdk\/signature-v4-multi-region\/dist-es\/SignatureV4MultiRegion\.js$/,
    contents:
      "export { SignatureV4SignWithCredentials as SignatureV4MultiRegion } from './SignatureV4SignWithCredentials';",
  },
  {
    name: 'event-headers',
    why: 'writes the headers of events in streams: no call of the gateway has one',
    path: /@smithy\/signature-v4\/dist-es\/HeaderFormatter\.js$/,
    contents: `export class HeaderFormatter { format() { ${unused('The headers of event streams')} } }`,
  },
  {
    name: 'adaptive-retries',
    why: 'limits the rate of requests after throttling, where AWS_RETRY_MODE is adaptive: functions retry as by default',
    path: /@smithy\/core\/dist-es\/submodules\/retry\/util-retry\/AdaptiveRetryStrategy\.js$/,
    contents: "export { StandardRetryStrategy as AdaptiveRetryStrategy } from './StandardRetryStrategy';",
  },
  {
    name: 'trace-of-invocation',
    why: 'finds the trace of an invocation among others in the same process: a process of a function has one at a time',
    path: /@aws-sdk\/core\/dist-es\/submodules\/client\/middleware-recursion-detection\/recursionDetectionMiddleware\.js$/,
    contents: `export const recursionDetectionMiddleware = () => (next) => (sent) => {
        const trace = process.env._X_AMZN_TRACE_ID;
        if (trace) sent.request.headers['X-Amzn-Trace-Id'] ??= trace;
        return next(sent);
      };`,
  },
  {
    name: 'dates',
    why: 'parses dates as schema-date-utils.js does, once more',
    path: /@smithy\/core\/dist-es\/submodules\/serde\/date-utils\.js$/,
    contents: `import { _parseEpochTimestamp, _parseRfc3339DateTimeWithOffset, _parseRfc7231DateTime } from './schema-serde-lib/schema-date-utils';
      export const dateToUtcString = (date) => date.toUTCString();
      export const parseEpochTimestamp = _parseEpochTimestamp;
      export const parseRfc3339DateTime = _parseRfc3339DateTimeWithOffset;
      export const parseRfc3339DateTimeWithOffset = _parseRfc3339DateTimeWithOffset;
      export const parseRfc7231DateTime = _parseRfc7231DateTime;`,
  },
  {
    name: 'sha256',
    why: 'hashes in JavaScript where Node.js has no cryptography',
    path: /@smithy\/core\/dist-es\/submodules\/checksum\/sha256\/Sha256Js\.js$/,
    contents: `export class Sha256Js { constructor() { ${unused('SHA-256 in JavaScript')} } }`,
  },
  {
    name: 'instance-metadata',
    why: 'asks an instance of EC2 for its region: Lambda passes it by an environment variable',
    path: /@smithy\/core\/dist-es\/submodules\/config\/config-resolver\/regionConfig\/getInstanceMetadataRegion\.js$/,
    contents: `export const getInstanceMetadataRegion = () => { ${unused('The metadata of EC2')} };`,
  },
];
