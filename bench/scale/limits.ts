import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRequestLimits } from '../../src/operations/dependencies.ts';

/** Limits of AWS, each with the page that states it. */
export const awsLimits = {
  /** Units a second of one partition key of a table or an index. "Best practices for designing and using partition keys effectively". */
  partition: { write: 1_000, read: 3_000 },
  /** Write units a second of a new on-demand table, and of each index, until it has had more. "DynamoDB on-demand capacity mode". */
  newTable: 4_000,
  /** Concurrent executions of an account and region. "Lambda quotas". */
  concurrency: 1_000,
  /** AssumeRole and other calls a second of the calling account and region. "IAM and AWS STS quotas". */
  sts: 600,
  /** Requests a second of all APIs of an account and region. "Amazon API Gateway quotas". */
  apiGateway: 10_000,
} as const;

/** The day of `docs/scale.md`. */
export const day = { requests: 1_000_000, burst: 200 };

/** How long a request waits for each call, one after the other, and computes. Milliseconds. */
export const callMs = { dynamoDb: 5, eks: 80, own: 10 };

/** Memory of the graphql function, in gigabytes. */
export const memoryGb = 1;

/** Bytes of a line in the access log of the API. */
export const accessLogBytes = 450;

/** The throttling of the API by default, in serverless.yml: requests a second, and at once. */
export function stageThrottling(): { readonly rate: number; readonly burst: number } {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'serverless.yml'), 'utf8');
  const numberOf = (name: string) => {
    const found = new RegExp(`${name}: .*'(\\d+)'`).exec(text)?.[1];
    if (found === undefined) throw new Error(`serverless.yml has no number as ${name}.`);
    return Number(found);
  };
  return { rate: numberOf('apiRateLimit'), burst: numberOf('apiBurstLimit') };
}

/** Requests a second of a principal in each process. */
export const principalRate = defaultRequestLimits.perSecond;
