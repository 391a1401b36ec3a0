import { join } from 'node:path';
import { maxApprovalMs } from '../model/approval.ts';
import {
  defaultApprovalLimits,
  defaultDescribeLimits,
  defaultRequestLimits,
} from '../operations/terms/dependencies.ts';
import type { About, ApprovalLimits, DescribeLimits, Preflight } from '../operations/terms/dependencies.ts';
import type { Times } from '../idempotency/times.ts';
import { defaultTokenSettings } from '../auth/claims.ts';
import type { TokenSettings } from '../auth/claims.ts';
import type { EventSource } from '../auth/event-source.ts';
import type { RequestLimits } from '../runtime/token-buckets.ts';
import { parseRoleArn } from '../validation/role-arns.ts';
import { defaultLiveSettings } from '../policy-versions/live.ts';
import type { LiveSettings } from '../policy-versions/live.ts';
import { readSettings } from './environment.ts';
import type { Environment, SettingsReader } from './environment.ts';
import type { IssuerSettings } from './issuers.ts';
import { readTimes } from './time-settings.ts';

/** What all functions read from their environment. */
export interface LambdaSettings extends GatewaySettings {
  readonly home: { readonly accountId: string; readonly region: string };
  readonly idempotencyTable: string;
  readonly auditTable: string;
  readonly policiesDirectory: string;
  /** Namespace of the metrics in the log; empty: the log has none. */
  readonly metricsNamespace: string;
  readonly livePolicies: LivePolicySettings | null;
}

/**
 * The table of policies, and how fresh they are. Null in settings: the policies of the package are
 * in force.
 */
export interface LivePolicySettings extends LiveSettings {
  readonly table: string;
  /**
   * The table of compiled versions; null: each process compiles and verifies the version in force.
   */
  readonly compiledTable: string | null;
}

/** What the graphql function reads from its environment. */
export interface GraphqlSettings extends LambdaSettings {
  readonly eventSource: EventSource;
  readonly issuer: IssuerSettings;
  /** Packaged list of issuers, see `parseIssuers`. */
  readonly issuersFile: string;
  /** The role that changes associations; null: the role of the function does. */
  readonly executorRoleArn: string | null;
}

/** What the functions and the local server read in the same way. */
export interface GatewaySettings {
  readonly tokens: TokenSettings;
  readonly times: Times;
  readonly describeLimits: DescribeLimits;
  readonly requestLimits: RequestLimits;
  readonly approvalLimits: ApprovalLimits;
  readonly recordTrailReads: boolean;
  readonly preflight: Preflight;
  readonly preflightRoles: boolean;
  readonly deployed: Deployed;
}

/** What was deployed, when, and where its page is. */
export type Deployed = Pick<About, 'version' | 'deployedAt' | 'pageUrl'>;

/**
 * Reads the settings of both functions. Throws an Error that names all missing variables and
 * describes every wrong value.
 */
export function readLambdaSettings(env: Environment = process.env): LambdaSettings {
  return readSettings(env, lambdaSettings);
}

/** Reads the settings of the graphql function, as {@link readLambdaSettings} does. */
export function readGraphqlSettings(env: Environment = process.env): GraphqlSettings {
  return readSettings(env, (reader) => {
    const settings = lambdaSettings(reader);
    return {
      ...settings,
      eventSource: eventSource(reader, settings.home.accountId),
      issuer: issuerSettings(reader),
      executorRoleArn: executorRoleArn(reader),
      // Where the build puts it.
      issuersFile: join(settings.policiesDirectory, '../issuers.json'),
    };
  });
}

/** Reads the settings of all functions. */
export function lambdaSettings(reader: SettingsReader): LambdaSettings {
  return {
    home: { accountId: reader.accountId('HOME_ACCOUNT_ID'), region: reader.region('AWS_REGION') },
    idempotencyTable: reader.required('IDEMPOTENCY_TABLE'),
    auditTable: reader.required('AUDIT_TABLE'),
    policiesDirectory: policiesDirectory(reader),
    livePolicies: readLivePolicySettings(reader),
    metricsNamespace: reader.text('METRICS_NAMESPACE', ''),
    ...readGatewaySettings(reader),
  };
}

/** The role that changes associations; null without one. */
export function executorRoleArn(reader: SettingsReader): string | null {
  const arn = reader.text('EXECUTOR_ROLE_ARN', '');
  if (arn !== '' && parseRoleArn(arn) === null) {
    reader.problem(`EXECUTOR_ROLE_ARN is ${JSON.stringify(arn)}: set it to the ARN of an IAM role.`);
  }
  return arn === '' ? null : arn;
}

/**
 * Reads whether policies come from a table, and how fresh they are. A request waits for a read
 * after twice the time of a refresh, which must be sooner than the policies get too old.
 *
 * @param table its name where it has a default; otherwise it must be set
 */
