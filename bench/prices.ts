/** Bytes of a write unit of DynamoDB. */
export const unitBytes = 1_024;

/**
 * List prices of eu-central-1, the default region, in dollars, without free tiers and discounts, as
 * of 2026: the pricing page of DynamoDB (on-demand).
 */
export const prices = {
  /** A million write request units, and a million read request units. */
  writeUnits: 0.7625,
  readUnits: 0.1525,
  /** A gigabyte-second of Lambda on arm64: its pricing page. */
  lambdaGbSecond: 0.0000133334,
} as const;

/** When {@link listPrices} were read off the pricing pages of AWS. */
export const pricesOf = '2026-12-01';

/**
 * List prices of us-east-1 in dollars, without free tiers, discounts and taxes: the pricing pages of
 * DynamoDB (on-demand), Lambda, API Gateway (HTTP APIs), CloudWatch, KMS, EventBridge, Secrets
 * Manager and X-Ray.
 */
export const listPrices = {
  'a million DynamoDB write request units': 0.625,
  'a million DynamoDB read request units': 0.125,
  'a GB of a DynamoDB table or index, a month': 0.25,
  'a GB of a DynamoDB table with continuous backup, a month': 0.2,
  'a million GB-seconds of Lambda on arm64': 13.3334,
  'a million GB-seconds of Lambda on x86_64': 16.6667,
  'a million Lambda requests': 0.2,
  'a million requests of an HTTP API': 1,
  'a GB of logs': 0.5,
  'a metric, a month': 0.3,
  'an alarm for each of its metrics, a month': 0.1,
  'a composite alarm, a month': 0.5,
  'a dashboard, a month': 3,
  'a KMS key, a month': 1,
  'a million KMS requests': 3,
  'a million KMS signatures': 15,
  'a million events of EventBridge': 1,
  'a secret, a month': 0.4,
  'a million traces of X-Ray': 5,
} as const;
