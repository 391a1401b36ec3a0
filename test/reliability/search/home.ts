import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { Tag } from '../../../src/model/association.ts';

/** Account and region of all scenarios. */
export const home = { accountId: '111122223333', region: 'eu-central-1' };

/** Production times, except that role errors are not retried. */
export const times = { ...defaultTimes, roleRetryMs: 0 };

/** Time limit of a scan, in milliseconds. */
export const scanMs = 60_000;

/** A tag that requests and others change. */
export function tagOf(value: string): Tag {
  return { key: 'cost-center', value };
}
