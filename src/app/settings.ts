import { defaultDescribeLimits } from '../operations/dependencies.ts';
import type { DescribeLimits } from '../operations/dependencies.ts';
import { defaultTimes } from '../idempotency/times.ts';
import type { Times } from '../idempotency/times.ts';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What both functions read from their environment. */
export interface LambdaSettings {
  readonly home: { readonly accountId: string; readonly region: string };
  readonly idempotencyTable: string;
  readonly auditTable: string;
  readonly policiesDirectory: string;
  readonly claims: ClaimNames;
  readonly times: Times;
  readonly describeLimits: DescribeLimits;
}

/** Which claims of a JWT hold groups and scopes. */
export interface ClaimNames {
  readonly groupsClaim: string;
  readonly scopesClaim: string;
}

/**
 * Reads the settings. Throws an Error that names every variable which is missing, or else the first which is wrong, with
 * what it should hold.
 */
export function readLambdaSettings(env: Environment = process.env): LambdaSettings {
  const missing: string[] = [];
  const needed = (variable: string): string => {
    const text = env[variable] ?? '';
    if (text === '') missing.push(variable);
    return text;
  };
  const read = {
    home: { accountId: needed('HOME_ACCOUNT_ID'), region: needed('AWS_REGION') },
    idempotencyTable: needed('IDEMPOTENCY_TABLE'),
    auditTable: needed('AUDIT_TABLE'),
    policiesDirectory: env.POLICIES_DIRECTORY ?? `${needed('LAMBDA_TASK_ROOT')}/dist/policies`,
  };
  if (missing.length > 0) {
    throw new Error(
      `Environment variables are not set: ${missing.join(', ')}. serverless.yml shows what they should hold.`,
    );
  }
  return {
    ...read,
    claims: readClaimNames(env),
    times: sound(readTimes(env)),
    describeLimits: readDescribeLimits(env),
  };
}

/** Throws where a request could outlast its lease, so that a holder at work would be overtaken. */
function sound(times: Times): Times {
  const { leaseMs, requestMs } = times;
  if (leaseMs > requestMs) return times;
  throw new Error(
    `LEASE_MS is ${leaseMs} and REQUEST_MS ${requestMs}: a lease must be longer than a request, as by default.`,
  );
}

/** Names of the claims; `groups` and `scope` where nothing is set. */
export function readClaimNames(env: Environment): ClaimNames {
  return { groupsClaim: env.JWT_GROUPS_CLAIM ?? 'groups', scopesClaim: env.JWT_SCOPES_CLAIM ?? 'scope' };
}

/** The variable of each of the protocol's times; all in milliseconds. */
export const timeVariables = {
  leaseMs: 'LEASE_MS',
  requestMs: 'REQUEST_MS',
  signatureWindowMs: 'SIGNATURE_WINDOW_MS',
  eksProcessingMs: 'EKS_PROCESSING_MS',
  listLagMs: 'LIST_LAG_MS',
  clockErrorMs: 'CLOCK_ERROR_MS',
  retentionMs: 'IDEMPOTENCY_RETENTION_MS',
  roleRetryMs: 'ROLE_RETRY_MS',
} as const satisfies Record<keyof Times, string>;

/** The protocol's times, each from its variable or by default. */
export function readTimes(env: Environment): Times {
  const read = Object.entries(timeVariables).map(([time, variable]) => [
    time,
    readNumber(env, variable, defaultTimes[time as keyof Times]),
  ]);
  return { ...defaultTimes, ...(Object.fromEntries(read) as Partial<Times>) };
}

/** The variable of each bound on describes. */
export const describeVariables = {
  describeConcurrency: 'DESCRIBE_CONCURRENCY',
  describesPerSecond: 'DESCRIBES_PER_SECOND',
} as const satisfies Record<keyof DescribeLimits, string>;

/** The bounds on describes, each from its variable or by default. Throws where one is 0: nothing would ever be described. */
export function readDescribeLimits(env: Environment): DescribeLimits {
  const read = (limit: keyof DescribeLimits) => {
    const variable = describeVariables[limit];
    const value = readNumber(env, variable, defaultDescribeLimits[limit]);
    if (value === 0) throw new Error(`${variable} is 0: set it to 1 or more, such as ${defaultDescribeLimits[limit]}.`);
    return value;
  };
  return { describeConcurrency: read('describeConcurrency'), describesPerSecond: read('describesPerSecond') };
}

/** A whole number that is not negative; `fallback` where nothing is set. Throws an Error that says what was wrong. */
export function readNumber(env: Environment, variable: string, fallback: number): number {
  const text = env[variable];
  if (text === undefined || text === '') return fallback;
  if (!/^\d{1,15}$/.test(text))
    throw new Error(`${variable} is ${JSON.stringify(text)}: set it to a whole number, such as ${fallback}.`);
  return Number(text);
}
