/**
 * List prices of us-east-1 in dollars, without free tiers and discounts, as of 2026. Sources: the pricing pages of DynamoDB (on-demand), Lambda, API Gateway and
 * CloudWatch.
 */
export const prices = {
  /** A million write request units, and a million read request units. */
  writeUnits: 0.625,
  readUnits: 0.125,
  /** A gigabyte of tables and indexes for a month, and of the continuous backup of the tables. */
  storage: 0.25,
  backup: 0.2,
  /** A million invocations of Lambda, and a gigabyte-second of it on arm64. */
  invocations: 0.2,
  gigabyteSecond: 0.000_013_333_4,
  /** A gigabyte of memory of provisioned concurrency for a second, and a gigabyte-second of requests with it, on arm64. */
  provisionedGigabyteSecond: 0.000_003_333_4,
  provisionedDuration: 0.000_007_777_8,
  /** A million requests of an HTTP API. */
  httpApi: 1,
  /** A gigabyte of logs. */
  logs: 0.5,
} as const;
