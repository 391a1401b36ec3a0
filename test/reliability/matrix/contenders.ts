import { baseline } from './baseline.ts';
import type { Contender } from './contender.ts';
import { gateway } from './gateway.ts';

/** The gateways that are compared. */
export const contenders: Readonly<Record<string, Contender>> = { gateway, baseline };
