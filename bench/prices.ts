/**
 * List prices of eu-central-1, the default region, in dollars, without free tiers and discounts, as of 2026. Sources: the pricing pages of
 * DynamoDB (on-demand), Lambda, API Gateway and CloudWatch.
 */
export const prices = {
  /** A million write request units, and a million read request units. */
  writeUnits: 0.7625,
  readUnits: 0.1525,
  /** A gigabyte of tables and indexes for a month, and of the continuous backup of the tables. */
  storage: 0.306,
  backup: 0.2448,
  /** A million invocations of Lambda, and a gigabyte-second of it on arm64. */
  invocations: 0.2,
  gigabyteSecond: 0.000_013_333_4,
  /** A gigabyte of memory of provisioned concurrency for a second, and a gigabyte-second of requests with it, on arm64. */
  provisionedGigabyteSecond: 0.000_003_333_4,
  provisionedDuration: 0.000_007_777_8,
  /** A million requests of an HTTP API. */
  httpApi: 1.2,
  /** A gigabyte of logs. */
  logs: 0.63,
} as const;
