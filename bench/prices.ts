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