export function readLivePolicySettings(reader: SettingsReader, table?: string): LivePolicySettings | null {
  const isLive = reader.oneOf('POLICY_SOURCE', ['packaged', 'table'], 'packaged or table') === 'table';
  const settings = {
    table: table ?? (isLive ? reader.required('POLICY_TABLE') : reader.text('POLICY_TABLE', '')),
    compiledTable: reader.text('COMPILED_POLICY_TABLE', '') || null,
    refreshMs: reader.number('POLICY_REFRESH_MS', defaultLiveSettings.refreshMs, { least: 1 }),
    maxAgeMs: reader.number('POLICY_MAX_AGE_MS', defaultLiveSettings.maxAgeMs),
  };
  const { refreshMs, maxAgeMs } = settings;
  if (maxAgeMs < 2 * refreshMs) {
    reader.problem(
      `POLICY_REFRESH_MS is ${refreshMs} and POLICY_MAX_AGE_MS is ${maxAgeMs}: policies must be usable for at least twice the ` +
        `time of a refresh, such as ${defaultLiveSettings.refreshMs} and ${defaultLiveSettings.maxAgeMs}.`,
    );
  }
  return isLive ? settings : null;
}

function issuerSettings(reader: SettingsReader): IssuerSettings {
  return {
    issuer: reader.required('JWT_ISSUER'),
    audiences: words(reader.required('JWT_AUDIENCE'), ','),
    verification: reader.oneOf('JWT_VERIFICATION', ['auto', 'on', 'off'], 'auto, on or off'),
  };
}

/** The API is in the account of the function. */
function eventSource(reader: SettingsReader, accountId: string): EventSource {
  return {
    apiId: reader.required('API_ID'),
    accountId,
    stage: reader.required('API_STAGE'),
    acceptsIam: reader.oneOf('IAM_ROUTE', ['on', 'off'], 'on or off') === 'on',
  };
}

/** Where the build puts the policies, unless another folder is set. */
export function policiesDirectory(reader: SettingsReader): string {
  const directory = reader.text('POLICIES_DIRECTORY', '');
  return directory === '' ? `${reader.required('LAMBDA_TASK_ROOT')}/dist/policies` : directory;
}

/** Reads the rules of tokens, times and limits; each has a default. */
export function readGatewaySettings(reader: SettingsReader): GatewaySettings {
  return {
    tokens: readTokenSettings(reader),
    times: readTimes(reader),
    describeLimits: readDescribeLimits(reader),
    requestLimits: {
      burst: defaultRequestLimits.burst,
      perSecond: reader.number('PRINCIPAL_REQUESTS_PER_SECOND', defaultRequestLimits.perSecond),
    },
    approvalLimits: readApprovalLimits(reader),
    recordTrailReads: reader.oneOf('RECORD_TRAIL_READS', ['on', 'off'], 'on or off') === 'on',
    preflight: reader.oneOf('PREFLIGHT', ['checks', 'changes', 'off'], 'checks, changes or off'),
    preflightRoles: reader.oneOf('PREFLIGHT_ROLES', ['on', 'off'], 'on or off') === 'on',
    deployed: {
      version: reader.text('GATEWAY_VERSION', 'development'),
      deployedAt: reader.timestamp('DEPLOYED_AT'),
      pageUrl: reader.url('PAGE_URL', 'https://gateway.example/'),
    },
  };
}

/** An approval must be there for some time, and every principal may wait for one. */
function readApprovalLimits(reader: SettingsReader): ApprovalLimits {
  const { decideMs, useMs, maxPending, maxPendingOfService } = defaultApprovalLimits;
  const time = { least: 60_000, most: maxApprovalMs };
  return {
    decideMs: reader.number('APPROVAL_DECIDE_MS', decideMs, time),
    useMs: reader.number('APPROVAL_USE_MS', useMs, time),
    maxPending: reader.number('APPROVALS_PENDING_PER_PRINCIPAL', maxPending, { least: 1, most: 100 }),
    maxPendingOfService: reader.number('APPROVALS_PENDING_PER_SERVICE', maxPendingOfService, { least: 1, most: 500 }),
  };
}

function readTokenSettings(reader: SettingsReader): TokenSettings {
  const { groupsClaim, scopesClaim } = defaultTokenSettings;
  return {
    groupsClaim: reader.text('JWT_GROUPS_CLAIM', groupsClaim),
    scopesClaim: reader.text('JWT_SCOPES_CLAIM', scopesClaim),
    requiredScopes: words(reader.text('JWT_REQUIRED_SCOPES', ''), ' '),
    tokenTypes: reader.oneOf('JWT_TOKEN_TYPES', ['access', 'any'], 'access (access tokens only) or any'),
    unknownKind: reader.oneOf('JWT_UNKNOWN_KIND', ['SERVICE', 'USER'], 'SERVICE or USER'),
  };
}

function words(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** A limit of 0 would let no describe through. */
function readDescribeLimits(reader: SettingsReader): DescribeLimits {
  const { describeConcurrency, describesPerSecond } = defaultDescribeLimits;
  return {
    describeConcurrency,
    describesPerSecond: reader.number('DESCRIBES_PER_SECOND', describesPerSecond, { least: 1 }),
  };
}
