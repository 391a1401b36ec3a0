import { defaultTimes } from '../associations/parts.ts';
import type { Times } from '../associations/parts.ts';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What both functions read from their environment. */
export interface LambdaSettings {
  readonly home: { readonly accountId: string; readonly region: string };
  readonly tokensTable: string;
  readonly auditTable: string;
  readonly policiesDirectory: string;
  readonly claims: ClaimNames;
  readonly times: Times;
}

/** Which claims of a JWT hold groups and scopes. */
export interface ClaimNames {
  readonly groupsClaim: string;
  readonly scopesClaim: string;
}

/** Reads the settings. Throws an Error that names each variable which is missing or wrong, and what it should hold. */
export function readLambdaSettings(env: Environment = process.env): LambdaSettings {
  return {
    home: { accountId: needed(env, 'HOME_ACCOUNT_ID'), region: needed(env, 'AWS_REGION') },
    tokensTable: needed(env, 'TOKENS_TABLE'),
    auditTable: needed(env, 'AUDIT_TABLE'),
    policiesDirectory: env.POLICIES_DIRECTORY ?? `${needed(env, 'LAMBDA_TASK_ROOT')}/dist/policies`,
    claims: readClaimNames(env),
    times: readTimes(env),
  };
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
  retentionMs: 'TOKEN_RETENTION_MS',
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

/** A whole number that is not negative; `fallback` where nothing is set. Throws an Error that says what was wrong. */
export function readNumber(env: Environment, variable: string, fallback: number): number {
  const text = env[variable];
  if (text === undefined || text === '') return fallback;
  if (!/^\d{1,15}$/.test(text))
    throw new Error(`${variable} is ${JSON.stringify(text)}: set it to a whole number, such as ${fallback}.`);
  return Number(text);
}

function needed(env: Environment, variable: string): string {
  const text = env[variable];
  if (!text)
    throw new Error(`The environment variable ${variable} is not set; serverless.yml shows what it should hold.`);
  return text;
}
